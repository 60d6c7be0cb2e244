"""Recordings: what was written comes back, however the power went."""

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from myoedge.edge.errors import FormatError, NotThereError, StorageError
from myoedge.edge.recording import Arrival, Header, Label, RecordingReader, RecordingWriter
from myoedge.edge.stream import StreamSpec

HEADER = Header(
    "myo", "AA:BB", {"emg": StreamSpec(200, 8, "count", 128)}, "2024-01-01T00:00:00+00:00", {"wearer": "a"}
)
ITEMS: list[Arrival | Label] = [
    Arrival(1, "emg0", bytes(range(16))),
    Label(2, "fist", 1, "start"),
    Arrival(3, "emg1", b""),
    Arrival(4, "imu", bytes(20)),
    Label(5, "fist", 1, "end"),
]


def write(path: Path) -> Path:
    with RecordingWriter(path, HEADER) as writer:
        for item in ITEMS:
            writer(item)
        assert writer.packets == 3
    return path


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz"])
def test_what_was_written_comes_back(tmp_path: Path, name: str) -> None:
    reader = RecordingReader(write(tmp_path / name))
    assert reader.header == HEADER
    assert list(reader) == ITEMS
    assert list(reader) == ITEMS  # and again
    assert reader.notes == []


def test_any_json_reader_reads_it(tmp_path: Path) -> None:
    rows = [json.loads(line) for line in write(tmp_path / "a").read_text().splitlines()]
    assert rows[0]["myoedge"] == "recording"
    assert rows[1] == {"t_ns": 1, "from": "emg0", "hex": bytes(range(16)).hex()}
    assert rows[2] == {"t_ns": 2, "label": "fist", "repetition": 1, "edge": "start"}


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz"])
def test_torn_at_any_byte_it_reads_with_a_note_or_is_refused(tmp_path: Path, name: str) -> None:
    whole = write(tmp_path / name).read_bytes()
    torn = tmp_path / ("torn" + name)
    read = 0
    for end in range(len(whole)):
        torn.write_bytes(whole[:end])
        try:
            reader = RecordingReader(torn)
        except FormatError as error:
            assert str(torn) in str(error)
            continue
        items = list(reader)
        assert items == ITEMS[: len(items)]
        assert reader.notes or not name.endswith(".gz")
        assert len(items) == len(ITEMS) or reader.notes or whole[end - 1 : end] in b"\n}"
        read += 1
    assert read > 0


def test_a_line_broken_in_mid_file_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a")
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:2], lines[2][:9] + b"\n", *lines[3:]]))
    with pytest.raises(FormatError, match="line 3 is broken"):
        list(RecordingReader(path))


@given(st.data())
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_flipped_bytes_read_or_are_refused(tmp_path: Path, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(["a.jsonl", "a.jsonl.gz"]))
    whole = bytearray(write(tmp_path / name).read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    (tmp_path / name).write_bytes(whole)
    try:
        list(RecordingReader(tmp_path / name))
    except FormatError:
        return


LINES = st.recursive(
    st.none() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["t_ns", "from", "hex", "label", "repetition", "edge"]), inner, max_size=6
        )
    ),
    max_leaves=8,
)


@given(st.lists(LINES, max_size=3))
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_lines_of_anything_read_or_are_refused(tmp_path: Path, rows: list[object]) -> None:
    path = write(tmp_path / "a")
    with path.open("a") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    try:
        list(RecordingReader(path))
    except FormatError as error:
        assert str(path) in str(error)


@pytest.mark.parametrize(
    "changes",
    [
        {"v": 2},
        {"myoedge": "profile"},
        {"streams": None},
        {"streams": {"emg": {}}},
        {"streams": {"emg": {"rate_hz": 0, "channels": 8}}},
        {"streams": {"emg": {"rate_hz": 1e999, "channels": 8}}},
        {"streams": {"emg": {"rate_hz": 200, "channels": 0}}},
        {"streams": {"emg": {"rate_hz": 200, "channels": 8, "limit": "big"}}},
        {"armband": None, "started_utc": None, "streams": 5},
    ],
    ids=str,
)
def test_a_header_that_makes_no_sense_is_refused(tmp_path: Path, changes: dict[str, object]) -> None:
    path = write(tmp_path / "a")
    row = json.loads(path.read_text().splitlines()[0])
    path.write_text(json.dumps({**row, **changes}) + "\n")
    with pytest.raises(FormatError):
        RecordingReader(path)


def test_an_empty_or_missing_file_says_so(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    with pytest.raises(FormatError, match="is empty"):
        RecordingReader(tmp_path / "empty")
    (tmp_path / "empty.gz").write_bytes(gzip.compress(b""))
    with pytest.raises(FormatError, match="is empty"):
        RecordingReader(tmp_path / "empty.gz")
    with pytest.raises(NotThereError):
        RecordingReader(tmp_path / "none")
    with pytest.raises(NotThereError):
        RecordingReader(tmp_path)


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz"])
def test_only_its_owner_may_read_it(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch(0o644)
    assert write(tmp_path / name).stat().st_mode & 0o777 == 0o600


def test_a_full_disk_is_said_and_the_file_is_closed() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    writer = RecordingWriter(Path("/dev/full"), HEADER)
    with pytest.raises(StorageError, match="No space left"):
        writer.flush()
    with pytest.raises(StorageError, match="No space left"):
        writer.close()
    writer.close()  # once more is harmless


def test_many_packets_on_a_full_disk_end_in_a_storage_error() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    with pytest.raises(StorageError), RecordingWriter(Path("/dev/full"), HEADER) as writer:
        for _ in range(10_000):
            writer(ITEMS[0])


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="choose another place"):
        RecordingWriter(tmp_path / "file" / "a", HEADER)


def test_what_was_flushed_survives_a_kill(tmp_path: Path) -> None:
    for name in ("a.jsonl", "a.jsonl.gz"):
        writer = RecordingWriter(tmp_path / name, HEADER)
        writer(ITEMS[0])
        writer.flush()
        assert list(RecordingReader(tmp_path / name)) == ITEMS[:1]
        writer.close()
