"""The profile store: a folder a wearer, numbered profiles with their recordings, one always whole.

    profiles/anna/0007.json               the newest number is the profile in use
    profiles/anna/0007.recording.jsonl    the calibration it was fitted to
    profiles/anna/0007.report.html        what that calibration came to, for its wearer to read
    profiles/anna/0008.json.undone        put aside by `restore`

A profile comes to be, and is undone, by a single rename: a power loss at any moment leaves the one before.
"""

import fcntl
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from myoedge.edge.errors import MyoedgeError, NotThereError, StorageError, UsageError
from myoedge.edge.places import data_dir, write_atomically
from myoedge.edge.profile import Profile, load_profile

KEPT = 10  # old profiles of a wearer that stay, each with its recording
RECORDING, REPORT = ".recording.jsonl", ".report.html"
PART = ".part"  # a recording that is still being written
UNDONE = ".undone"
RECORDING_FACT = "recording"  # in a profile's facts: the file name beside it
LONGEST = 64  # characters of a wearer's name
LONGEST_PATH = 4095  # of a file (limits.h)
_NAME = re.compile(rf"[A-Za-z0-9][A-Za-z0-9 ._-]{{0,{LONGEST - 1}}}")
_NUMBER = re.compile(r"(\d{4,})\.json")


@dataclass(frozen=True, slots=True)
class Entry:
    """One wearer in the store."""

    name: str
    path: Path  # of the profile in use
    versions: int  # with the one in use
    recording: Path | None  # of the profile in use
    trouble: str = ""  # why the profile in use cannot be read


class Store:
    """All profiles of this computer."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or data_dir() / "profiles"

    def home(self, name: str) -> Path:
        """The folder of one wearer; raises UsageError for a name that is no plain file name."""
        if not _NAME.fullmatch(name) or name.endswith(" "):
            shown = repr(name) if len(name) <= LONGEST else f"a name of {len(name)} characters"
            raise UsageError(
                f"{shown} cannot name a profile; wanted 1 to {LONGEST} letters of a to z, digits, spaces, "
                "dots, dashes or underscores, a letter or digit first"
            )
        return self.folder / name

    def versions(self, name: str) -> list[Path]:
        """The wearer's profile files, oldest first; the last is in use."""
        home = self.home(name)
        found = home.iterdir() if home.is_dir() else iter(())
        return sorted((p for p in found if _NUMBER.fullmatch(p.name)), key=_number)

    def path(self, name: str) -> Path:
        """The profile in use; raises NotThereError."""
        versions = self.versions(name)
        if not versions:
            known = ", ".join(entry.name for entry in self.list()) or "none yet"
            raise NotThereError(
                f"no profile {name!r} (known: {known}); run `myoedge calibrate ARMBAND --profile {name}`"
            )
        return versions[-1]

    def load(self, name: str) -> Profile:
        """The profile in use; raises NotThereError or FormatError."""
        return load_profile(self.path(name))

    def list(self) -> list[Entry]:
        """Every wearer, by name."""
        homes = sorted(p for p in self.folder.iterdir() if p.is_dir()) if self.folder.is_dir() else []
        entries = []
        for home in homes:
            if _NAME.fullmatch(home.name) and (versions := self.versions(home.name)):
                path, recording = versions[-1], recording_of(versions[-1])
                entries.append(Entry(home.name, path, len(versions), recording, _trouble(path)))
        return entries

    def new_recording(self, name: str) -> Path:
        """Where a calibration session writes while it runs; `save` keeps it, or it is swept away later."""
        home = self.home(name)
        _make(home)
        return home / f".{os.getpid()}{RECORDING}{PART}"

    def save(self, name: str, profile: Profile, recording: Path | None = None) -> Path:
        """Make this the profile in use; `recording` (a closed file in the wearer's folder) becomes its own.

        Raises StorageError (disk full, no permission); what was in use then stays in use.
        """
        home = self.home(name)
        _make(home)
        with _locked(home):
            target = home / f"{self._next(home):04d}.json"
            kept = target.with_name(target.stem + RECORDING)
            try:
                if recording is not None:
                    _flush(recording)
                    recording.replace(kept)
                    profile = replace(profile, facts={**profile.facts, RECORDING_FACT: kept.name})
                write_atomically(target, json.dumps(profile.to_json()).encode())
            except OSError as error:
                if recording is not None:
                    _put_back(kept, recording)
                if isinstance(error, StorageError):
                    raise
                raise StorageError(
                    f"cannot keep {recording}: {error.strerror}; the old profile is in use, free some space"
                ) from error
            self._sweep(name)
        return target

    def restore(self, name: str) -> Path:
        """Put the profile in use aside and the one before back; returns the latter's path.

        Raises NotThereError when there is no older one.
        """
        newest = self.path(name)
        with _locked(newest.parent):
            versions = self.versions(name)
            if len(versions) < 2:
                raise NotThereError(
                    f"profile {name!r} has no older version to restore; calibrate again instead"
                )
            try:
                versions[-1].replace(versions[-1].with_name(versions[-1].name + UNDONE))
                _flush(newest.parent)
            except OSError as error:
                raise StorageError(
                    f"cannot restore {name!r}: {error.strerror}; nothing was changed"
                ) from error
        return versions[-2]

    def files(self, name: str) -> tuple[Path, ...]:
        """Every file kept of a wearer, put aside or half written ones too; raises NotThereError."""
        home = self.home(name)
        if not home.is_dir():
            self.path(name)  # says who is known
        return tuple(sorted(path for path in home.iterdir() if not path.is_dir()))

    def delete(self, name: str) -> tuple[Path, ...]:
        """Remove a wearer with every profile, recording and report; returns what was removed.

        Raises NotThereError, or StorageError when something of it stays.
        """
        found = self.files(name)
        home = self.home(name)
        with _locked(home):
            try:
                # the newest profile last: a power loss on the way leaves a wearer who can be deleted again
                for path in sorted(found, key=lambda p: bool(_NUMBER.fullmatch(p.name))):
                    path.unlink(missing_ok=True)
                home.rmdir()
                _flush(home.parent)
            except OSError as error:
                raise StorageError(
                    f"cannot remove all of {name!r}: {error.strerror} ({error.filename}); end a calibration "
                    "that runs, or check who owns the folder, and delete again"
                ) from error
        return found

    @staticmethod
    def _next(home: Path) -> int:
        """A number never used before, also not by one that was undone."""
        numbers = [int(m[0]) for p in home.iterdir() if (m := re.match(r"\d{4,}", p.name))]
        return max(numbers, default=0) + 1

    def _sweep(self, name: str) -> None:
        """Drop what is too old, and recordings of sessions that died."""
        home, versions = self.home(name), self.versions(name)
        stems = {p.stem for p in versions[-1 - KEPT :]}
        oldest = min((int(s) for s in stems), default=0)
        stems |= {p.name.split(".")[0] for p in home.iterdir() if p.name.endswith(UNDONE)}
        for path in home.iterdir():
            number = re.match(r"\d{4,}", path.name)
            beside = RECORDING in path.name or REPORT in path.name
            stale = bool(number and number[0] not in stems and (beside or int(number[0]) < oldest))
            if path.name.endswith((PART, ".tmp")):
                stale = stale or not _alive(path.name)
            if stale and not (number and path.name.endswith(UNDONE)):
                path.unlink(missing_ok=True)
        undone = sorted((p for p in home.iterdir() if p.name.endswith(UNDONE)), key=lambda p: p.name)
        for path in undone[:-KEPT]:
            path.unlink(missing_ok=True)


