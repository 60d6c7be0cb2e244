"""Where things live on this computer: settings, profiles, and the sockets and locks of running armbands."""

import hashlib
import os
import re
import stat
from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path

from myoedge.edge.errors import RefusedError, StorageError

BOARD_CONFIG = Path("/etc/myoedge/myoedge.toml")
LONGEST_NAME = 32  # of a file named after an armband: a socket's whole path has 107 bytes (unix(7))


def config_path() -> Path:
    """The settings file: $MYOEDGE_CONFIG, else the user's, else the board's (also when none exists yet)."""
    if named := os.environ.get("MYOEDGE_CONFIG"):
        return Path(named)
    user = user_config()
    return BOARD_CONFIG if not user.exists() and BOARD_CONFIG.exists() else user


def writable_config() -> Path:
    """Where settings are kept: the file they are read from, or the user's own where that is the board's."""
    path = config_path()
    return user_config() if path == BOARD_CONFIG and not os.access(path, os.W_OK) else path


def user_config() -> Path:
    """The user's settings file, whether it exists or not."""
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "myoedge" / "myoedge.toml"


def data_dir() -> Path:
    """Profiles and recordings: $MYOEDGE_DATA, else the user's data folder."""
    if named := os.environ.get("MYOEDGE_DATA"):
        return Path(named)
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "myoedge"


def runtime_dir() -> Path:
    """Locks and sockets, mode 0700 and ours; made when missing. Raises RefusedError when it is not ours.

    Another user's XDG_RUNTIME_DIR, which sudo may hand on, is left to that user.
    """
    base = os.environ.get("XDG_RUNTIME_DIR")
    mine = base and (not os.path.exists(base) or os.stat(base).st_uid == os.getuid())
    path = Path(base) / "myoedge" if base and mine else Path("/tmp") / f"myoedge-{os.getuid()}"
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        info = path.lstat()
    except OSError as error:
        raise StorageError(
            f"cannot make {path}: {error.strerror}; set XDG_RUNTIME_DIR to a folder of yours"
        ) from error
    if not stat.S_ISDIR(info.st_mode) or info.st_uid != os.getuid() or info.st_mode & 0o077:
        raise RefusedError(f"{path} is not a private folder of this user; remove it, or set XDG_RUNTIME_DIR")
    return path


def file_name(text: str) -> str:
    """An armband's address as a plain file name; where it is long or was changed, with its hash."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "_", text).strip("._") or "unnamed"
    if plain == text.replace(":", "_") and len(plain) <= LONGEST_NAME:
        return plain
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    return f"{plain[: LONGEST_NAME - 13]}-{digest}"


def write_atomically(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Either the old file or the whole new one, also after power loss. Raises StorageError."""
    write_together(path.parent, {path.name: data}, mode=mode, folder_mode=0o700)


def write_together(
    folder: Path,
    files: Mapping[str, bytes],
    *,
    gone: Collection[str] = (),
    mode: int = 0o644,
    folder_mode: int = 0o755,
) -> None:
    """Files of one folder, the last one named last: until all are on the disk the old ones stay as they are.

    `gone`: files that do not belong to the new ones. Raises StorageError.
    """
    drafts = {name: folder / f".{name}.{os.getpid()}.tmp" for name in files}
    name = ""
    try:
        folder.mkdir(mode=folder_mode, parents=True, exist_ok=True)
        for name, data in files.items():
            _write_through(drafts[name], data, mode)
        for name in gone:
            (folder / name).unlink(missing_ok=True)
        for name, draft in drafts.items():
            draft.replace(folder / name)
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        raise StorageError(
            f"cannot write {folder / name}: {error.strerror}; the old one is kept, free some space"
        ) from error
    finally:  # also when interrupted
        for draft in drafts.values():
            with suppress(OSError):
                draft.unlink(missing_ok=True)


def _write_through(path: Path, data: bytes, mode: int) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
