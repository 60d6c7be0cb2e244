"""The plain serial protocol: the page's golden frames hold for the decoder, the host and the emulator."""

import re
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from myoedge.edge.recording import Arrival
from myoedge.edge.stream import StreamSpec
from myoedge.firmware_bridge.codec import SerialCodec
from myoedge.firmware_bridge.framing import CobsFrames, cobs_frame
from myoedge.firmware_bridge.packet import ProtocolError
from myoedge.firmware_bridge.protocols import serial_plain
from myoedge.firmware_bridge.protocols.generic import GenericInfo
from myoedge.firmware_bridge.virtual import serial as emulator

PAGE = Path(__file__).parents[3] / "docs" / "protocol-serial.md"
GOLDEN = [
    (what, bytes.fromhex(body), bytes.fromhex(frame))
    for what, body, frame in re.findall(
        r"^\| ([^|]+) \| `([0-9a-f ]+)` \| `(00 [0-9a-f ]+)` \|$", PAGE.read_text(), re.M
    )
]
BODIES = {what.partition(":")[0]: body for what, body, _ in GOLDEN}
T0 = 10**12
SPEC = StreamSpec(1000.0, 2, "count", 32767.0)


def data_frame(number: int, rows: int = 3) -> bytes:
    counts = np.full((rows, 2), number % 1000, "<i2").tobytes()
    return cobs_frame(b"\x03" + struct.pack("<HIB", number % 65536, number * rows, rows) + counts)


def test_the_page_has_its_golden_frames() -> None:
    assert len(GOLDEN) == 11


@pytest.mark.parametrize(("what", "body", "frame"), GOLDEN, ids=[what for what, *_ in GOLDEN])
def test_every_golden_frame_is_made_and_read_by_both_ends(what: str, body: bytes, frame: bytes) -> None:
    assert cobs_frame(body) == emulator.frame(body) == frame
    assert CobsFrames().feed(frame) == emulator.Receiver().feed(frame) == [body]


def test_the_golden_bodies_mean_what_the_page_says() -> None:
    info = GenericInfo.decode(BODIES["info"][1:])
    assert (info.channels, info.rows, info.rate_hz, info.limit) == (2, 3, 1000.0, 32767)
    assert info.microvolt_per_count == pytest.approx(0.195)
    packet = serial_plain.decode(2, "wire", BODIES["data"])
    assert packet is not None and packet.number == 513
    assert packet.samples.tolist() == [[1, -1], [256, -32768], [0, 32767]]
    wire = serial_plain.WIRE
    said = [*wire.questions.values(), *wire.start, *wire.stop, wire.vibrate(2)]
    names = ("ask for info", "ask for the battery", "start", "stop", "vibrate 400 ms")
    assert [CobsFrames().feed(frame) for frame in said] == [[BODIES[name]] for name in names]


@given(st.binary(max_size=100))
def test_the_emulators_crc_is_the_one_of_zlib(data: bytes) -> None:
    import zlib

    assert emulator.crc32(data) == emulator.fast_crc32(data) == zlib.crc32(data)


def test_an_answer_is_found_among_data_and_noise() -> None:
    heard = (
        data_frame(1) + b"noise" + cobs_frame(BODIES["info"]) + data_frame(2) + cobs_frame(b"\x05\x5b")[:-1]
    )
    assert serial_plain.answer("info", heard) == BODIES["info"][1:]
    assert serial_plain.answer("battery", heard) is None
    assert serial_plain.answer("battery", heard + b"\0") == b"\x5b"
    assert serial_plain.answer("info", cobs_frame(b"\x02")) is None  # an echo of the question


@pytest.mark.parametrize("body", [b"", b"\x00", b"\x06abc", b"\x03", b"\x03" + bytes(7), b"\x03" + bytes(12)])
def test_other_bodies_are_refused(body: bytes) -> None:
    with pytest.raises(ProtocolError):
        serial_plain.decode(2, "wire", body)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.builds(
            Arrival,
            st.integers(-(10**9), 10**13),
            st.sampled_from(["wire", "wire", "wire", "link", ""]),
            st.binary(max_size=300)
            | st.integers(0, 70_000).map(data_frame)
            | st.binary(min_size=1, max_size=249).map(cobs_frame)
            | st.sampled_from([b"linked", b"dropped", BODIES["info"]]),
        ),
        max_size=60,
    )
)
def test_the_serial_codec_survives_anything(items: list[Arrival]) -> None:
    codec = SerialCodec(SPEC)
    for item in items:
        for chunk in codec.feed(item):
            assert chunk.samples.shape[1] == 2 and len(chunk.samples) and chunk.lost >= 0


def feed(codec: SerialCodec, numbers: list[int], start: int = 0) -> tuple[int, int]:
    """Samples and losses of frames that come in their time, 3 rows at 1 kHz each."""
    met = [
        c for n in numbers for c in codec.feed(Arrival(T0 + (start + n) * 3_000_000, "wire", data_frame(n)))
    ]
    return sum(len(c.samples) for c in met), sum(c.lost for c in met)


def test_a_lost_frame_is_counted_over_the_wrap_of_numbers_too() -> None:
    codec = SerialCodec(SPEC)
    assert feed(codec, [65530, 65531, 65534, 65535, 65537, 65538]) == (18, 9)


def test_a_frame_that_comes_again_or_late_is_a_duplicate() -> None:
    codec = SerialCodec(SPEC)
    feed(codec, [10, 11, 12])
    assert codec.feed(Arrival(T0 + 40_000_000, "wire", data_frame(11) + data_frame(12))) == []
    assert codec.counters["duplicates"] == 2


def test_a_counter_that_begins_anew_is_followed_within_eight_packets() -> None:
    codec = SerialCodec(SPEC)
    feed(codec, list(range(1000, 1100)))
    samples, lost = feed(codec, list(range(40)), start=1100)
    assert samples == (40 - 7) * 3
    assert abs(lost - 7 * 3) <= 1
    assert codec.counters["restarts"] == 1


def test_noise_is_counted_and_costs_no_sample() -> None:
    codec = SerialCodec(SPEC)
    met = codec.feed(Arrival(T0, "wire", b"brr" + data_frame(1) + b"\xff\xfe" + data_frame(2) + b"\x07"))
    assert [chunk.lost for chunk in met] == [0, 0]
    assert codec.counters["noise"] == 5
    assert codec.counters["packets"] == 2
