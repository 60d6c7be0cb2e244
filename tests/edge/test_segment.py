"""Movements are cut where they begin and end, whatever the chunks."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from myoedge.edge.bundle import load_bundle
from myoedge.edge.condition import Conditioner, Signal
from myoedge.edge.errors import FormatError
from myoedge.edge.modality import Bound
from myoedge.edge.pipeline import bind_all
from myoedge.edge.segment import MOST_FRAMES, Cut, Limits, Segmenter, limits_from_json

BY_RATE = Limits()
BY_LEVEL = Limits(np.inf, np.inf, opens_level=3.0, quiet_level=2.0)


@pytest.fixture(scope="module")
def bounds(moves: Any) -> dict[str, Bound]:
    return bind_all(load_bundle("default"), moves.specs)


def signals(bounds: dict[str, Bound], chunks: Sequence[Any]) -> list[Signal]:
    conditioners = {name: Conditioner(bounds[name], 60, electrodes=name == "emg") for name in bounds}
    return [conditioners[chunk.modality](chunk)[0] for chunk in chunks if chunk.modality in bounds]


def cuts(bounds: dict[str, Bound], chunks: Sequence[Any], limits: Limits = BY_RATE) -> list[Cut]:
    segmenter = Segmenter(bounds, limits)
    return [cut for signal in signals(bounds, chunks) for cut in segmenter.feed(signal)]


def test_each_movement_is_cut_once_about_where_it_was(bounds: dict[str, Bound], moves: Any) -> None:
    found = cuts(bounds, moves.chunks(["wave", "knock", "wave"]))
    assert len(found) == 3
    for i, cut in enumerate(found):
        start_s, end_s = ((t - 10**10) / 1e9 - 2.5 * i for t in (cut.start_ns, cut.end_ns))
        assert 0.3 < start_s < 0.6
        assert 1.4 < end_s < 1.7
        assert len(cut.emg) == pytest.approx((end_s - start_s) * 200, abs=2)
        assert cut.imu is not None
        assert len(cut.imu) == pytest.approx((end_s - start_s) * 50, abs=2)


def test_chunking_changes_no_cut(bounds: dict[str, Bound], moves: Any) -> None:
    whole, fine = (cuts(bounds, moves.chunks(["wave", "knock"], rows=rows)) for rows in (200, 4))
    assert len(whole) == len(fine) == 2
    for one, other in zip(whole, fine, strict=True):
        assert (one.start_ns, one.end_ns, one.known_ns) == (other.start_ns, other.end_ns, other.known_ns)
        np.testing.assert_allclose(one.emg, other.emg, atol=1e-4)


def test_a_movement_is_known_half_a_second_after_it_ended(bounds: dict[str, Bound], moves: Any) -> None:
    (cut,) = cuts(bounds, moves.chunks(["wave"]))
    assert cut.known_ns - cut.end_ns == 500_000_000
    assert cut.arrival_ns >= cut.known_ns


def test_an_arm_that_lies_still_or_only_grips_is_not_cut(bounds: dict[str, Bound], moves: Any) -> None:
    assert not cuts(bounds, moves.chunks(["still", "grip", "still"]))


def test_without_an_imu_the_muscles_tell_a_movement(bounds: dict[str, Bound], moves: Any) -> None:
    emg = {"emg": bounds["emg"]}
    found = cuts(emg, moves.chunks(["still", "knock", "still"], imu=False), BY_LEVEL)
    assert len(found) == 1
    assert found[0].imu is None
    assert 2.8 < (found[0].start_ns - 10**10) / 1e9 < 3.2


def test_a_grip_is_a_movement_of_the_muscles_in_which_the_arm_does_not_turn(
    bounds: dict[str, Bound], moves: Any
) -> None:
    (grip,) = cuts(bounds, moves.chunks(["grip"]), BY_LEVEL)
    (wave,) = cuts(bounds, moves.chunks(["wave"]), BY_LEVEL)
    assert grip.imu is not None and not grip.turned(50.0)
    assert wave.turned(50.0) and not replace(wave, imu=None).turned(50.0)


def test_a_movement_that_never_ends_is_cut_at_the_longest(bounds: dict[str, Bound], moves: Any) -> None:
    signal = signals({"emg": bounds["emg"]}, moves.chunks(["grip"], imu=False))[0]
    segmenter = Segmenter({"emg": bounds["emg"]}, BY_LEVEL)
    found: list[Cut] = []
    for i in range(200):
        loud = np.full_like(signal.samples, 20.0)
        t_ns = i * len(loud) * 5_000_000
        found += segmenter.feed(replace(signal, samples=loud, t_ns=t_ns, arrival_ns=t_ns, reset=i == 0))
    assert len(found) > 1
    assert max(cut.end_ns - cut.start_ns for cut in found) <= (MOST_FRAMES + 1) * 20_000_000


def test_a_gap_ends_no_movement_but_forgets_it(bounds: dict[str, Bound], moves: Any) -> None:
    every = signals(bounds, moves.chunks(["wave"]))
    torn = [replace(s, reset=s.reset or i == len(every) // 2) for i, s in enumerate(every)]
    segmenter = Segmenter(bounds, Limits())
    found = [cut for signal in torn for cut in segmenter.feed(signal)]
    assert all(cut.start_ns >= every[len(every) // 2].t_ns - 100_000_000 for cut in found)


def test_a_masked_channel_is_told(bounds: dict[str, Bound], moves: Any) -> None:
    segmenter = Segmenter(bounds, Limits())
    found: list[Any] = []
    for signal in signals(bounds, moves.chunks(["wave"])):
        if signal.modality == "emg":
            signal.masked[:, 3] = True
        found += segmenter.feed(signal)
    assert found[0].masked.tolist() == [False, False, False, True, False, False, False, False]


def test_limits_come_back_and_senseless_ones_are_refused() -> None:
    for limits in (Limits(), BY_LEVEL):
        assert limits_from_json(limits.to_json()) == limits
    with pytest.raises(FormatError, match="calibrate again"):
        limits_from_json({"opens_rate": 0.1, "quiet_rate": 0.4})
