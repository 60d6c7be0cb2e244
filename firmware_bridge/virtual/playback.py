"""Real samples and real packets through the virtual air: clips over a wearer, recordings packet by packet."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.errors import FormatError, NotThereError
from myoedge.edge.recording import Arrival, RecordingReader
from myoedge.firmware_bridge.virtual.source import IMU_COLUMNS, Counts

NS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Clip:
    """Samples to send as they are; without `imu` the wearer's goes on."""

    emg: Counts  # (time, channel), counts of the armband
    imu: NDArray[np.int16] | None = None  # (time, 10)
    loop: bool = False  # again and again, until another clip is played
    about: Mapping[str, Any] = field(default_factory=dict)  # given back with its start and end


def load_clip(path: Path, channels: int, limit: int, loop: bool, about: Mapping[str, Any]) -> Clip:
    """Read `emg` and perhaps `imu` of an .npz, or emg.npy and imu.npy of a folder.

    Raises NotThereError when there is no such file, FormatError when its arrays do not fit the armband.
    """
    try:
        if path.is_dir():
            arrays = {
                name: np.load(path / f"{name}.npy")
                for name in ("emg", "imu")
                if (path / f"{name}.npy").exists()
            }
        else:
            with np.load(path, allow_pickle=False) as file:
                arrays = {name: file[name] for name in ("emg", "imu") if name in file}
    except OSError as error:
        raise NotThereError(f"no clip at {path}: {error.strerror or error}; check the path") from error
    except ValueError as error:
        raise FormatError(
            f"{path} is no .npz of plain arrays ({error}); save emg and imu with numpy.savez"
        ) from error
    if "emg" not in arrays:
        raise FormatError(f"{path} holds no array 'emg'; wanted (time, {channels}) counts")
    emg = _fitting(arrays["emg"], channels, limit, f"{path}: emg")
    imu = _fitting(arrays["imu"], IMU_COLUMNS, 32767, f"{path}: imu") if "imu" in arrays else None
    return Clip(emg, imu, loop, about)


def _fitting(array: NDArray[Any], columns: int, limit: int, what: str) -> NDArray[np.int16]:
    whole = array.dtype.kind in "iu" and array.ndim == 2 and array.shape[1] == columns and len(array) > 0
    if not whole or array.min() < -limit - 1 or array.max() > limit:
        wanted = f"integers of (time, {columns}) within {-limit - 1}..{limit}"
        raise FormatError(f"{what} is {array.dtype} {array.shape}; wanted {wanted}")
    return array.astype(np.int16)


class Deck:
    """Plays clips one after another without a gap; says when each begins and ends.

    `overlay_emg` and `overlay_imu` take the wearer's next rows and give what is to be sent in their place.
    """

    def __init__(self, announce: Callable[[str, Clip, int], None]) -> None:
        self._announce = announce  # edge, clip, rows from the start of this block
        self._waiting: deque[Clip] = deque()
        self._clip: Clip | None = None
        self._emg_at = 0
        self._imu: deque[tuple[NDArray[np.int16], bool]] = deque()
        self._imu_at = 0

    def play(self, clip: Clip) -> None:
        """Queue a clip; a looping one gives way to it at once."""
        self._waiting.append(clip)

    def overlay_emg(self, rows: Counts) -> Counts:
        at = 0
        while at < len(rows) and self._current(at) is not None:
            clip = self._clip
            if clip is None:
                break
            part = clip.emg[self._emg_at : self._emg_at + len(rows) - at]
            if at == 0:
                rows = rows.astype(np.int16)
            rows[at : at + len(part)] = part
            at += len(part)
            self._emg_at += len(part)
            if self._emg_at == len(clip.emg):
                self._emg_at = 0
                if not clip.loop:
                    self._end(at)
        return rows

    def overlay_imu(self, rows: NDArray[np.int16]) -> NDArray[np.int16]:
        at = 0
        while at < len(rows) and self._imu:
            values, loop = self._imu[0]
            part = values[self._imu_at : self._imu_at + len(rows) - at]
            rows[at : at + len(part)] = part
            at += len(part)
            self._imu_at += len(part)
            if self._imu_at == len(values):
                self._imu_at = 0
                if not loop:
                    self._imu.popleft()
        return rows

    def _current(self, at: int) -> Clip | None:
        if self._clip is not None and self._clip.loop and self._waiting:
            self._end(at)
        if self._clip is None and self._waiting:
            self._clip = self._waiting.popleft()
            self._emg_at = 0
            self._imu.clear()  # both streams begin a clip together
            self._imu_at = 0
            if self._clip.imu is not None:
                self._imu.append((self._clip.imu, self._clip.loop))
            self._announce("start", self._clip, at)
        return self._clip

    def _end(self, at: int) -> None:
        clip, self._clip = self._clip, None
        if clip is not None:
            self._announce("end", clip, at)


class Player:
    """Sends the packets of a Recording as they came, at their own distances, once; a pause resumes it."""

    def __init__(self, path: Path) -> None:
        self._items = list(RecordingReader(path))
        self._at = 0

    async def run(
        self, send: Callable[[str, bytes], None], announce: Callable[[Mapping[str, Any]], None]
    ) -> None:
        """Send each packet by (source, bytes) and announce each label, until the recording ends."""
        if self._at >= len(self._items):
            return
        loop = asyncio.get_running_loop()
        start_s, first_ns = loop.time(), self._items[self._at].t_ns
        while self._at < len(self._items):
            item = self._items[self._at]
            due_s = start_s + (item.t_ns - first_ns) / NS
            if due_s > loop.time():
                await asyncio.sleep(due_s - loop.time())
            self._at += 1
            if isinstance(item, Arrival):
                send(item.source, item.data)
            else:
                t_ns = round(due_s * NS)
                announce({"truth": "label", "label": item.label, "edge": item.edge, "t_ns": t_ns})
        announce({"truth": "play", "edge": "end", "t_ns": round(loop.time() * NS)})