def load(name: str) -> Profile:
    """A profile by its name in the store or as a file; raises NotThereError or FormatError."""
    if len(name) > LONGEST_PATH:
        raise UsageError(f"a profile named by {len(name)} characters; wanted a name, or a file's path")
    if "/" in name or name.endswith(".json"):
        return load_profile(Path(name).expanduser())
    return Store().load(name)


def recording_of(profile: Path) -> Path | None:
    """The calibration kept beside a profile file, if it is there."""
    path = profile.with_name(profile.name.split(".")[0] + RECORDING)
    return path if path.is_file() else None


def report_path(profile: Path) -> Path:
    """Where the report of a profile's calibration is, or would be."""
    return profile.with_name(profile.name.split(".")[0] + REPORT)


def _number(path: Path) -> int:
    return int(path.name.split(".")[0])


def _trouble(path: Path) -> str:
    try:
        load_profile(path)
    except MyoedgeError as error:
        return str(error)
    return ""


def _put_back(kept: Path, recording: Path) -> None:
    """A profile that could not be written does not cost the wearer the calibration."""
    if kept.exists():
        kept.replace(recording)


def _make(home: Path) -> None:
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(
            f"cannot make {home}: {error.strerror}; set MYOEDGE_DATA to another folder"
        ) from error


@contextmanager
def _locked(home: Path) -> Iterator[None]:
    """One writer at a time; the lock goes with its process."""
    try:
        handle = os.open(home, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise StorageError(f"cannot open {home}: {error.strerror}; check who owns it") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _alive(name: str) -> bool:
    """Whether the process that a temporary file is named after still runs."""
    pid = re.search(r"(?:^\.|\.)(\d+)\.(?:recording|tmp)", name)
    if pid is None:
        return False
    try:
        os.kill(int(pid[1]), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
