"""The wire of a virtual serial armband: a pseudo-terminal that loses, damages, stalls and is unplugged."""

import asyncio
import contextlib
import os
import random
import time
import tty
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from myoedge.firmware_bridge.virtual.body import Truth

NS = 1_000_000_000
LOST_EVERY_NS = 200_000_000
COMMAND_BYTES = 4096


@dataclass(frozen=True, slots=True)
class CableIdentity:
    """Who the armband says it is; `address` is the path of its port, which changes with every plug."""

    name: str
    address: str


class Cable:
    """The device's end. `link`: a path that always leads to the port while it is plugged in.

    A UART has no memory: what the host does not fetch in time, or what is sent while nobody listens, is gone.
    It stands in for Peripheral and its Radio where commands ask for loss, stalls, silence and absence.
    """

    def __init__(
        self, truth: Truth, name: str, link: str = "", loss: float = 0.0, damage: float = 0.0, seed: int = 0
    ) -> None:
        self.truth, self.loss, self.damage, self.silent_until_ns = truth, loss, damage, 0
        self.on_bytes: Callable[[bytes], None] = lambda _: None
        self.on_gone: Callable[[], None] = lambda: None
        self.sent = self.lost = self.damaged = 0  # frames; samples; frames
        self._name, self._link = name, link
        self._random = random.Random(seed)
        self._master = self._slave = -1
        self._path = ""
        self._announced_ns = 0
        self._held: list[bytes] | None = None
        self._timers: list[asyncio.TimerHandle] = []

    @property
    def radio(self) -> "Cable":
        return self

    @property
    def identity(self) -> CableIdentity:
        return CableIdentity(self._name, self._link or self._path)

    @property
    def plugged(self) -> bool:
        return self._master >= 0

    def plug(self) -> None:
        """A new port appears."""
        self._master, self._slave = os.openpty()
        tty.setraw(self._master)
        os.set_blocking(self._master, False)
        self._path = os.ttyname(self._slave)
        if self._link:
            Path(self._link).unlink(missing_ok=True)
            os.symlink(self._path, self._link)
        asyncio.get_running_loop().add_reader(self._master, self._read)

    def unplug(self) -> None:
        """The port is gone; who reads it learns at once. Harmless twice."""
        if self._master < 0:
            return
        asyncio.get_running_loop().remove_reader(self._master)
        for end in (self._slave, self._master):
            os.close(end)
        self._master = self._slave = -1
        if self._link:
            Path(self._link).unlink(missing_ok=True)
        self.on_gone()

    def leave(self, seconds: float) -> None:
        """Unplug it, and plug it in again after `seconds`, at a path of its own."""
        self.unplug()
        self._later(seconds, self.plug)

    def stall(self, seconds: float) -> None:
        """What is sent waits in the adapter and comes all at once after `seconds`."""
        self._held = self._held or []
        self._later(seconds, self._release)

    def send(self, frame: bytes, samples: int = 0) -> None:
        """Write a frame, or lose or damage it, and count its `samples`."""
        if time.monotonic_ns() < self.silent_until_ns or self._random.random() < self.loss:
            self._lose(samples)
            return
        if self._random.random() < self.damage:
            frame = self._damage(frame)
            self._lose(samples)
        self.sent += 1
        if self._held is not None:
            self._held.append(frame)
        elif self._write(frame) < len(frame):
            self._lose(samples)

    def close(self) -> None:
        for timer in self._timers:
            timer.cancel()
        self.unplug()

    def _write(self, data: bytes) -> int:
        if self._master < 0:
            return 0
        try:
            return os.write(self._master, data)
        except BlockingIOError:
            return 0

    def _read(self) -> None:
        with contextlib.suppress(OSError):
            self.on_bytes(os.read(self._master, COMMAND_BYTES))

    def _release(self) -> None:
        held, self._held = self._held, None
        self._write(b"".join(held or []))

    def _damage(self, frame: bytes) -> bytes:
        """One of three: a bit turned, a byte lost, other bytes within."""
        self.damaged += 1
        at = self._random.randrange(1, len(frame) - 1)
        match self._random.randrange(3):
            case 0:
                return frame[:at] + bytes((frame[at] ^ 1 << self._random.randrange(8),)) + frame[at + 1 :]
            case 1:
                return frame[:at] + frame[at + 1 :]
            case _:
                return frame[:at] + self._random.randbytes(self._random.randrange(1, 40)) + frame[at:]

    def _lose(self, samples: int) -> None:
        self.lost += samples
        now_ns = time.monotonic_ns()
        if samples and now_ns - self._announced_ns >= LOST_EVERY_NS:
            self._announced_ns = now_ns
            self.truth({"truth": "lost", "samples": self.lost})

    def _later(self, seconds: float, work: Callable[[], None]) -> None:
        self._timers.append(asyncio.get_running_loop().call_later(seconds, work))
