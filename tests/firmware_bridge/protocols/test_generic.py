"""The generic protocol's info, commands and packets, as docs/protocol-generic.md lays them out."""

import contextlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from myoedge.edge.errors import FormatError, LinkError
from myoedge.firmware_bridge.packet import ProtocolError
from myoedge.firmware_bridge.protocols import generic
from myoedge.firmware_bridge.protocols.generic import GenericInfo


def info(**changes: float) -> bytes:
    fields = {
        "version": 1,
        "channels": 8,
        "rows": 14,
        "flags": 0,
        "rate": 2000.0,
        "scale": 0.5,
        "limit": 32767,
    }
    fields.update(changes)
    return struct.pack("<BBBBffHH", *fields.values(), 0)


def test_info_is_read() -> None:
    met = GenericInfo.decode(info())
    assert met == GenericInfo(8, 14, 2000.0, 0.5, 32767)
    assert met.spec.limit == 32767


@pytest.mark.parametrize(
    "changes",
    [
        {"version": 2},
        {"channels": 0},
        {"rows": 0},
        {"rows": 15},
        {"rate": 0.0},
        {"rate": float("nan")},
        {"rate": float("inf")},
        {"scale": -1.0},
        {"limit": 0},
    ],
)
def test_info_that_makes_no_sense_is_refused(changes: dict[str, float]) -> None:
    with pytest.raises(FormatError):
        GenericInfo.decode(info(**changes))


@given(st.binary(max_size=40) | st.binary(min_size=16, max_size=16))
def test_info_of_any_bytes_is_sound_or_refused(data: bytes) -> None:
    with contextlib.suppress(ProtocolError):
        met = GenericInfo.decode(data)
        assert 7 + 2 * met.rows * met.channels <= 244


def test_an_armband_with_a_broken_info_cannot_be_used() -> None:
    with pytest.raises(LinkError, match="cannot be used"):
        generic.firmware({"info": b"\x01"})


def test_commands_are_the_documented_bytes() -> None:
    assert (generic.start(), generic.stop()) == (b"\x01", b"\x00")
    assert generic.vibrate(2) == b"\x02\x90\x01"


def test_rows_that_do_not_fill_the_packet_are_refused() -> None:
    packet = struct.pack("<HIB", 1, 2, 3) + bytes(2 * 3 * 8)
    assert generic.decode(8, "data", packet).samples.shape == (3, 8)
    for wrong in (packet + b"\0", packet[:-1], packet[:6] + b"\x04" + packet[7:], packet[:6] + b"\0"):
        with pytest.raises(ProtocolError):
            generic.decode(8, "data", wrong)
