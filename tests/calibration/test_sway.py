"""What a calibration says of a band that sits turned."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pytest

from myoedge.calibration.embedding import StreamEmbedder
from myoedge.calibration.example import Example
from myoedge.calibration.fit import fit
from myoedge.calibration.learn import learn
from myoedge.calibration.refresh import refresh
from myoedge.calibration.stretch import Stretch, stretch_of
from myoedge.calibration.sway import BEYOND, PRICE, limited, sway_of
from myoedge.edge.bundle import Bundle
from myoedge.edge.head import Head
from myoedge.edge.stream import StreamSpec

BLOCKS = ((0, 32), (32, 68))
Stretches = Callable[..., list[Stretch]]


@pytest.fixture(scope="module")
def examples(classic: Bundle, specs: Mapping[str, StreamSpec], make_stretches: Stretches) -> list[Example]:
    embedder = StreamEmbedder(classic, None, specs)
    return [e for stretch in make_stretches(2) for e in embedder.examples(stretch, asides=True)]


def test_what_a_turn_adds_is_what_a_turned_band_shows(
    classic: Bundle, specs: Mapping[str, StreamSpec], make_stretches: Stretches, examples: list[Example]
) -> None:
    for side, by in enumerate((1, -1)):
        order = [(i - by) % 8 for i in range(8)]
        turned = StreamEmbedder(classic, None, specs, order=order)
        theirs = [e for stretch in make_stretches(2) for e in turned.examples(stretch)]
        for mine, other in zip(examples, theirs, strict=True):
            want = (other.embeddings[::4].astype(float) - mine.embeddings[::4]).mean(axis=0)
            assert mine.aside is not None
            np.testing.assert_allclose(mine.aside[side], want, atol=1e-5)


def right(head: Head, shown: list[Example]) -> float:
    best = np.concatenate([head.distances(e.embeddings).argmin(axis=1) for e in shown])
    truth = np.concatenate([np.full(len(e), head.labels.index(e.label)) for e in shown])
    return float((best == truth).mean())


def test_gestures_on_a_turned_band_are_told_better_and_in_place_alike(
    classic: Bundle, specs: Mapping[str, StreamSpec], make_stretches: Stretches, examples: list[Example]
) -> None:
    head = fit(examples, BLOCKS).head
    turned = StreamEmbedder(classic, None, specs, order=[(i - 1) % 8 for i in range(8)])
    shown = [e for stretch in make_stretches(2) for e in turned.examples(stretch)]
    assert right(head, shown) > right(head.as_worn(), shown) + 0.1
    assert right(head, examples) >= right(head.as_worn(), examples)


def test_without_turned_windows_a_head_does_not_sway(examples: list[Example]) -> None:
    silent = [replace(e, aside=None) for e in examples]
    fitted = fit(silent, BLOCKS)
    assert fitted.head.sway is None
    assert sway_of(fitted.head, silent, fitted.thresholds) is None


def test_a_window_is_read_once_more_beyond_what_is_held_and_at_a_price(examples: list[Example]) -> None:
    fitted = fit(examples, BLOCKS)
    sway, limit = fitted.head.sway, fitted.thresholds.distance
    assert sway is not None
    assert (sway.beyond, sway.price) == (BEYOND * limit, PRICE * limit)


def test_a_refresh_widens_what_is_judged_as_worn_with_the_limits(
    classic: Bundle, specs: Mapping[str, StreamSpec], make_stretches: Stretches
) -> None:
    learned = learn(classic, None, make_stretches(2), specs, wearer="anna", armband="myo").profile
    found = refresh(learned, classic, None, specs, make_stretches(3)[-3:], kept=make_stretches(2)).profile
    assert found.head.sway is not None
    assert found.head.sway.beyond == limited(found.head.sway, found.thresholds).beyond


def test_a_grid_of_many_electrodes_is_no_ring(classic: Bundle) -> None:
    noise = np.random.default_rng(0).normal(size=(200, 20)).astype(np.float32)
    embedder = StreamEmbedder(classic, None, {"emg": StreamSpec(200.0, 20)})
    (example,) = embedder.examples(stretch_of("fist", 0, {"emg": noise}, {"emg": 200.0}), asides=True)
    assert len(example) > 10 and example.aside is None
