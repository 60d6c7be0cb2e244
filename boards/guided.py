"""A guided session on any armband: link, prompters, session, fit and store joined."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from myoedge.calibration.arm import TRAINED_ON, Arm, order_for
from myoedge.calibration.guide import guide
from myoedge.calibration.heldout import ACCEPT, check_accept
from myoedge.calibration.learn import learn
from myoedge.calibration.page import page
from myoedge.calibration.plan import GESTURES, Plan, check_label
from myoedge.calibration.prompter import Prompter, Prompters, TextPrompter, VibrationPrompter, WearerPrompter
from myoedge.calibration.report import Report, make_report, report_text
from myoedge.calibration.session import Session
from myoedge.calibration.store import Store, report_path
from myoedge.calibration.wishes import Wishes
from myoedge.calibration.words import carried
from myoedge.edge.bundle import Bundle
from myoedge.edge.errors import FormatError, NotThereError, StorageError, UsageError
from myoedge.edge.places import write_atomically
from myoedge.edge.profile import Profile
from myoedge.edge.stream import StreamSpec
from myoedge.edge.trust import shipped_digests
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
    report: Report
    page: Path | None  # the report as a page; None: it could not be kept
    session_s: float = 0.0  # of the wearer's time
    fit_s: float = 0.0  # from the last repetition to the profile in use, wall time

    def to_json(self) -> dict[str, Any]:
        return {
            "profile": self.profile.wearer,
            "path": str(self.path),
            "bundle": self.profile.bundle_name,
            "labels": list(self.profile.head.labels),
            "facts": dict(self.profile.facts),
            "report": str(self.page) if self.page else None,
            "session_s": round(self.session_s, 2),
            "fit_s": round(self.fit_s, 2),
            "grade": self.report.grade,
            "advice": list(self.report.advice),
            "repetitions": [
                {"label": v.label, "repetition": v.repetition, "good": v.good, "reasons": list(v.reasons),
                 "level": v.level, "lost": v.lost, "redo": v.redo,
                 "kinds": list(v.kinds)} for v in self.session.verdicts
            ],
        }  # fmt: skip


def gestures_for(address: str, wanted: tuple[str, ...] = ()) -> tuple[str, ...]:
    """What is asked for: as wanted, else what the simulated wearer can do, else the usual six.

    Raises UsageError for a gesture that a simulated wearer cannot do.
    """
    for gesture in wanted:
        check_label(gesture)
    parsed = Address.parse(address)
    if parsed.kind != "virtual":
        return wanted or GESTURES
    able = tuple(make_wearer(parsed.options.get("wearer", "anna")).gestures)
    if strange := [gesture for gesture in wanted if gesture not in able]:
        raise UsageError(f"{address} cannot do {', '.join(strange)}; it can do {', '.join(able)}")
    return wanted or able


def bundle_facts(bundle: str) -> dict[str, str]:
    """Where a bundle is found again that has no shipped name: facts for the profile."""
    return {} if bundle in shipped_digests() else {"bundle_path": str(Path(bundle).expanduser().resolve())}


async def lead(
    address: str,
    radio: str,
    plan: Plan,
    recording: Path,
    say: Callable[[str], None],
    *,
    vibrate: bool = True,
    clock: str = "emg",
    more: Sequence[Prompter] = (),
    wishes: Wishes | None = None,
) -> tuple[Session, Mapping[str, StreamSpec]]:
    """Lead the wearer through the plan; the session and the armband's streams. `recording` grows meanwhile.

    `more` prompters (a page) are told everything too, `wishes` brings back what is pressed there. Raises what
    opening and guiding raise.
    """
    async with open_or_share(address, radio) as armband:
        prompter = Prompters(*more, _prompter(armband, say, vibrate))
        address = armband.address
        session = await guide(armband, prompter, plan, recording, address=address, clock=clock, wishes=wishes)
        return session, armband.specs


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
    unsigned: bool = False,
    arm: Arm = TRAINED_ON,
    accept: float = ACCEPT,
    more: Sequence[Prompter] = (),
    wishes: Wishes | None = None,
) -> Guided:
    """Lead the wearer through the plan, fit, and keep the profile with its recording; see `lead`.

    Until the last step the last good profile is untouched. Raises what opening, guiding and learning raise,
    and FormatError when a gesture was never done.
    """
    store, accept = store or Store(), check_accept(accept)
    recording = store.new_recording(name)
    loaded = load(Choice(bundle, unsigned=unsigned))
    say(f"{len(plan.labels)} gestures x {plan.repetitions}, about {plan.seconds:.0f} s")
    begun_s = time.monotonic()
    try:
        session, specs = await lead(
            address, radio, plan, recording, say,
            vibrate=vibrate, clock=loaded.bundle.clock, more=more, wishes=wishes,
        )  # fmt: skip
        session.check()
        done_s = time.monotonic()
        learned = await asyncio.to_thread(  # seconds on a slow board, in which Ctrl-C must still be heard
            learn,
            loaded.bundle,
            loaded.engine,
            [session.stretch],
            specs,
            wearer=name,
            armband=(kind := address.partition("?")[0]),
            order=order_for(arm, loaded.bundle, kind, specs[loaded.bundle.clock].channels),
            facts={**bundle_facts(bundle), "arm": arm},
            accept=accept,
        )
        profile = _with_words(store, name, learned.profile, loaded.bundle, say)
        path = store.save(name, profile, recording)
        kept_s = time.monotonic()
        report = make_report(profile, session)
        return Guided(
            profile, path, session, report, _kept(report, path, say),
            session_s=done_s - begun_s, fit_s=kept_s - done_s,
        )  # fmt: skip
    finally:
        recording.unlink(missing_ok=True)  # of a session that came to nothing; `save` has moved a good one


def _with_words(store: Store, name: str, new: Profile, bundle: Bundle, say: Callable[[str], None]) -> Profile:
    """The words of the profile in use go on with the new one; where they cannot, that is said."""
    try:
        old = store.load(name)
    except (NotThereError, FormatError):
        return new
    profile, said = carried(old, new, bundle)
    if said:
        say(said)
    return profile


def _prompter(armband: Armband, say: Callable[[str], None], vibrate: bool) -> Prompter:
    prompters: list[Prompter] = [TextPrompter(say)]
    if vibrate:
        prompters.append(VibrationPrompter(armband))
    if armband.wearer is not None:
        armband.wearer.command({"op": "routine", "name": "idle"})
        armband.wearer.perform("rest")
        prompters.append(WearerPrompter(lambda label, level: armband.wearer.perform(label, level)))
    return Prompters(*prompters)


def _kept(report: Report, profile: Path, say: Callable[[str], None]) -> Path | None:
    """The report as a page beside the profile; a disk that is full costs only the page."""
    path = report_path(profile)
    try:
        write_atomically(path, page(report).encode())
    except StorageError as error:
        say(f"the profile is kept, its report is not: {error}")
        return None
    return path


def report(guided: Guided) -> str:
    """The calibration in a few lines for a person."""
    lines = [f"profile {guided.profile.wearer} kept in {guided.path}", report_text(guided.report)]
    if guided.page:
        lines.append(f"plots: {guided.page}")
    return "\n".join(lines)
