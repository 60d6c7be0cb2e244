"""A profile that meets another bundle: refitted from its kept recording, or run with its own."""

import asyncio
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from myoedge.boards.guided import bundle_facts
from myoedge.calibration.refit import Refit, refit, stretch_from
from myoedge.calibration.store import Store, recording_of
from myoedge.calibration.stretch import Stretch
from myoedge.edge.bundle import open_bundle
from myoedge.edge.chunk import Chunk
from myoedge.edge.errors import MismatchError, MyoedgeError
from myoedge.edge.profile import Profile
from myoedge.edge.recording import Label, RecordingReader
from myoedge.edge.stream import StreamSpec
from myoedge.firmware_bridge.armbands import open_armband
from myoedge.firmware_bridge.device import Choice, Loaded, load


def settle(name: str, choice: Choice, say: Callable[[str], None]) -> Choice:
    """What to run where `choice` has a profile: itself where profile and bundle belong together.

    Else the profile is refitted and kept as the newest of the store, the old one below it; or, where that
    would be worse, the old bundle is chosen. `name` is the profile's, in the store or a file. Without a kept
    recording the choice comes back as it is (and will be refused). Raises MismatchError when the old bundle
    is wanted but not here.
    """
    old = choice.profile
    if old is None or open_bundle(choice.bundle, choice.unsigned)[0].digest == old.bundle:
        return choice
    path = _path_of(name)
    recording = recording_of(path)
    if recording is None:
        return choice
    before = _old_bundle(old, choice)
    found = asyncio.run(_refit(old, recording, load(choice), before))
    say(f"profile {old.wearer}: {found.reason}")
    if found.taken:
        facts = {**found.profile.facts, **bundle_facts(choice.bundle)}
        profile = replace(found.profile, facts=facts)
        say(f"it is refitted{_kept(path, profile, recording)}; calibrate --restore brings the old one back")
        return replace(choice, profile=profile)
    if before is None:
        raise MismatchError(
            f"{found.reason}; its own bundle {old.bundle_name} is not here; calibrate again with "
            f"--bundle {choice.bundle}"
        )
    return replace(choice, bundle=str(old.facts.get("bundle_path") or old.bundle_name))


def _path_of(name: str) -> Path:
    return Path(name).expanduser() if "/" in name or name.endswith(".json") else Store().path(name)


def _old_bundle(profile: Profile, choice: Choice) -> Loaded | None:
    """The bundle that the profile was made for, if it is still here."""
    source = str(profile.facts.get("bundle_path") or profile.bundle_name)
    try:
        loaded = load(replace(choice, bundle=source))
    except MyoedgeError:
        return None
    return loaded if loaded.bundle.digest == profile.bundle else None


async def _refit(old: Profile, recording: Path, new: Loaded, before: Loaded | None) -> Refit:
    stretch, specs = await read(recording)
    return refit(
        old,
        new.bundle,
        new.engine,
        stretch,
        specs,
        old_bundle=before.bundle if before else None,
        old_engine=before.engine if before else None,
    )


async def read(recording: Path) -> tuple[Stretch, Mapping[str, StreamSpec]]:
    """A kept calibration, decoded, and the streams of its armband. Raises FormatError, NotThereError."""
    labels = [item for item in RecordingReader(recording) if isinstance(item, Label)]
    async with open_armband(f"recording:{recording}") as armband:
        chunks = [item async for item in armband if isinstance(item, Chunk)]
        return stretch_from(chunks, labels), armband.specs


def _kept(path: Path, profile: Profile, recording: Path) -> str:
    """Keep a refitted profile of the store with a copy of the recording; says where."""
    store, name = Store(), path.parent.name
    if path.parent != store.folder / name:
        return " for this run (it is a file; calibrate to keep one)"
    copy = store.new_recording(name)
    shutil.copyfile(recording, copy)
    copy.chmod(0o600)
    return f" and kept in {store.save(name, profile, copy)}"
