"""The Ganglion's packets: the vendor's own vectors, units by the data sheet, losses never a wrong sample."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from myoedge.edge.recording import Arrival
from myoedge.firmware_bridge.codec import GanglionCodec
from myoedge.firmware_bridge.packet import ProtocolError
from myoedge.firmware_bridge.protocols import ganglion
from myoedge.firmware_bridge.protocols.ganglion import GanglionDecoder, numbers
from myoedge.firmware_bridge.virtual.ganglion import pack

T0 = 10**12
# From the tests of the vendor's own driver (github OpenBCI/OpenBCI_NodeJS_Ganglion), with their results.
VENDOR_18 = bytes.fromhex("ffff7fffbfffe7fff500014f8e30001ff001")
VENDOR_19 = bytes.fromhex("000000000800050000480009f001b000300008")
EXPECTED_18 = [[-3, -5, -7, -11], [-262139, -198429, -262137, -4095]]
EXPECTED_19 = [[0, 2, 10, 4], [262148, 507910, 393222, 8]]


def test_the_vendors_vectors_are_read() -> None:
    assert numbers(VENDOR_18, 18).tolist() == EXPECTED_18
    assert numbers(VENDOR_19, 19).tolist() == EXPECTED_19


@pytest.mark.parametrize(
    ("text", "value"),
    [("1" * 17 + "01", -3), ("0" * 17 + "10", 2), ("1" * 19, -1), ("0" + "1" * 17 + "0", 262142)],
)
def test_the_lowest_of_19_bits_is_the_sign(text: str, value: int) -> None:
    """The first is the example of the vendor's page."""
    assert numbers(int(text * 8, 2).to_bytes(19, "big"), 19).tolist() == [[value] * 4] * 2


@given(st.sampled_from([18, 19]), st.lists(st.integers(-(2**17) + 1, 2**17 - 1), min_size=8, max_size=8))
def test_what_the_emulator_packs_is_read_to_its_lowest_bit(bits: int, values: list[int]) -> None:
    met = numbers(pack(values, bits), bits).reshape(8).tolist()
    assert all(
        (after < 0) == (value < 0) and abs(after - value) <= 1
        for value, after in zip(values, met, strict=True)
    )


def test_a_count_is_what_the_data_sheet_says() -> None:
    """Reference 1.2 V over gains 1.5 and 51 and 2^23 - 1; the vendor's page says 0.001869917 uV."""
    scale = ganglion.MICROVOLT_PER_COUNT
    assert scale * 8388607 * 1.5 * 51 == pytest.approx(1.2e6)
    assert scale == pytest.approx(0.001869917, rel=2e-5)


def test_firmware_3_sends_the_highest_bits() -> None:
    decoder = GanglionDecoder(3)
    met = decoder("data", b"\x65" + VENDOR_19)
    assert met is not None and met.number == 1
    assert met.samples.tolist() == [[v << 5 for v in row] for row in EXPECTED_19]
    met = decoder("data", b"\x02" + VENDOR_18 + b"\x1f")
    assert met is not None and met.number == 2
    assert met.samples.tolist() == [[v << 6 for v in row] for row in EXPECTED_18]


def whole(*values: int) -> bytes:
    return b"\0" + b"".join(v.to_bytes(3, "big", signed=True) for v in values) + bytes(7)


def test_older_firmware_sends_what_a_sample_is_less_than_the_one_before() -> None:
    decoder = GanglionDecoder(2)
    first, second = decoder("data", whole(100, -100, 0, 7)), decoder("data", b"\x65" + VENDOR_19)
    assert first is not None and second is not None
    assert first.samples.tolist() == [[100, -100, 0, 7]]
    assert second.samples.tolist() == [[100, -102, -10, 3], [100 - 262148, -102 - 507910, -10 - 393222, -5]]


def test_after_a_loss_older_firmware_gives_nothing_until_a_whole_sample() -> None:
    decoder, step = GanglionDecoder(2), bytes(19)
    sent = [
        whole(1, 2, 3, 4),
        b"\x65" + step,
        b"\x67" + step,
        b"\x68" + step,
        whole(5, 6, 7, 8),
        b"\x65" + step,
    ]
    met = [decoder("data", one) for one in sent]
    assert [None if one is None else one.samples[-1].tolist() for one in met] == [
        [1, 2, 3, 4],
        [1, 2, 3, 4],
        None,
        None,
        [5, 6, 7, 8],
        [5, 6, 7, 8],
    ]


def test_lost_packets_are_counted_over_the_wrap() -> None:
    codec = GanglionCodec(3)
    met = []
    for n in range(300):
        if n not in (50, 99, 100, 101):
            met += codec.feed(Arrival(T0 + n * 10_000_000, "data", bytes((100 + n % 100,)) + bytes(19)))
    assert sum(chunk.lost for chunk in met) == 8
    assert codec.counters["duplicates"] == 0


def test_a_packet_that_comes_again_is_a_duplicate() -> None:
    codec = GanglionCodec(3)
    for n in (0, 1, 2, 1, 2):
        codec.feed(Arrival(T0 + n * 10_000_000, "data", bytes((100 + n,)) + bytes(19)))
    assert codec.counters["duplicates"] == 2


@pytest.mark.parametrize("kind", [201, 205, 206, 207])
def test_impedance_and_text_hold_no_samples(kind: int) -> None:
    assert GanglionDecoder(2)("data", bytes((kind,)) + b"1234Z") is None


@pytest.mark.parametrize("data", [b"", b"\x05", bytes(19), bytes(21), b"\xd0" + bytes(19)])
def test_what_the_vendors_page_does_not_know_is_refused(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        GanglionDecoder(3)("data", data)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from([2, 3]),
    st.lists(
        st.builds(
            Arrival,
            st.integers(-(10**9), 10**13),
            st.sampled_from(["data", "data", "link", ""]),
            st.binary(max_size=24) | st.binary(min_size=20, max_size=20) | st.just(b"linked"),
        ),
        max_size=60,
    ),
)
def test_the_codec_survives_anything(version: int, items: list[Arrival]) -> None:
    codec = GanglionCodec(version)
    for item in items:
        for chunk in codec.feed(item):
            assert chunk.samples.shape[1] == 4 and len(chunk.samples) in (1, 2) and chunk.lost >= 0
