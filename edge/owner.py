"""One owner an armband: the process that holds it has a lock; everybody else speaks to its control socket."""

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from myoedge.edge.errors import OwnedError
from myoedge.edge.places import file_name, runtime_dir


class Owner:
    """Holds an armband while open. Raises OwnedError when another process does."""

    def __init__(self, armband: str) -> None:
        self.armband = armband
        self._path = lock_path(armband)
        self._handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.pread(self._handle, 32, 0).decode("ascii", "replace").strip() or "unknown"
            os.close(self._handle)
            raise OwnedError(
                f"armband {armband} is held by process {holder}; wanted to be its only owner; stop that one, "
                "or use a verb that speaks to it (status, record, calibrate)"
            ) from error
        os.ftruncate(self._handle, 0)
        os.pwrite(self._handle, f"{os.getpid()}\n".encode(), 0)

    def close(self) -> None:
        """Give the armband back; the lock file stays, a lock on a removed file would hold nothing."""
        if self._handle >= 0:
            os.ftruncate(self._handle, 0)
            os.close(self._handle)
            self._handle = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        self.close()


def lock_path(armband: str) -> Path:
    return runtime_dir() / f"{file_name(armband)}.lock"


def control_path(armband: str) -> Path:
    """Where the owner of an armband listens."""
    return runtime_dir() / f"{file_name(armband)}.sock"


def owned() -> list[Path]:
    """Where owners listen now; one that was killed may have left its socket behind."""
    return sorted(runtime_dir().glob("*.sock"))
