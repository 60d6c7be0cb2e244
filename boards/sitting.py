"""A short session with somebody whose profile is in use: led, recorded while it lasts, kept if asked."""

import shutil
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from myoedge.boards.guided import lead
from myoedge.calibration.plan import Plan
from myoedge.calibration.store import Store, recording_of
from myoedge.calibration.stretch import Stretch
from myoedge.calibration.wishes import Wishes
from myoedge.edge.profile import Profile
from myoedge.edge.stream import StreamSpec
from myoedge.firmware_bridge.device import Choice, Loaded, load


@dataclass(frozen=True, slots=True)
class Place:
    """Where the session is held: armband, store and the wearer's name in it."""

    address: str
    radio: str
    name: str
    store: Store


@dataclass(frozen=True, slots=True)
class Sitting:
    """What was shown, and what it was shown for."""

    profile: Profile  # in use
    path: Path  # of it
    loaded: Loaded  # the bundle it was made with
    specs: Mapping[str, StreamSpec]
    stretch: Stretch
    keep: Callable[[Profile], Path]  # as the next version, with a copy of the calibration that it rests on


@asynccontextmanager
async def sitting(
    place: Place,
    plan_for: Callable[[Profile, Loaded], Plan],
    say: Callable[[str], None],
    *,
    vibrate: bool = True,
    unsigned: bool = False,
    wishes: Wishes | None = None,
) -> AsyncIterator[Sitting]:
    """Lead the wearer through a plan for the profile in use; until `keep` that profile stays.

    Raises what opening, guiding and `plan_for` raise, MismatchError when the profile's bundle is not here any
    more.
    """
    store, name = place.store, place.name
    path, profile = store.path(name), store.load(name)
    loaded = _load_for(profile, unsigned)
    plan = plan_for(profile, loaded)
    recording = store.new_recording(name)
    try:
        session, specs = await lead(
            place.address, place.radio, plan, recording, say,
            vibrate=vibrate, clock=loaded.bundle.clock, wishes=wishes,
        )  # fmt: skip

        def keep(new: Profile) -> Path:
            return _save_next(store, name, new, path, recording)

        yield Sitting(profile, path, loaded, specs, session.stretch, keep)
    finally:
        recording.unlink(missing_ok=True)


def _load_for(profile: Profile, unsigned: bool) -> Loaded:
    """The bundle that the profile was made with; raises MismatchError when it is not here any more."""
    source = str(profile.facts.get("bundle_path") or profile.bundle_name)
    loaded = load(Choice(source, profile=profile, unsigned=unsigned))
    profile.check_fits(loaded.bundle.digest, len(profile.order))
    return loaded


def _save_next(store: Store, name: str, profile: Profile, before: Path, spare: Path) -> Path:
    recording = recording_of(before)
    if recording is None:
        return store.save(name, profile)
    shutil.copyfile(recording, spare)
    spare.chmod(0o600)
    return store.save(name, profile, spare)
