"""The gForcePro's packets: counts around zero, units, parts, and nothing that makes it fall over."""

import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from myoedge.edge.recording import Arrival
from myoedge.firmware_bridge.codec import GforceCodec
from myoedge.firmware_bridge.packet import ProtocolError
from myoedge.firmware_bridge.protocols import gforce
from myoedge.firmware_bridge.protocols.gforce import GforceDecoder

T0 = 10**12
ROWS = np.arange(-32, 32).reshape(8, 8) * 60
PACKET = b"\x08" + (ROWS + 2048).astype("<u2").tobytes()


def test_12_bits_are_little_endian_around_2048() -> None:
    met = GforceDecoder(12)("data", PACKET)
    assert met is not None and met.samples.tolist() == ROWS.tolist()


def test_8_bits_are_16_rows_around_128() -> None:
    met = GforceDecoder(8)("data", b"\x08" + bytes(range(128)))
    assert met is not None and met.samples.shape == (16, 8)
    assert met.samples[0].tolist() == list(range(-128, -120))


def test_a_packet_in_parts_is_joined() -> None:
    decoder = GforceDecoder(12)
    parts = [PACKET[:50], PACKET[50:100], PACKET[100:]]
    met = [decoder("data", bytes((0xFF, 2 - n)) + part) for n, part in enumerate(parts)]
    assert met[:2] == [None, None]
    assert met[2] is not None and met[2].samples.tolist() == ROWS.tolist()


def test_a_lost_part_costs_its_packet_and_no_other() -> None:
    decoder = GforceDecoder(12)
    decoder("data", b"\xff\x02" + PACKET[:50])
    with pytest.raises(ProtocolError, match="part 0"):
        decoder("data", b"\xff\x00" + PACKET[100:])
    assert decoder("data", PACKET) is not None


def test_units_are_the_reference_over_the_gain() -> None:
    assert gforce.microvolt_per_count(12) * 2048 == pytest.approx(1.25 / 1200 * 1e6)
    assert gforce.microvolt_per_count(8) * 128 == pytest.approx(1.25 / 1200 * 1e6)
    assert (gforce.spec(12).rate_hz, gforce.spec(8).rate_hz) == (500.0, 1000.0)


def test_commands_are_the_vendors_bytes() -> None:
    assert gforce.start(12) == (bytes.fromhex("3ff401ff00800c"), bytes.fromhex("4f80000000"))
    assert gforce.start(8)[0] == bytes.fromhex("3fe803ff008008")
    assert gforce.GATT.stop == (bytes.fromhex("4f00000000"),)


def test_quaternions_and_the_rest_hold_no_emg() -> None:
    assert GforceDecoder(12)("data", b"\x05" + struct.pack("<4f", 1, 0, 0, 0)) is None


@pytest.mark.parametrize("data", [b"", b"\x08", PACKET[:-1], PACKET + b"x", b"\xff\x00", b"\xff\x00\xff\x00"])
def test_what_makes_no_sense_is_refused(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        GforceDecoder(12)("data", data)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from([8, 12]),
    st.lists(
        st.builds(
            Arrival,
            st.integers(-(10**9), 10**13),
            st.sampled_from(["data", "data", "link", ""]),
            st.binary(max_size=140) | st.just(PACKET) | st.binary(max_size=60).map(lambda b: b"\xff" + b),
        ),
        max_size=60,
    ),
)
def test_the_codec_survives_anything(bits: int, items: list[Arrival]) -> None:
    codec = GforceCodec(bits)
    for item in items:
        for chunk in codec.feed(item):
            assert chunk.samples.shape == (128 // bits if bits == 8 else 8, 8) and chunk.lost >= 0
