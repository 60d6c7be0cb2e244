"""Where things live on this computer: settings, profiles, and the sockets and locks of running armbands."""

import hashlib
import os
import re
import stat
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
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise StorageError(
            f"cannot write {path}: {error.strerror}; the old one is kept, free some space"
        ) from error
