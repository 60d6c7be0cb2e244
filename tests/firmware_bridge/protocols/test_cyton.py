"""The Cyton's frames: units by the data sheet's formula, noise, torn frames, losses, pairs with a Daisy."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from myoedge.edge.errors import LinkError
from myoedge.edge.recording import Arrival
from myoedge.firmware_bridge.codec import CytonCodec
from myoedge.firmware_bridge.packet import ProtocolError
from myoedge.firmware_bridge.protocols import cyton
from myoedge.firmware_bridge.protocols.cyton import CytonDecoder, CytonFrames, counts_24

T0 = 10**12
BANNER = (
    b"OpenBCI V3 8-16 channel\nOn Board ADS1299 Device ID: 0x3E\n"
    b"LIS3DH Device ID: 0x33\nFirmware: v3.1.2\n$$$"
)


def frame(number: int, value: int = 0, last: int = 0xC0) -> bytes:
    return bytes((0xA0, number % 256)) + value.to_bytes(3, "big", signed=True) * 8 + bytes(6) + bytes((last,))


@pytest.mark.parametrize(
    ("octets", "count"),
    [  # the vendor's own examples of 24 bits to 32 (docs.openbci.com), and the ends
        ("000001", 1),
        ("ffffff", -1),
        ("7fffff", 8388607),
        ("800000", -8388608),
        ("5d3be4", 6110180),
        ("a2c41c", -6110180),
    ],
)
def test_24_bits_are_signed_and_big_endian(octets: str, count: int) -> None:
    assert counts_24(bytes.fromhex(octets)).tolist() == [count]


def test_a_count_is_what_the_data_sheet_says() -> None:
    """ADS1299 (SBAS499C 9.3.2): full scale is reference / gain; 24 bits, two's complement."""
    scale = cyton.MICROVOLT_PER_COUNT
    assert scale == pytest.approx(0.02235174, rel=1e-6)
    assert scale * cyton.LIMIT == pytest.approx(187_500)


def test_the_counter_and_channels_are_read_in_order() -> None:
    data = (
        bytes((0xA0, 7))
        + b"".join(n.to_bytes(3, "big", signed=True) for n in range(-4, 4))
        + bytes(6)
        + b"\xc3"
    )
    packet = CytonDecoder(daisy=False)("wire", data)
    assert packet is not None and packet.number == 7
    assert packet.samples.tolist() == [[-4, -3, -2, -1, 0, 1, 2, 3]]


