"""Channel quality: every fault is said once, every return once, and healthy muscles never."""

import tarfile
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from myoedge.edge.quality import QualityChange, QualityMonitor

Counts = NDArray[np.float64]
Made = Callable[..., Counts]
PERIOD_NS = 5_000_000


def watch(raw: Counts, rate_hz: float = 200, sizes: tuple[int, ...] = (2,)) -> list[QualityChange]:
    monitor = QualityMonitor(rate_hz, raw.shape[1], 128)
    period_ns, at, found, i = round(1e9 / rate_hz), 0, list[QualityChange](), 0
    while at < len(raw):
        rows = sizes[i % len(sizes)]
        found += monitor.feed(raw[at : at + rows], at * period_ns, period_ns)[1]
        at, i = at + rows, i + 1
    return found


def spoil(raw: Counts, fault: str, rate_hz: float) -> Counts:
    t = np.arange(len(raw)) / rate_hz
    if fault == "nan":
        return np.full(len(raw), np.nan)
    if fault == "flat":
        return np.full(len(raw), 3.0)
    if fault == "clipped":
        return np.clip(raw[:, 2] * 20, -128, 127)
    return np.asarray(raw[:, 2] + 60 * np.sin(2 * np.pi * float(fault) * t + 1))


@pytest.mark.parametrize("rate_hz", [200, 2000])
@pytest.mark.parametrize(
    ("fault", "state"),
    [("nan", "nan"), ("flat", "flat"), ("clipped", "clipped"), ("50", "noisy"), ("60", "noisy")],
)
def test_a_fault_is_said_once_and_its_end_once(counts: Made, fault: str, state: str, rate_hz: int) -> None:
    raw = counts("fist", rate_hz * 15)
    raw[5 * rate_hz : 10 * rate_hz, 2] = spoil(raw[5 * rate_hz : 10 * rate_hz], fault, rate_hz)
    found = watch(raw, rate_hz, (rate_hz // 100,))
    assert [(c.channel, c.state) for c in found] == [(2, state), (2, "normal")]
    begun, ended = (c.t_ns / 1e9 for c in found)
    assert 5 <= begun <= 6.26
    assert 10 <= ended <= 11.26


@given(st.data())
@settings(max_examples=12, deadline=None)
def test_the_verdict_does_not_depend_on_the_chunks(data: st.DataObject) -> None:
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    raw = np.round(rng.normal(size=(700, 4)) * 10)
    for _ in range(data.draw(st.integers(0, 6))):
        at, channel = data.draw(st.integers(0, 699)), data.draw(st.integers(0, 3))
        raw[at : at + data.draw(st.integers(1, 300)), channel] = data.draw(
            st.sampled_from([np.nan, 5.0, 127.0])
        )
    cuts = [0, *sorted(data.draw(st.lists(st.integers(0, 700), max_size=30))), 700]

    def judged(edges: list[int]) -> tuple[bytes, list[QualityChange]]:
        monitor = QualityMonitor(200, 4, 128)
        parts = [monitor.feed(raw[a:b], a * PERIOD_NS, PERIOD_NS) for a, b in pairwise(edges)]
        return np.concatenate([m for m, _ in parts]).tobytes(), [c for _, cs in parts for c in cs]

    assert judged(cuts) == judged([0, 700])
    assert judged(cuts) == judged(list(range(701)))


@pytest.mark.parametrize("label", ["rest", "fist", "open"])
def test_muscles_at_rest_and_at_full_contraction_are_no_fault(counts: Made, label: str) -> None:
    assert watch(counts(label, 200 * 60, seed=3)) == []
    assert watch(np.clip(counts(label, 200 * 60, seed=4) * 2, -128, 127)) == []


def test_quiet_hum_does_not_matter(counts: Made) -> None:
    t = np.arange(4000) / 200
    assert watch(counts("rest", 4000) + 3 * np.sin(2 * np.pi * 50 * t)[:, None]) == []


def test_a_channel_of_volts_is_judged_by_its_own_full_scale(counts: Made) -> None:
    monitor = QualityMonitor(200, 8, 128 * 1e-6)
    assert monitor.feed(counts("fist", 4000) * 1e-6, 0, PERIOD_NS)[1] == []


def real_muscles(archive: Path, seconds: float) -> Counts:
    """The first files of a set of int16 little-endian Myo recordings, (time, channel)."""
    if not archive.is_file():
        pytest.skip(f"no {archive.name} among the recordings")
    parts: list[Counts] = []
    with tarfile.open(archive, "r|xz") as tar:
        for member in tar:
            if member.name.endswith(".dat") and (file := tar.extractfile(member)):
                counts = np.frombuffer(file.read(), "<i2")
                parts.append(counts[: len(counts) // 8 * 8].reshape(-1, 8).astype(float))
            if sum(map(len, parts)) >= 200 * seconds:
                break
    return np.concatenate(parts)


def test_real_muscles_raise_no_false_alarm(shared: Path) -> None:
    raw = real_muscles(shared / "data" / "myo-laval.tar.xz", 300)
    assert len(raw) > 200 * 60
    assert np.abs(raw).max() >= 127  # full contractions are in it
    assert watch(raw, sizes=(500,)) == []
