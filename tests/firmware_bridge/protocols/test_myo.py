"""The Myo's commands and readings, byte for byte as in its public header."""

import struct

import pytest

from myoedge.edge.errors import FormatError, LinkError, UsageError
from myoedge.firmware_bridge.protocols import myo


def test_commands_are_the_documented_bytes() -> None:
    assert myo.set_mode().hex() == "0103020100"
    assert myo.set_mode(3, 1, 1).hex() == "0103030101"
    assert myo.never_sleep().hex() == "090101"
    assert [myo.vibrate(kind).hex() for kind in (1, 2, 3)] == ["030101", "030102", "030103"]


def test_nothing_we_write_is_deep_sleep() -> None:
    written = (*myo.GATT.start, *myo.GATT.stop, *map(myo.vibrate, (1, 2, 3)))
    assert all(command[0] != 0x04 for command in written)


def test_an_unknown_vibration_is_refused() -> None:
    with pytest.raises(UsageError, match=r"1 .short"):
        myo.vibrate(4)


def test_uuids_are_the_documented_ones() -> None:
    assert myo.GATT.service == "d5060001-a904-deb9-4748-2c7f4a124842"
    assert myo.GATT.data["d5060305-a904-deb9-4748-2c7f4a124842"] == "emg2"


def test_new_firmware_is_told_in_words() -> None:
    assert myo.firmware({"firmware": struct.pack("<4H", 1, 5, 1970, 2)}) == "1.5.1970"


@pytest.mark.parametrize("version", [(1, 4, 9), (0, 9, 0), (1, 1, 5)])
def test_old_firmware_is_refused_with_the_cure(version: tuple[int, int, int]) -> None:
    with pytest.raises(LinkError, match=r"wanted 1\.5 or newer.*Myo Connect"):
        myo.firmware({"firmware": struct.pack("<4H", *version, 2)})


@pytest.mark.parametrize("raw", [b"", b"\x01\x00"])
def test_a_firmware_reading_that_is_none_is_a_clear_error(raw: bytes) -> None:
    with pytest.raises(LinkError, match="is it a Myo"):
        myo.firmware({"firmware": raw})


@pytest.mark.parametrize(
    ("source", "length"), [("emg0", 15), ("emg3", 17), ("imu", 19), ("emg4", 16), ("", 0)]
)
def test_wrong_packets_are_format_errors(source: str, length: int) -> None:
    with pytest.raises(FormatError):
        myo.decode(source, bytes(length))
