"""Codecs: whatever arrives, chunks of the right shape come out, or a counter goes up."""

import struct

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from myoedge.edge.chunk import Chunk
from myoedge.edge.recording import Arrival
from myoedge.edge.stream import StreamSpec
from myoedge.firmware_bridge.codec import GenericCodec, MyoCodec, PacketCodec

SPEC = StreamSpec(2000.0, 8, "count", limit=32767)
T0 = 10**12

arrivals = st.lists(
    st.builds(
        Arrival,
        st.integers(-(10**9), 10**13),
        st.sampled_from(["emg0", "emg1", "emg2", "emg3", "imu", "data", "link", "", "emg9"]),
        st.binary(max_size=260)
        | st.binary(min_size=16, max_size=16)
        | st.sampled_from([b"linked", b"dropped"]),
    ),
    max_size=60,
)


def check(codec: PacketCodec, chunks: list[Chunk]) -> None:
    for chunk in chunks:
        spec = codec.specs[chunk.modality]
        assert chunk.samples.ndim == 2
        assert chunk.samples.shape[1] == spec.channels
        assert len(chunk.samples) > 0
        assert chunk.lost >= 0


@settings(max_examples=150, deadline=None)
@given(arrivals)
def test_the_myo_codec_survives_anything(items: list[Arrival]) -> None:
    codec = MyoCodec()
    for item in items:
        check(codec, codec.feed(item))


@settings(max_examples=150, deadline=None)
@given(arrivals, st.integers(1, 64), st.floats(0.001, 1e5))
def test_the_generic_codec_survives_anything(items: list[Arrival], channels: int, rate_hz: float) -> None:
    codec = GenericCodec(StreamSpec(rate_hz, channels, "count", limit=100))
    for item in items:
        check(codec, codec.feed(item))


def test_random_bytes_of_the_right_length_keep_the_sum_of_packets() -> None:
    rng = np.random.default_rng(2)
    codec = MyoCodec()
    got = 0
    for _ in range(20_000):
        source = ("emg0", "emg1", "emg2", "emg3", "imu")[rng.integers(5)]
        data = rng.bytes(int(rng.choice([0, 15, 16, 17, 19, 20, 21])))
        chunks = codec.feed(Arrival(T0 + int(rng.integers(10**11)), source, data))
        check(codec, chunks)
        got += len(chunks)
    counters = codec.counters
    assert counters["packets"] == 20_000 == got + counters["garbage"] + counters["duplicates"]


def generic_packet(
    number: int, tick_us: int, counts: np.ndarray[tuple[int, int], np.dtype[np.int16]]
) -> bytes:
    return struct.pack("<HIB", number, tick_us, len(counts)) + counts.astype("<i2").tobytes()


def test_generic_counts_come_out_as_they_went_in() -> None:
    counts = np.arange(-56, 56, dtype=np.int16).reshape(14, 8) * 500
    (chunk,) = GenericCodec(SPEC).feed(Arrival(T0, "data", generic_packet(7, 123, counts)))
    assert (chunk.samples == counts).all()
    assert chunk.modality == "emg"
    assert chunk.arrival_ns == T0


def test_myo_counts_come_out_as_they_went_in() -> None:
    codec = MyoCodec()
    (emg,) = codec.feed(Arrival(T0, "emg2", bytes(range(120, 136))))
    (imu,) = codec.feed(Arrival(T0, "imu", struct.pack("<10h", *range(-5, 5))))
    assert emg.samples.tolist() == [list(range(120, 128)), list(range(-128, -120))]
    assert imu.samples.tolist() == [list(range(-5, 5))]


def test_a_truncated_packet_is_counted_not_raised() -> None:
    codec = GenericCodec(SPEC)
    whole = generic_packet(0, 0, np.zeros((14, 8), np.int16))
    for length in range(len(whole)):
        assert codec.feed(Arrival(T0, "data", whole[:length])) == []
    assert codec.counters["garbage"] == len(whole)


def test_time_going_back_is_counted_and_tolerated() -> None:
    codec = MyoCodec()
    codec.feed(Arrival(T0, "emg0", bytes(16)))
    (chunk,) = codec.feed(Arrival(T0 - 10**9, "emg1", bytes(16)))
    assert codec.counters["time_back"] == 1
    assert chunk.arrival_ns == T0


def test_the_gap_of_a_reconnect_is_lost_samples_of_every_modality() -> None:
    codec = MyoCodec()
    rng = np.random.default_rng(3)

    def second(start: int) -> None:
        for n in range(100):
            t_ns = T0 + (start * 100 + n) * 10_000_000
            codec.feed(Arrival(t_ns, f"emg{n % 4}", rng.bytes(16)))
            if n % 2 == 0:
                codec.feed(Arrival(t_ns, "imu", rng.bytes(20)))

    codec.feed(Arrival(T0, "link", b"linked"))
    second(0)
    codec.feed(Arrival(T0 + 10**9, "link", b"dropped"))
    codec.feed(Arrival(T0 + 3 * 10**9, "link", b"linked"))
    second(3)
    assert codec.counters["lost_emg"] == 400
    assert codec.counters["lost_imu"] == 100
    assert codec.counters["links"] == 2
