"""A guided calibration of any armband: link, prompters, session, fit and store joined; for `calibrate` and the demo."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from myoedge.calibration.guide import guide
from myoedge.calibration.learn import learn
from myoedge.calibration.plan import GESTURES, Plan
from myoedge.calibration.prompter import Prompter, Prompters, TextPrompter, VibrationPrompter, WearerPrompter
from myoedge.calibration.session import Session
from myoedge.calibration.store import Store
from myoedge.edge.profile import Profile
from myoedge.firmware_bridge.address import Address
from myoedge.firmware_bridge.armband import Armband
from myoedge.firmware_bridge.device import Choice, load
from myoedge.firmware_bridge.share import open_or_share
from myoedge.firmware_bridge.wearer import make_wearer


@dataclass(frozen=True, slots=True)
class Guided:
    """What came of a calibration."""

    profile: Profile
    path: Path  # of the profile in the store
    session: Session

    def to_json(self) -> dict[str, Any]:
        return {
            "profile": self.profile.wearer,
            "path": str(self.path),
            "bundle": self.profile.bundle_name,
            "labels": list(self.profile.head.labels),
            "facts": dict(self.profile.facts),
            "repetitions": [
                {"label": v.label, "repetition": v.repetition, "good": v.good, "reasons": list(v.reasons),
                 "level": v.level, "lost": v.lost, "redo": v.redo} for v in self.session.verdicts
            ],
        }  # fmt: skip


def gestures_for(address: str, wanted: tuple[str, ...] = ()) -> tuple[str, ...]:
    """What is asked for: as wanted, else what the simulated wearer can do, else the usual six."""
    parsed = Address.parse(address)
    if wanted or parsed.kind != "virtual":
        return wanted or GESTURES
    return tuple(make_wearer(parsed.options.get("wearer", "anna")).gestures)


async def calibrate(
    address: str,
    radio: str,
    name: str,
    bundle: str,
    plan: Plan,
    say: Callable[[str], None],
    *,
    store: Store | None = None,
    vibrate: bool = True,
) -> Guided:
    """Lead the wearer through the plan, fit, and keep the profile with its recording.

    Until the last step the last good profile stays untouched. Raises what opening, guiding and learning raise.
    """
    store = store or Store()
    loaded = load(Choice(bundle))
    recording = store.new_recording(name)
    async with open_or_share(address, radio) as armband:
        prompter = _prompter(armband, say, vibrate)
        session = await guide(
            armband, prompter, plan, recording, address=armband.address, clock=loaded.bundle.clock
        )
        specs = armband.specs
    profile = learn(
        loaded.bundle, loaded.engine, [session.stretch], specs, wearer=name, armband=address.partition("?")[0]
    ).profile
    return Guided(profile, store.save(name, profile, recording), session)


def _prompter(armband: Armband, say: Callable[[str], None], vibrate: bool) -> Prompter:
    prompters: list[Prompter] = [TextPrompter(say)]
    if vibrate:
        prompters.append(VibrationPrompter(armband))
    if armband.wearer is not None:
        armband.wearer.command({"op": "routine", "name": "idle"})
        armband.wearer.perform("rest")
        prompters.append(WearerPrompter(lambda label, level: armband.wearer.perform(label, level)))
    return Prompters(*prompters)


def report(guided: Guided) -> str:
    """The calibration in a few lines for a person."""
    facts = guided.profile.facts
    held_out = facts.get("held_out")
    lines = [f"profile {guided.profile.wearer} kept in {guided.path}"]
    if isinstance(held_out, dict):
        lines.append(f"on repetitions held out: {100 * held_out['accuracy']:.1f} % of the windows right")
    bad = [v for v in guided.session.verdicts if not v.good and not v.redo]
    lines += [f"{v.label}, repetition {v.repetition + 1}: {'; '.join(v.reasons)}" for v in bad]
    if bad:
        lines.append("calibrate again if these gestures do not come through")
    return "\n".join(lines)
