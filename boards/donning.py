"""Putting a band on again, on any armband: a short session, the profile re-aligned or renewed, kept, told."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from myoedge.boards.refit import read
from myoedge.boards.sitting import Place, sitting
from myoedge.calibration.plan import Plan
from myoedge.calibration.refresh import Refreshed, refresh
from myoedge.calibration.store import Store, recording_of
from myoedge.calibration.stretch import Stretch
from myoedge.calibration.sync import GESTURES, KNOWN, Synced, sync
from myoedge.calibration.wishes import Wishes
from myoedge.edge.errors import UsageError
from myoedge.edge.profile import Profile
from myoedge.firmware_bridge.device import Loaded

Kind = Literal["sync", "refresh"]
SYNC_HOLD_S = 1.5  # a second of it counts, after the reaction
REFRESH_HOLD_S = 2.0  # 20 s for six gestures
PAUSE_S = 1.4
REST = "rest"
RIGHT = 0.8  # share of the new windows below which a whole calibration is advised (our choice)


@dataclass(frozen=True, slots=True)
class Donned:
    """What came of it."""

    found: Synced | Refreshed
    profile: Profile  # to run with: the old one where nothing was taken
    path: Path | None  # of the new profile in the store; None: nothing was changed

    @property
    def recognised(self) -> bool:
        """Whether the gestures shown are told for what they are, with the profile to run with."""
        found = self.found
        return found.after > KNOWN if isinstance(found, Synced) else found.right >= RIGHT

    def to_json(self) -> dict[str, Any]:
        kept = str(self.path) if self.path else None
        return {"profile": self.profile.wearer, "path": kept, **self.found.to_json()}


def sync_plan(profile: Profile, wanted: Sequence[str] = ()) -> Plan:
    """A second of each of two gestures: as wanted, else the best known two that the profile has.

    Raises UsageError for gestures that the profile does not know, or fewer than two.
    """
    known = [label for label in profile.head.labels if label != REST]
    if strange := [label for label in wanted if label not in profile.head.labels]:
        raise UsageError(f"the profile does not know {', '.join(strange)}; it knows {', '.join(known)}")
    liked = [label for label in GESTURES if label in known]
    labels = tuple(wanted) or tuple([*liked, *(label for label in known if label not in liked)][:2])
    if len(labels) < 2:
        raise UsageError(
            f"the profile knows {', '.join(known) or 'no gesture'}; sync wants two: calibrate with more"
        )
    return Plan(labels, repetitions=1, hold_s=SYNC_HOLD_S, pause_s=PAUSE_S)


def refresh_plan(profile: Profile) -> Plan:
    """One repetition of every gesture."""
    return Plan(profile.head.labels, repetitions=1, hold_s=REFRESH_HOLD_S, pause_s=PAUSE_S)


async def don(
    kind: Kind,
    address: str,
    radio: str,
    name: str,
    say: Callable[[str], None],
    *,
    gestures: Sequence[str] = (),
    mirror: bool = False,
    vibrate: bool = True,
    unsigned: bool = False,
    store: Store | None = None,
    wishes: Wishes | None = None,
) -> Donned:
    """Lead a short session and keep what it gave as the profile in use; the one before can be restored.

    Until the last step, and where nothing is taken, the profile in use stays. Raises what opening, guiding
    and `sync` or `refresh` raise, MismatchError when the profile's bundle is not here any more.
    """

    def plan_for(profile: Profile, _: Loaded) -> Plan:
        plan = sync_plan(profile, gestures) if kind == "sync" else refresh_plan(profile)
        say(f"{len(plan.labels)} gestures, about {plan.seconds:.0f} s")
        return plan

    place = Place(address, radio, name, store or Store())
    async with sitting(place, plan_for, say, vibrate=vibrate, unsigned=unsigned, wishes=wishes) as sat:
        kept = await _kept(sat.path)
        what = sat.profile, sat.loaded.bundle, sat.loaded.engine, sat.specs, [sat.stretch]
        if kind == "sync":
            found: Synced | Refreshed = await asyncio.to_thread(sync, *what, kept=kept, mirror=mirror)
        else:
            found = await asyncio.to_thread(refresh, *what, kept=kept)
        if isinstance(found, Synced) and not found.taken:
            return Donned(found, sat.profile, None)
        return Donned(found, found.profile, sat.keep(found.profile))


async def _kept(path: Path) -> list[Stretch]:
    """The calibration beside the profile; none where it was not kept."""
    recording = recording_of(path)
    if recording is None:
        return []
    stretch, _ = await read(recording)
    return [stretch]


def said(donned: Donned) -> str:
    """For a person."""
    found = donned.found
    if isinstance(found, Synced):
        believed = f"the gestures are believed {100 * found.after:.0f} %"
        if not found.taken:
            return f"{found.reason} ({believed})"
        return f"{found.reason}; {believed}, {100 * found.before:.0f} % before; kept in {donned.path}"
    text = f"{', '.join(found.labels)} renewed; kept in {donned.path}"
    if found.right < RIGHT:
        text += f"; only {100 * found.right:.0f} % of what was shown is told apart: calibrate anew"
    return text
