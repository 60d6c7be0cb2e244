"""A fold's windows: from whole repetitions, in an order that seed and epoch alone decide."""

from typing import Any

import numpy as np
import pytest

from myoedge.edge.errors import FormatError, UsageError
from myoedge.export.cache import Cached
from myoedge.export.data.fold import Fold
from myoedge.export.data.repetition import Repetition
from myoedge.export.supervised_data import FoldData, Tray, batches, fold_data, make_folds, steps

Made = Any


def data_of(made: Made, inputs: tuple[str, ...] = ("emg", "imu"), **changes: Any) -> FoldData:
    recipe, cached = made.recipe(**changes), made.cached(**changes)
    return fold_data(recipe, cached, make_folds(recipe, cached)[0][0], inputs, 0)


def test_no_window_is_in_two_lists(made: Made) -> None:
    data = data_of(made)
    lists = [set(part.rows.tolist()) for part in (data.train, data.validation, data.test)]
    assert [len(one) for one in lists] == [54, 27, 27]
    assert len(set.union(*lists)) == 108


def test_targets_are_the_labels_of_the_repetitions(made: Made) -> None:
    data = data_of(made)
    at = 0
    for repetition, length in zip(data.test.repetitions, data.test.lengths, strict=True):
        own = data.test.targets[at : at + length]
        assert {data.labels[target] for target in own} == {repetition.label}
        at += length


def test_an_epoch_shows_every_window_once(made: Made) -> None:
    part = data_of(made).train
    for epoch in range(2):
        seen = np.concatenate([rows for rows, _ in batches(part, 20, 7, epoch)])
        assert sorted(seen) == sorted(part.rows)
    first, again, other = (
        [rows.tolist() for rows, _ in batches(part, 20, seed, epoch)]
        for seed, epoch in ((7, 0), (7, 0), (7, 1))
    )
    assert first == again != other
    assert len(first) == steps(part, 20) == 3


def test_a_single_last_window_makes_no_batch(made: Made) -> None:
    part = data_of(made).train
    assert steps(part, 53) == 1 == len(list(batches(part, 53, 0, 0)))


def test_a_tray_holds_the_batch_asked_for_last(made: Made) -> None:
    data = data_of(made)
    tray = Tray(data)
    for size in (20, 14, 20):
        for rows, _ in batches(data.train, size, 0, 0):
            for laid, fresh in zip(tray(rows), data.batch(rows), strict=True):
                np.testing.assert_array_equal(laid.numpy(), fresh.numpy())


def test_only_the_inputs_asked_for_are_read(made: Made) -> None:
    data = data_of(made, ("imu",))
    assert data.inputs == {"imu": (10, 3)}
    assert [tuple(x.shape) for x in data.batch(data.test.rows[:5])] == [(5, 10, 3)]
    with pytest.raises(UsageError, match="no input 'eeg'; the recipe has emg, imu"):
        data_of(made, ("eeg",))


def test_rest_can_be_left_out_or_thinned(made: Made) -> None:
    dropped = data_of(made, data={"rest": "drop"})
    assert dropped.labels == ("fist", "folder:wave")
    assert len(dropped.test) == 18
    even = data_of(made, data={"rest": "even", "folds": "repetitions:1,2//4"})
    counts = np.bincount(even.train.targets)
    assert counts[even.labels.index("rest")] == counts.max() == 18


def test_a_label_too_short_for_a_window_is_refused_by_name(make_set: Any) -> None:
    made = make_set(people=("anna",))
    for number in (1, 2):
        for end in ("npy", "imu.npy"):
            path = made.root / "anna" / "1" / f"fist_{number}.{end}"
            np.save(path, np.load(path)[: 30 if end == "npy" else 8])
    recipe, cached = made.recipe(), made.cached()
    train, validation, test = _lists(cached)
    fold = Fold("anna", "anna", train, validation, test)
    with pytest.raises(FormatError, match="anna: fist has no window to train on"):
        fold_data(recipe, cached, fold, ("emg",), 0)


def _lists(cached: Cached) -> tuple[tuple[Repetition, ...], ...]:
    """Repetitions 1 and 2, none, 4."""
    return tuple(
        tuple(r for r in cached.dataset.repetitions if r.number + 1 in own) for own in ((1, 2), (), (4,))
    )
