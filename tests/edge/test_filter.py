"""Filters: the same bits however the samples are cut, and the responses of the textbook."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from myoedge.edge.filter import Filter, Section, high_pass, low_pass, notch

SECTIONS = {
    "none": [],
    "one": high_pass(20, 200),
    "three": [*high_pass(20, 2000, 4), *notch(50, 2000)],
    "five": [*high_pass(20, 2000, 4), *notch(50, 2000), *low_pass(450, 2000, 4)],
}


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(SECTIONS)), st.sampled_from([1, 8, 16]), st.data())
def test_any_chunking_gives_the_same_bits(name: str, channels: int, data: st.DataObject) -> None:
    rows = data.draw(st.integers(1, 120))
    cuts = sorted(data.draw(st.lists(st.integers(0, rows), max_size=12)))
    samples = np.random.default_rng(rows).normal(size=(rows, channels)) * 50 + 7
    whole = Filter(SECTIONS[name], channels)(samples)
    pieces = Filter(SECTIONS[name], channels)
    parts = [pieces(samples[a:b]) for a, b in pairwise([0, *cuts, rows])]
    assert np.concatenate(parts).tobytes() == whole.tobytes()


def sos_of(sections: list[Section]) -> NDArray[np.float64]:
    return np.array([[b0, b1, b2, 1.0, a1, a2] for b0, b1, b2, a1, a2 in sections])


@pytest.mark.parametrize("rate_hz", [200, 2000])
@pytest.mark.parametrize("order", [2, 4])
def test_butterworth_is_scipys(rate_hz: float, order: int) -> None:
    signal = pytest.importorskip("scipy.signal", reason="scipy is not installed here")
    for ours, kind in (
        (high_pass(20, rate_hz, order), "highpass"),
        (low_pass(80, rate_hz, order), "lowpass"),
    ):
        hz = 20 if kind == "highpass" else 80
        theirs = signal.butter(order, hz, kind, fs=rate_hz, output="sos")
        _, want = signal.sosfreqz(theirs, 512, fs=rate_hz)
        _, got = signal.sosfreqz(sos_of(ours), 512, fs=rate_hz)
        np.testing.assert_allclose(got, want, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("hz", [50, 60])
def test_the_notch_is_scipys(hz: float) -> None:
    signal = pytest.importorskip("scipy.signal", reason="scipy is not installed here")
    b, a = signal.iirnotch(hz, 30, fs=1000)
    _, want = signal.freqz(b, a, 512, fs=1000)
    _, got = signal.sosfreqz(sos_of(notch(hz, 1000, 30)), 512, fs=1000)
    np.testing.assert_allclose(got, want, rtol=1e-9, atol=1e-12)


def test_the_output_is_scipys() -> None:
    signal = pytest.importorskip("scipy.signal", reason="scipy is not installed here")
    sections = SECTIONS["five"]
    samples = np.random.default_rng(1).normal(size=(300, 16))
    settled = signal.sosfilt_zi(sos_of(sections))[:, :, None] * samples[0]
    want, _ = signal.sosfilt(sos_of(sections), samples, axis=0, zi=settled)
    np.testing.assert_allclose(Filter(sections, 16)(samples), want, rtol=1e-9, atol=1e-9)


def test_a_constant_offset_makes_no_transient() -> None:
    offset = np.full((50, 4), 1000.0)
    assert np.abs(Filter(high_pass(20, 200), 4)(offset)).max() < 1e-9
    np.testing.assert_allclose(Filter(low_pass(20, 200), 4)(offset), offset)


def test_after_a_reset_the_next_sample_is_a_first_one() -> None:
    samples = np.random.default_rng(2).normal(size=(40, 3))
    used = Filter(high_pass(20, 200), 3)
    used(samples + 100)
    used.reset()
    assert used(samples).tobytes() == Filter(high_pass(20, 200), 3)(samples).tobytes()


def test_no_samples_change_nothing() -> None:
    samples = np.random.default_rng(3).normal(size=(10, 3))
    cut, whole = Filter(high_pass(20, 200), 3), Filter(high_pass(20, 200), 3)
    assert cut(samples[:0]).shape == (0, 3)
    assert (
        np.concatenate([cut(samples[:4]), cut(samples[:0]), cut(samples[4:])]).tobytes()
        == whole(samples).tobytes()
    )
