"""Recordings: raw packets as they came from the air or wire, with labels, as JSON Lines (also .gz).

Line 1 is the header, then one line a packet or label. A torn last line (power loss) is dropped and said.
"""

import gzip
import json
import math
import os
import stat
import zlib
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Literal, Self, cast

from myoedge.edge.errors import FormatError, NotThereError, StorageError
from myoedge.edge.stream import StreamSpec

VERSION = 1


@dataclass(frozen=True, slots=True)
class Arrival:
    """Bytes from one source of an armband (a characteristic, a wire) and when they reached the host."""

    t_ns: int
    source: str  # "emg0".."emg3", "imu", "wire", ...
    data: bytes


@dataclass(frozen=True, slots=True)
class Label:
    """A repetition of a gesture begins or ends."""

    t_ns: int
    label: str
    repetition: int
    edge: Literal["start", "end"]


@dataclass(frozen=True, slots=True)
class Header:
    """What a recording says of itself in its first line."""

    armband: str
    address: str
    streams: Mapping[str, StreamSpec]
    started_utc: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)


class RecordingWriter:
    """Appends packets and labels; every line is whole or, after power loss, the torn last one.

    Raises StorageError when the file cannot be written (disk full, no permission).
    """

    def __init__(self, path: Path, header: Header) -> None:
        self._path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            if stat.S_ISREG(os.fstat(handle).st_mode):
                os.fchmod(handle, 0o600)  # also where an older file of that name was open to others
            self._raw = os.fdopen(handle, "wb")
        except OSError as error:
            raise StorageError(f"cannot write {path}: {error.strerror}; choose another place") from error
        self._zipped = gzip.GzipFile(fileobj=self._raw, mode="wb") if path.suffix == ".gz" else None
        self.packets = 0
        self._write(_header_to_json(header))

    def __call__(self, item: Arrival | Label) -> None:
        """Append one packet or label."""
        if isinstance(item, Arrival):
            self.packets += 1
            self._write({"t_ns": item.t_ns, "from": item.source, "hex": item.data.hex()})
        else:
            self._write(
                {"t_ns": item.t_ns, "label": item.label, "repetition": item.repetition, "edge": item.edge}
            )

    def _write(self, row: Mapping[str, Any]) -> None:
        try:
            (self._zipped or self._raw).write(json.dumps(row, separators=(",", ":")).encode() + b"\n")
        except OSError as error:
            raise StorageError(
                f"cannot write {self._path}: {error.strerror}; what is written so far is kept"
            ) from error

    def flush(self) -> None:
        """Hand what is written so far to the disk."""
        try:
            if self._zipped:
                self._zipped.flush()
            self._sync()
        except OSError as error:
            raise StorageError(f"cannot write {self._path}: {error.strerror}; free some space") from error

    def _sync(self) -> None:
        self._raw.flush()
        os.fsync(self._raw.fileno())

    def close(self) -> None:
        """Close the file whole; raises StorageError where its end cannot be written; it is closed even so."""
        if self._raw.closed:
            return
        try:
            try:
                if self._zipped:
                    self._zipped.close()
                self._sync()
            finally:
                self._raw.close()
        except OSError as error:
            raise StorageError(f"cannot write {self._path}: {error.strerror}; free some space") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        self.close()


class RecordingReader:
    """Reads a recording; iterate for its packets and labels in file order.

    `notes` says afterwards what was dropped (a torn last line). Raises NotThereError when there is no such
    file, FormatError when the header is not a recording's or a line before the last is broken.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.notes: list[str] = []
        with closing(self._lines()) as lines:
            first = next(lines, None)
        if first is None:
            raise FormatError(f"{path} is empty; wanted a recording whose first line is its header")
        self.header = header_from_json(first, path)

    def _lines(self) -> Generator[Any, None, None]:
        try:
            raw = self.path.open("rb")
        except OSError as error:
            raise NotThereError(f"no recording at {self.path}: {error.strerror}; check the path") from error
        with raw:
            file = cast(BinaryIO, gzip.GzipFile(fileobj=raw)) if self.path.suffix == ".gz" else raw
            torn: str | None = None
            for number, line in enumerate(_whole_lines(file, self.notes), 1):
                if torn is not None:
                    raise FormatError(
                        f"{self.path}: line {torn} is broken in mid-file; the file was edited or damaged"
                    )
                try:
                    yield json.loads(line)
                except (ValueError, RecursionError):
                    torn = str(number)
            if torn is not None:
                self.notes.append(f"line {torn} is torn (power loss while recording) and was dropped")

    def __iter__(self) -> Iterator[Arrival | Label]:
        self.notes.clear()
        rows = self._lines()
        next(rows)
        for number, row in enumerate(rows, 2):
            try:
                yield _row(row)
            except (KeyError, TypeError, ValueError, OverflowError) as error:
                raise FormatError(f"{self.path}: line {number} is no packet or label ({error!r})") from error


def _whole_lines(file: BinaryIO, notes: list[str]) -> Iterator[bytes]:
    """Lines of a file that may end in the middle of a compressed block."""
    try:
        yield from file
    except (EOFError, OSError, zlib.error) as error:
        notes.append(f"the compressed file ends early ({error}); what could be read was kept")


def _row(row: Any) -> Arrival | Label:
    if "hex" in row:
        return Arrival(int(row["t_ns"]), str(row["from"]), bytes.fromhex(row["hex"]))
    edge = row["edge"]
    if edge not in ("start", "end"):
        raise ValueError(f"edge {edge!r}")
    return Label(int(row["t_ns"]), str(row["label"]), int(row["repetition"]), edge)


def _header_to_json(header: Header) -> dict[str, Any]:
    streams = {
        name: {"rate_hz": s.rate_hz, "channels": s.channels, "unit": s.unit, "limit": s.limit}
        for name, s in header.streams.items()
    }
    return {
        "myoedge": "recording",
        "v": VERSION,
        "armband": header.armband,
        "address": header.address,
        "started_utc": header.started_utc or datetime.now(UTC).isoformat(timespec="seconds"),
        "streams": streams,
        **header.extra,
    }


def header_from_json(row: Any, path: Path) -> Header:
    """Read a header, first line of a recording; raises FormatError naming `path`."""
    if not isinstance(row, dict) or row.get("myoedge") != "recording":
        raise FormatError(f"{path} is no recording: its first line must say myoedge recording")
    if row.get("v") != VERSION:
        raise FormatError(f"{path} is a recording of version {row.get('v')}; this program reads {VERSION}")
    known = {"myoedge", "v", "armband", "address", "started_utc", "streams"}
    try:
        streams = {name: _stream(s) for name, s in row["streams"].items()}
        extra = {key: value for key, value in row.items() if key not in known}
        return Header(
            str(row["armband"]), str(row.get("address", "")), streams, str(row["started_utc"]), extra
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise FormatError(
            f"{path}: its header lacks or misstates {error}; wanted armband and streams"
        ) from error


def _stream(row: Any) -> StreamSpec:
    limit = row.get("limit")
    spec = StreamSpec(
        float(row["rate_hz"]),
        int(row["channels"]),
        str(row.get("unit", "count")),
        None if limit is None else float(limit),
    )
    if not 0 < spec.rate_hz < math.inf or spec.channels < 1:
        raise ValueError(f"{spec.channels} channels at {spec.rate_hz} Hz")
    return spec
