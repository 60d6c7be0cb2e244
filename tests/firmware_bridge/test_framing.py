"""Framing: a notification is a packet; on a wire noise costs the frames it hits and makes none up."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from myoedge.firmware_bridge.framing import (
    MAX_BODY,
    CobsFrames,
    Deframer,
    WholeFrames,
    cobs_decode,
    cobs_encode,
    cobs_frame,
)

bodies = st.binary(min_size=1, max_size=MAX_BODY) | st.lists(
    st.sampled_from([0, 0, 1, 255]), min_size=1, max_size=MAX_BODY
).map(bytes)


@pytest.mark.parametrize("data", [b"abc", b""])
def test_a_notification_is_one_frame(data: bytes) -> None:
    frames: Deframer = WholeFrames()
    assert frames.feed(data) == [data]
    frames.reset()
    assert frames.noise == 0


@pytest.mark.parametrize(
    ("data", "coded"),
    [  # Cheshire and Baker's rule, by hand
        (b"\0", b"\1\1"),
        (b"\0\0", b"\1\1\1"),
        (b"\x11\x22\0\x33", b"\3\x11\x22\2\x33"),
        (b"\x11\0\0\0", b"\2\x11\1\1\1"),
        (bytes(range(1, 254)), b"\xfe" + bytes(range(1, 254))),
    ],
)
def test_bytes_are_stuffed_by_the_rule(data: bytes, coded: bytes) -> None:
    assert cobs_encode(data) == coded
    assert cobs_decode(coded) == data


@pytest.mark.parametrize("coded", [b"\0", b"\3a", b"\2a\0", b"\xff" + b"a" * 253])
def test_what_no_encoder_writes_is_refused(coded: bytes) -> None:
    assert cobs_decode(coded) is None


@given(bodies)
def test_no_frame_holds_a_zero_inside_and_each_comes_back(body: bytes) -> None:
    frame = cobs_frame(body)
    assert frame[0] == frame[-1] == 0 and 0 not in frame[1:-1]
    assert len(frame) == len(body) + 4 + 1 + 2
    frames = CobsFrames()
    assert frames.feed(frame) == [body]
    assert frames.noise == 0


@settings(deadline=None)
@given(st.lists(bodies, min_size=1, max_size=12), st.randoms(use_true_random=False))
def test_frames_torn_anywhere_come_whole(items: list[bytes], rng: random.Random) -> None:
    data, frames, met = b"".join(cobs_frame(item) for item in items), CobsFrames(), []
    while data:
        cut = rng.randint(1, 40)
        met += frames.feed(data[:cut])
        data = data[cut:]
    assert met == items
    assert frames.noise == 0


@settings(deadline=None)
@given(bodies, st.binary(max_size=300), bodies)
def test_after_noise_the_next_frame_is_read(before: bytes, noise: bytes, after: bytes) -> None:
    frames = CobsFrames()
    met = frames.feed(cobs_frame(before) + noise + cobs_frame(after))
    assert met == [before, after]
    assert frames.noise <= len(noise)


@settings(deadline=None)
@given(bodies, st.data())
def test_one_damaged_byte_costs_that_frame_and_no_other(body: bytes, data: st.DataObject) -> None:
    frame = bytearray(cobs_frame(body))
    at = data.draw(st.integers(1, len(frame) - 2))
    frame[at] ^= data.draw(st.integers(1, 255))
    frames = CobsFrames()
    assert frames.feed(bytes(frame) + cobs_frame(b"next")) == [b"next"]
    assert frames.noise > 0


@given(bodies)
def test_a_frame_cut_by_an_unplug_is_forgotten(body: bytes) -> None:
    frames = CobsFrames()
    assert frames.feed(cobs_frame(body)[:-1]) == []
    frames.reset()
    assert frames.feed(b"\0" + cobs_frame(b"next")) == [b"next"]
    assert frames.noise == len(body) + 5


@pytest.mark.parametrize(
    ("alphabet", "size"), [(256, 16 * 2**20), (3, 2**20)], ids=["16 MiB", "1 MiB, often whole blocks"]
)
def test_noise_holds_no_frame(alphabet: int, size: int) -> None:
    rng, frames = random.Random(alphabet), CobsFrames()
    table = bytes(i % alphabet for i in range(256))
    for _ in range(size // 2**16):
        assert frames.feed(rng.randbytes(2**16).translate(table)) == []
    assert frames.noise > size // 2


def test_a_line_without_any_zero_keeps_no_memory() -> None:
    frames = CobsFrames()
    for _ in range(64):
        assert frames.feed(b"\x55" * 2**14) == []
    assert len(frames._begun) < 300
    assert frames.noise > 63 * 2**14
    assert frames.feed(cobs_frame(b"x")) == [b"x"]
    assert frames.noise == 64 * 2**14
