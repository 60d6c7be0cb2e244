"""Starts a virtual armband in a process of its own, and holds its strings."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from myoedge.edge.errors import LinkError
from myoedge.firmware_bridge.virtual.options import WIRED, parse_kind, parse_options, write_kind

READY_S = 20.0  # imports on a slow, busy board
SOCKET_PATH_BYTES = 107  # of sockaddr_un, without its end
END_S = 1.0  # what the process is given to end by itself


class WearerHandle:
    """The wearer of a spawned armband: tell it what to do, hear what it did."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.truths: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    def perform(self, label: str, level: float = 0.7) -> None:
        """Begin a gesture; its onset comes as a truth."""
        self.command({"op": "perform", "gesture": label, "level": level})

    def command(self, words: Mapping[str, Any]) -> None:
        """Send one command; one that cannot be obeyed comes back as {"truth": "refused"}.

        Raises LinkError when the process is gone.
        """
        pipe = self._process.stdin
        if pipe is None or pipe.is_closing() or self._process.returncode is not None:
            raise LinkError("the virtual armband's process is gone; start it again")
        pipe.write(json.dumps(dict(words)).encode() + b"\n")

    async def truth(self) -> dict[str, Any]:
        """The next thing that happened, such as {"truth": "onset", "gesture": .., "t_ns": .., ...}."""
        return await self.truths.get()


class Spawned:
    """A running virtual armband: the host side of its radio is at `hci` (a bumble transport string).

    One on a wire has its port at `address` instead.
    """

    def __init__(self, process: asyncio.subprocess.Process, folder: Path) -> None:
        self._process, self._folder = process, folder
        self.hci = f"unix-client:{folder / 'hci'}"
        self.address = self.name = ""
        self.wearer = WearerHandle(process)
        self._readers = [asyncio.ensure_future(self._read()), asyncio.ensure_future(self._read_errors())]
        self._errors = b""

    @property
    def pid(self) -> int:
        return self._process.pid

    async def ready(self) -> None:
        """Wait for its first word; raises LinkError with what the process said when it fails."""
        try:
            first = await asyncio.wait_for(self.wearer.truths.get(), READY_S)
        except TimeoutError:
            first = {"truth": "late"}
        if first["truth"] != "ready":
            await asyncio.wait([self._readers[1]], timeout=END_S)
            said = self._errors.decode(errors="replace").strip().splitlines()
            why = said[-1] if said else f"it said nothing within {READY_S:g} s"
            raise LinkError(f"the virtual armband did not start: {why}")
        self.address, self.name = str(first["address"]), str(first["name"])

    async def close(self) -> None:
        """End the process and remove its folder; harmless when it is gone already."""
        with contextlib.suppress(OSError):
            if self._process.stdin is not None:
                self._process.stdin.close()
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), END_S)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        for reader in self._readers:
            reader.cancel()
        await asyncio.gather(*self._readers, return_exceptions=True)
        shutil.rmtree(self._folder, ignore_errors=True)

    async def _read(self) -> None:
        pipe = self._process.stdout
        while pipe is not None and (line := await pipe.readline()):
            with contextlib.suppress(ValueError):  # half a line of a killed process
                self.wearer.truths.put_nowait(json.loads(line))
        self.wearer.truths.put_nowait({"truth": "ended"})

    async def _read_errors(self) -> None:
        pipe = self._process.stderr
        while pipe is not None and (line := await pipe.readline()):
            self._errors = (self._errors + line)[-4000:]


async def spawn(kind: str, options: Mapping[str, str]) -> Spawned:
    """Start `virtual:KIND` with these options (see `VirtualOptions`) and wait until it is in the air.

    Raises UsageError for an option that is not there, LinkError with its words if it does not start.
    """
    kind, _ = parse_kind(kind)
    parse_options(kind, options)
    folder = _private_folder()
    hci = f"pty:{folder / 'port'}" if kind in WIRED else f"unix-server:{folder / 'hci'}"
    command = (sys.executable, "-m", __package__, write_kind(kind, options), "--hci", hci, "--child")
    pipe = asyncio.subprocess.PIPE
    try:
        process = await asyncio.create_subprocess_exec(
            *command, stdin=pipe, stdout=pipe, stderr=pipe, env=_environment(), start_new_session=True
        )
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise LinkError(f"cannot start {sys.executable}: {error}; check the Python installation") from error
    spawned = Spawned(process, folder)
    try:
        await spawned.ready()
    except BaseException:
        await spawned.close()
        raise
    return spawned


def _private_folder() -> Path:
    """A new folder of mode 0700 whose path leaves room for a socket's name."""
    folder = Path(tempfile.mkdtemp(prefix="myoedge-"))
    if len(str(folder)) < SOCKET_PATH_BYTES - len("/hci"):
        return folder
    folder.rmdir()
    return Path(tempfile.mkdtemp(prefix="myoedge-", dir="/tmp"))


def _environment() -> dict[str, str]:
    """This one's, able to find this package and kept to one thread."""
    path = os.pathsep.join(entry for entry in sys.path if entry)
    threads = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    return {**os.environ, **threads, "PYTHONPATH": path, "PYTHONUNBUFFERED": "1"}
