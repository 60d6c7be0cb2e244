"""Recordings: raw packets as they came from the air or wire, with labels, as JSON Lines (also .gz).

Line 1 is the header, then one line a packet or label. A torn last line (power loss) is dropped and said.
"""

import gzip
import io
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Literal, Self

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
            raw: IO[bytes] = os.fdopen(handle, "wb")
            self._file: IO[bytes] = gzip.GzipFile(fileobj=raw, mode="wb") if path.suffix == ".gz" else raw
            self._raw = raw
        except OSError as error:
            raise StorageError(f"cannot write {path}: {error.strerror}; choose another place") from error
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
            self._file.write(json.dumps(row, separators=(",", ":")).encode() + b"\n")
        except OSError as error:
            raise StorageError(
                f"cannot write {self._path}: {error.strerror}; what is written so far is kept"
            ) from error

    def flush(self) -> None:
        """Hand what is written so far to the disk."""
        try:
            self._file.flush()
            self._raw.flush()
            os.fsync(self._raw.fileno())
        except OSError as error:
            raise StorageError(f"cannot write {self._path}: {error.strerror}; free some space") from error

    def close(self) -> None:
        if not self._raw.closed:
            self.flush()
            self._file.close()
            self._raw.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        self.close()


class RecordingReader:
    """Reads a recording; iterate for its packets and labels in file order.

    `notes` says afterwards what was dropped (a torn last line). Raises NotThereError when there is no such file,
    FormatError when the header is not a recording's or a line before the last is broken.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.notes: list[str] = []
        lines = self._lines()
        try:
            first = next(lines)
        except StopIteration:
            raise FormatError(f"{path} is empty; wanted a recording whose first line is its header") from None
        self.header = header_from_json(first, path)

    def _lines(self) -> Iterator[Any]:
        try:
            raw: IO[bytes] = gzip.open(self.path) if self.path.suffix == ".gz" else self.path.open("rb")
        except OSError as error:
            raise NotThereError(f"no recording at {self.path}: {error.strerror}; check the path") from error
        with raw as file:
            torn: str | None = None
            for number, line in enumerate(_whole_lines(file, self.notes), 1):
                if torn is not None:
                    raise FormatError(
                        f"{self.path}: line {torn} is broken in mid-file; the file was edited or damaged"
                    )
                try:
                    yield json.loads(line)
                except ValueError:
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
            except (KeyError, TypeError, ValueError) as error:
                raise FormatError(f"{self.path}: line {number} is no packet or label ({error!r})") from error


def _whole_lines(file: IO[bytes], notes: list[str]) -> Iterator[bytes]:
    """Lines of a file that may end in the middle of a compressed block."""
    buffered = io.BufferedReader(file) if isinstance(file, io.RawIOBase) else file
    try:
        yield from buffered
    except (EOFError, OSError) as error:
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
        streams = {
            name: StreamSpec(
                float(s["rate_hz"]), int(s["channels"]), str(s.get("unit", "count")), s.get("limit")
            )
            for name, s in row["streams"].items()
        }
        extra = {key: value for key, value in row.items() if key not in known}
        return Header(
            str(row["armband"]), str(row.get("address", "")), streams, str(row["started_utc"]), extra
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise FormatError(
            f"{path}: its header lacks or misstates {error}; wanted armband and streams"
        ) from error
