"""Conditioning: gaps, faults and jumps of time in the raw counts."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from myoedge.edge.chunk import Chunk
from myoedge.edge.condition import Conditioner, Signal
from myoedge.edge.errors import FormatError, MismatchError
from myoedge.edge.modality import NS, Bound, ModalitySpec, bind, modality_from_json
from myoedge.edge.stream import StreamSpec

Counts = NDArray[np.float64]
Made = Callable[..., Counts]
Cut = Callable[..., list[Chunk]]


def spec(**changes: Any) -> ModalitySpec:
    return modality_from_json(
        "emg", {"window_ms": 200, "filters": [{"kind": "high_pass", "hz": 20}], **changes}
    )


def bound(rate_hz: float = 200, channels: int = 8, **changes: Any) -> Bound:
    return bind(spec(**changes), StreamSpec(rate_hz, channels, limit=128))


def run(conditioner: Conditioner, chunks: list[Chunk]) -> list[Signal]:
    return [conditioner(chunk)[0] for chunk in chunks]


def joined(signals: list[Signal]) -> NDArray[np.float32]:
    return np.concatenate([s.samples for s in signals])


def test_a_short_gap_is_bridged_and_said(counts: Made, chunks: Cut) -> None:
    packets = chunks(counts("fist", 100), 200)
    with_gap = [*packets[:20], replace(packets[26], lost=12), *packets[27:]]
    signals = run(Conditioner(bound(), 60), with_gap)
    after = signals[20]
    assert (len(after.samples), after.bridged, after.reset) == (14, 12, False)
    assert after.t_ns == packets[20].t_ns
    assert sum(len(s.samples) for s in signals) == 100
    assert after.samples[:12].std() > 3  # a held value would look like rest


def test_a_longer_gap_resets_and_the_filters_start_anew(counts: Made, chunks: Cut) -> None:
    packets = chunks(counts("fist", 100) + 40, 200)
    signals = run(Conditioner(bound(), 60), [*packets[:20], replace(packets[27], lost=13), *packets[28:]])
    assert [s.reset for s in signals[:21]] == [True, *[False] * 19, True]
    assert (signals[20].bridged, signals[20].t_ns) == (0, packets[27].t_ns)
    fresh = run(Conditioner(bound(), 60), packets[27:])
    assert joined(signals[20:]).tobytes() == joined(fresh).tobytes()


def test_a_loss_of_hours_takes_no_memory(counts: Made, chunks: Cut) -> None:
    first, second = chunks(counts("fist", 4), 200)
    signals = run(Conditioner(bound(), 60), [first, replace(second, lost=10**12, t_ns=10**19)])
    assert (len(signals[1].samples), signals[1].reset) == (2, True)


@pytest.mark.parametrize("jump_s", [-100, -1, 1, 100])
def test_time_that_jumps_without_a_loss_begins_anew(counts: Made, chunks: Cut, jump_s: int) -> None:
    packets = chunks(counts("fist", 40), 200)
    moved = [*packets[:10], *(replace(p, t_ns=p.t_ns + jump_s * NS) for p in packets[10:])]
    assert [s.reset for s in run(Conditioner(bound(), 60), moved)] == [True, *[False] * 9, True, *[False] * 9]


def test_a_clock_that_is_still_settling_resets_nothing(counts: Made, chunks: Cut) -> None:
    packets = chunks(counts("fist", 40), 200)
    moved = [replace(p, t_ns=p.t_ns + (-1) ** i * 30_000_000) for i, p in enumerate(packets)]
    assert [s.reset for s in run(Conditioner(bound(), 60), moved)] == [True, *[False] * 19]


def test_a_chunk_without_samples_only_hands_on_its_loss(counts: Made, chunks: Cut) -> None:
    packets = chunks(counts("fist", 40), 200)
    empty = replace(packets[10], samples=packets[10].samples[:0], lost=4)
    told = run(Conditioner(bound(), 60), [*packets[:10], empty, *packets[12:]])
    direct = run(Conditioner(bound(), 60), [*packets[:10], replace(packets[12], lost=4), *packets[13:]])
    assert told[10].samples.shape == (0, 8)
    assert joined(told).tobytes() == joined(direct).tobytes()
    assert told[11].bridged == 4


def test_an_empty_first_chunk_is_harmless(counts: Made, chunks: Cut) -> None:
    packets = chunks(counts("fist", 8), 200)
    empty = replace(packets[0], samples=packets[0].samples[:0])
    signals = run(Conditioner(bound(), 60), [empty, *packets])
    assert joined(signals).tobytes() == joined(run(Conditioner(bound(), 60), packets)).tobytes()


def test_a_value_that_is_no_number_spoils_no_other_sample(counts: Made, chunks: Cut) -> None:
    raw = counts("fist", 60)
    broken = raw.copy()
    broken[20, 3] = np.nan
    held = raw.copy()
    held[20, 3] = raw[19, 3]
    signals = run(Conditioner(bound(), 60), chunks(broken, 200))
    assert joined(signals).tobytes() == joined(run(Conditioner(bound(), 60), chunks(held, 200))).tobytes()
    masked = np.concatenate([s.masked for s in signals])
    assert masked[20:, 3].all() and not masked[:20].any() and not np.delete(masked, 3, axis=1).any()


def test_integers_and_floats_condition_alike(counts: Made, chunks: Cut) -> None:
    raw = counts("fist", 40)
    as_int = [replace(c, samples=c.samples.astype(np.int8)) for c in chunks(raw, 200)]
    assert (
        joined(run(Conditioner(bound(), 60), as_int)).tobytes()
        == joined(run(Conditioner(bound(), 60), chunks(raw, 200))).tobytes()
    )


def test_a_profiles_order_gain_and_dead_places_are_applied(counts: Made, chunks: Cut) -> None:
    raw = counts("fist", 60)
    order = (3, 4, 5, 6, 7, 0, 1, 2)
    signals = run(Conditioner(bound(), 60, order, 2.0, dead=(1,)), chunks(raw, 200))
    plain = run(Conditioner(bound(), 60), chunks(raw[:, order] * 2, 200))
    assert joined(signals).tobytes() == joined(plain).tobytes()
    masked = np.concatenate([s.masked for s in signals])
    assert masked[:, 1].all() and not np.delete(masked, 1, axis=1).any()


def test_another_number_of_channels_than_promised_is_refused(counts: Made, chunks: Cut) -> None:
    with pytest.raises(FormatError, match="wanted \\(time, 8\\)"):
        Conditioner(bound(), 60)(chunks(counts("fist", 2, 7), 200)[0])


def test_a_bundle_for_another_rate_or_number_of_channels_is_refused() -> None:
    for changes in ({"rate_hz": 1000}, {"channels": 16}, {"columns": [8]}, {"window_ms": 10}):
        with pytest.raises(MismatchError):
            bind(spec(**changes), StreamSpec(200, 8))


def test_a_filter_above_half_the_rate_is_left_out() -> None:
    filters = [{"kind": "notch", "hz": 150}, {"kind": "high_pass", "hz": 20, "order": 4}]
    assert len(bound(200, filters=filters).sections) == 2
    assert len(bound(2000, filters=filters).sections) == 3
