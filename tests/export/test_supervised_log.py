"""TensorBoard reads what is written here."""

import struct
from pathlib import Path

import pytest

from myoedge.export.supervised_log import EventLog, crc32c


def records(path: Path) -> list[bytes]:
    """The frames of a file, every checksum held."""
    data, found = path.read_bytes(), []
    while data:
        (length,) = struct.unpack("<Q", data[:8])
        body = data[12 : 12 + length]
        for part, at in ((data[:8], 8), (body, 12 + length)):
            crc = crc32c(part)
            masked = ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF
            assert struct.unpack("<I", data[at : at + 4]) == (masked,)
        found.append(body)
        data = data[16 + length :]
    return found


def test_checksums_are_those_of_the_standard() -> None:
    # RFC 3720, appendix B.4
    assert crc32c(bytes(32)) == 0x8A9136AA
    assert crc32c(b"\xff" * 32) == 0x62A8AB43
    assert crc32c(bytes(range(32))) == 0x46DD794E


def test_a_point_is_framed_with_its_step_and_values(tmp_path: Path) -> None:
    log = EventLog(tmp_path)
    log(300, {"loss": 0.25})
    log.close()
    (path,) = tmp_path.iterdir()
    first, second = records(path)
    assert first.endswith(b"brain.Event:2")
    assert b"\x10\xac\x02" in second  # step 300 as a varint
    assert second.endswith(b"\x0a\x04loss\x15" + struct.pack("<f", 0.25))


def test_a_run_that_goes_on_writes_another_file(tmp_path: Path) -> None:
    for _ in range(2):
        EventLog(tmp_path).close()
    assert len(list(tmp_path.iterdir())) == 2


def test_tensorboard_itself_reads_the_curves(tmp_path: Path) -> None:
    loader = pytest.importorskip(
        "tensorboard.backend.event_processing.event_file_loader", reason="tensorboard is only for looking on"
    )
    log = EventLog(tmp_path)
    for step in range(1, 4):
        log(step, {"loss": 1 / step, "validation_accuracy": 0.5})
    log.close()
    (path,) = tmp_path.iterdir()
    read = [
        (event.step, value.tag, round(value.tensor.float_val[0], 4))
        for event in loader.EventFileLoader(str(path)).Load()
        for value in event.summary.value
    ]
    assert read[:2] == [(1, "loss", 1.0), (1, "validation_accuracy", 0.5)]
    assert len(read) == 6