@pytest.mark.parametrize(
    "data", [b"", frame(1)[:-1], frame(1) + b"x", b"\xa1" + frame(1)[1:], frame(1, last=0xC7)]
)
def test_what_is_no_frame_is_refused(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        CytonDecoder(daisy=False)("wire", data)


@settings(deadline=None)
@given(st.integers(0, 255), st.randoms(use_true_random=False), st.binary(max_size=60))
def test_torn_frames_come_whole_and_noise_before_them_costs_none(
    first: int, rng: random.Random, noise: bytes
) -> None:
    sent = [frame(first + n, n) for n in range(12)]
    data, frames, met = noise.replace(b"\xa0", b"") + b"".join(sent), CytonFrames(), []
    while data:
        cut = rng.randint(1, 50)
        met += frames.feed(data[:cut])
        data = data[cut:]
    assert met == sent


def test_after_a_lost_byte_it_holds_again_by_the_second_frame() -> None:
    sent = [frame(n, n + 1) for n in range(10)]
    frames = CytonFrames()
    met = frames.feed(b"".join(sent[:4]) + sent[4][:10] + sent[4][11:] + b"".join(sent[5:]))
    assert met == sent[:4] + sent[5:]
    assert frames.noise == 32


def test_16_mib_of_noise_hold_no_frame() -> None:
    rng, frames, met = random.Random(9), CytonFrames(), 0
    for _ in range(256):
        met += len(frames.feed(rng.randbytes(2**16)))
    assert met == 0
    assert frames.noise > 16 * 2**20 - 100


def test_a_port_that_was_unplugged_forgets_its_half_frame() -> None:
    frames = CytonFrames()
    frames.feed(frame(1) + frame(2) + frame(3)[:20])
    frames.reset()
    assert frames.feed(frame(9) + frame(10)) == [frame(9), frame(10)]


def codec_rows(codec: CytonCodec, frames: list[bytes]) -> tuple[list[list[int]], int]:
    met = [c for n, one in enumerate(frames) for c in codec.feed(Arrival(T0 + n * 4_000_000, "wire", one))]
    return [row for chunk in met for row in chunk.samples.tolist()], sum(chunk.lost for chunk in met)


def test_lost_frames_are_counted_over_the_wrap_of_the_counter() -> None:
    sent = [b"" if n in (100, 254, 255, 256) else frame(n, n) for n in range(300)]
    rows, lost = codec_rows(CytonCodec(daisy=False), sent)
    assert lost == 4
    assert [row[0] for row in rows] == [n for n in range(300) if n not in (100, 254, 255, 256)]


def test_a_counter_that_runs_backwards_gives_no_sample_twice() -> None:
    codec = CytonCodec(daisy=False)
    rows, _ = codec_rows(codec, [frame(n, n) for n in (*range(20), 18, 19, 20)])
    assert [row[0] for row in rows] == list(range(21))


def test_odd_and_even_frames_make_a_row_with_a_daisy() -> None:
    rows, lost = codec_rows(CytonCodec(daisy=True), [frame(n, n) for n in range(1, 301)])
    assert rows == [[n] * 8 + [n + 1] * 8 for n in range(1, 301, 2)]
    assert lost == 0


@pytest.mark.parametrize("gone", [101, 102])
def test_half_a_row_is_a_lost_row(gone: int) -> None:
    frames = [b"" if n == gone else frame(n, n) for n in range(1, 301)]
    rows, lost = codec_rows(CytonCodec(daisy=True), frames)
    assert lost == 1
    assert rows == [[n] * 8 + [n + 1] * 8 for n in range(1, 301, 2) if n != 101]


@settings(max_examples=150, deadline=None)
@given(
    st.booleans(),
    st.lists(
        st.builds(
            Arrival,
            st.integers(-(10**9), 10**13),
            st.sampled_from(["wire", "wire", "wire", "link", ""]),
            st.binary(max_size=80)
            | st.integers(0, 600).map(lambda n: frame(n, n) + frame(n + 1, n))
            | st.sampled_from([b"linked", b"dropped", BANNER]),
        ),
        max_size=60,
    ),
)
def test_the_codec_survives_anything(daisy: bool, items: list[Arrival]) -> None:
    codec = CytonCodec(daisy)
    for item in items:
        for chunk in codec.feed(item):
            assert chunk.samples.shape == (1, 16 if daisy else 8) and chunk.lost >= 0


def test_the_text_of_a_reset_is_read() -> None:
    assert cyton.answer("banner", b"\xa0rest of a frame" + BANNER[:-1]) is None
    met = cyton.answer("banner", b"\xa0rest of a frame" + BANNER)
    assert met == BANNER
    assert cyton.firmware({"banner": BANNER}) == "v3.1.2"
    assert not cyton.has_daisy(BANNER)
    assert cyton.has_daisy(BANNER.replace(b"LIS3DH", b"On Daisy ADS1299 Device ID: 0x3E\nLIS3DH"))
    assert not cyton.has_daisy(BANNER.replace(b"LIS3DH", b"On Daisy ADS1299 Device ID: 0x0\nLIS3DH"))


@pytest.mark.parametrize("banner", [b"", b"Marlin 1.1$$$", b"OpenBCI Ganglion v2$$$"])
def test_another_device_cannot_be_used(banner: bytes) -> None:
    with pytest.raises(LinkError):
        cyton.firmware({"banner": banner})
