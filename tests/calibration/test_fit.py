"""What a head can and cannot be fitted to."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from myoedge.calibration.embedding import StreamEmbedder
from myoedge.calibration.example import Example
from myoedge.calibration.fit import fit
from myoedge.calibration.stretch import Stretch
from myoedge.edge.bundle import Bundle
from myoedge.edge.errors import FormatError, MismatchError, UsageError
from myoedge.edge.head import head_from_json
from myoedge.edge.stream import StreamSpec

BLOCKS = ((0, 32), (32, 68))


@pytest.fixture(scope="module")
def examples(
    classic: Bundle, specs: Mapping[str, StreamSpec], make_stretches: Callable[..., list[Stretch]]
) -> list[Example]:
    embedder = StreamEmbedder(classic, None, specs)
    return [e for stretch in make_stretches(3) for e in embedder.examples(stretch)]


def right(head: object, examples: list[Example], used: object = None) -> float:
    """Share of windows decided right."""
    shares = []
    for e in examples:
        best = head.distances(e.embeddings, used).argmin(axis=1)  # type: ignore[attr-defined]
        shares.append((np.array(head.labels)[best] == e.label).mean())  # type: ignore[attr-defined]
    return float(np.mean(shares))


def test_one_repetition_of_any_labels_is_enough(examples: list[Example]) -> None:
    fitted = fit([e for e in examples if e.repetition == 0], BLOCKS)
    assert fitted.head.labels == ("fist", "hand open", "rest", "wrist flexion")
    assert right(fitted.head, [e for e in examples if e.repetition > 0]) > 0.95
    assert fitted.facts["held_out"]["by"] == "part of a repetition"


def test_the_same_windows_give_the_same_head(examples: list[Example]) -> None:
    assert fit(examples, BLOCKS).head.to_json() == fit(examples[::-1], BLOCKS).head.to_json()


def test_a_head_survives_its_file(examples: list[Example]) -> None:
    head = fit(examples, BLOCKS).head
    assert right(head_from_json(head.to_json()), examples) == right(head, examples)


def test_a_label_with_no_data_is_named(examples: list[Example]) -> None:
    empty = [e.part(slice(0, 0)) if e.label == "fist" else e for e in examples]
    with pytest.raises(FormatError, match="fist"):
        fit(empty, BLOCKS)


def test_a_single_label_is_refused(examples: list[Example]) -> None:
    with pytest.raises(UsageError, match="two or more"):
        fit([e for e in examples if e.label == "fist"], BLOCKS)
    with pytest.raises(UsageError):
        fit([], BLOCKS)


def test_windows_that_hold_nan_are_left_out_and_counted(examples: list[Example]) -> None:
    broken = list(examples)
    values = broken[0].embeddings.copy()
    values[:5, 3] = np.nan
    values[5, 40] = np.inf
    broken[0] = replace(broken[0], embeddings=values)
    fitted = fit(broken, BLOCKS)
    assert fitted.facts["left_out"] == 6
    assert np.isfinite(fitted.head.means).all()


def test_a_label_of_nan_only_is_named(examples: list[Example]) -> None:
    broken = [
        replace(e, embeddings=np.full_like(e.embeddings, np.nan)) if e.label == "rest" else e
        for e in examples
    ]
    with pytest.raises(FormatError, match="rest"):
        fit(broken, BLOCKS)


def test_a_dead_channels_features_say_nothing_even_when_it_comes_back(examples: list[Example]) -> None:
    dead = np.zeros(68, bool)
    dead[[0, 8, 16, 24]] = True
    blind = [replace(e, used=e.used & ~dead) for e in examples]
    head = fit(blind, BLOCKS).head
    assert right(head, examples) > 0.95
    wild = [replace(e, embeddings=np.where(dead, 50.0, e.embeddings)) for e in examples]
    assert right(head, wild) == right(head, examples)


def test_without_the_networks_block_the_rest_of_the_head_still_decides(examples: list[Example]) -> None:
    blocks = (*BLOCKS, (68, 84))
    rng = np.random.default_rng(3)
    wide = [
        Example(
            e.label,
            e.repetition,
            np.hstack([e.embeddings, rng.normal(size=(len(e), 16))]),
            np.ones((len(e), 84), bool),
            e.levels,
        )
        for e in examples
    ]
    used = np.arange(84) < 68
    assert right(fit(wide, blocks).head, wide, used) > 0.95
    without = [replace(e, used=e.used & used) for e in wide]
    assert right(fit(without, blocks).head, wide, used) > 0.95


def test_rejection_lets_about_nineteen_in_twenty_right_decisions_through(examples: list[Example]) -> None:
    fitted = fit(examples, BLOCKS)
    head, limits = fitted.head, fitted.thresholds
    distances = np.concatenate([head.distances(e.embeddings) for e in examples])
    posterior = head.posterior(distances, 68)
    through = (distances.min(axis=1) <= limits.distance) & (posterior.max(axis=1) >= limits.score)
    assert 0.9 < through.mean() <= 1.0
    strange = np.random.default_rng(4).normal(size=(100, 68)) * 20
    assert (head.distances(strange).min(axis=1) > limits.distance).all()


def test_a_prior_helps_where_one_short_repetition_misleads(examples: list[Example]) -> None:
    few = [e.part(slice(0, 3)) for e in examples if e.repetition == 0]
    rows = [e.embeddings - e.embeddings.mean(axis=0) for e in examples]
    pooled = np.concatenate(rows).astype(np.float64)
    prior = [pooled[:, a:b].T @ pooled[:, a:b] / len(pooled) for a, b in BLOCKS]
    later = [e for e in examples if e.repetition > 0]
    assert right(fit(few, BLOCKS, prior).head, later) >= right(fit(few, BLOCKS).head, later)


def test_a_prior_of_another_bundle_is_refused(examples: list[Example]) -> None:
    with pytest.raises(MismatchError):
        fit(examples, BLOCKS, [np.eye(32), np.eye(20)])


def test_the_level_runs_from_rest_to_the_strongest_gesture(examples: list[Example]) -> None:
    level = fit(examples, BLOCKS).level
    assert level.rest < 2 < level.full
    without_rest = fit([e for e in examples if e.label != "rest"], BLOCKS).level
    assert 0 <= without_rest.rest < without_rest.full


def test_contractions_weaker_than_rest_still_give_a_scale(examples: list[Example]) -> None:
    upside_down = [replace(e, levels=np.full(len(e), 9.0 if e.label == "rest" else 3.0)) for e in examples]
    level = fit(upside_down, BLOCKS).level
    assert level.rest < level.full


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 4), st.integers(1, 3), st.integers(1, 12), st.integers(0, 2**16))
def test_any_numbers_give_a_head_that_can_be_saved(
    labels: int, repetitions: int, rows: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)

    def values() -> NDArray[np.float64]:
        return np.asarray(rng.normal(size=(rows, 6)) * rng.choice([0, 1e-6, 1, 1e4]))

    made = [
        Example(f"g{k}", r, values(), np.ones((rows, 6), bool), rng.random(rows))
        for k in range(labels)
        for r in range(repetitions)
    ]
    fitted = fit(made, ((0, 2), (2, 6)))
    head = head_from_json(fitted.head.to_json())
    assert np.isfinite(head.distances(made[0].embeddings)).all()
    assert 0 < fitted.head.temperature <= 1
