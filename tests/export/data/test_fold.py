"""Folds: windows of one repetition, session or person are never on two sides, whatever the scheme."""

from dataclasses import replace

import numpy as np
import pytest

from myoedge.edge.errors import FormatError, UsageError
from myoedge.export.data.fold import EVERYONE, Fold, divide, folds
from myoedge.export.data.repetition import LoadedDataset, Repetition
from myoedge.export.data.scale import training_scale
from myoedge.export.data.table import DATASETS

PEOPLE, SESSIONS, LABELS, TURNS = (
    ("anna", "ben", "cleo", "dan"),
    ("a", "b", "c"),
    ("rest", "fist", "point"),
    6,
)
SPEC = replace(
    DATASETS["myo-laval"], key="made up", first_sessions=("a",), standard="repetitions:1,3,4,6/2,5"
)


def repetition(person: str, session: str, label: str, number: int, order: int, ms: int = 1000) -> Repetition:
    emg = np.full((ms // 5, 8), 10 * PEOPLE.index(person) + number, dtype=np.float32)
    return Repetition(person, session, label, label, number, {"emg": emg}, {"emg": 200.0}, order=order)


@pytest.fixture(scope="module")
def dataset() -> LoadedDataset:
    places = [(s, n, label) for s in SESSIONS for n in range(TURNS) for label in LABELS]
    made = [repetition(p, s, label, n, i) for p in PEOPLE for i, (s, n, label) in enumerate(places)]
    return LoadedDataset(SPEC, tuple(made), (), ())


@pytest.mark.parametrize(
    ("scheme", "count"),
    [
        ("standard", 4),
        ("repetitions:1,3/2/4,5", 4),
        ("repetitions:1,2/*", 4),
        ("repetitions:3", 12),
        ("repetitions:all", 24),
        ("people:2", 2),
        ("people:all", 4),
        ("sessions", 4),
        ("sessions:a/b/c", 4),
        ("sessions:a,b/c", 4),
    ],
)
def test_no_repetition_is_on_two_sides(dataset: LoadedDataset, scheme: str, count: int) -> None:
    found = folds(dataset, scheme, 0)
    assert len(found) == count
    for fold in found:
        sides = [{id(r) for r in side} for side in (fold.train, fold.validation, fold.test)]
        assert sum(map(len, sides)) == len(set().union(*sides))
        assert fold.train and fold.test


def test_repetitions_are_told_apart_by_the_number_that_people_count(dataset: LoadedDataset) -> None:
    for fold in folds(dataset, "repetitions:1,3,4,6/2,5", 0):
        assert {r.number + 1 for r in (*fold.train, *fold.validation)} == {1, 3, 4, 6}
        assert {r.number + 1 for r in fold.test} == {2, 5}
        assert len({r.number for r in fold.validation}) == 1
        assert {r.person for r in (*fold.train, *fold.test)} == {fold.person}
    for fold in folds(dataset, "repetitions:1,3,4,6//2,5", 0):
        assert fold.validation == () and {r.number + 1 for r in fold.train} == {1, 3, 4, 6}


def test_a_tested_person_is_in_no_other_list(dataset: LoadedDataset) -> None:
    tested = []
    for fold in folds(dataset, "people:2", 3):
        people = [{r.person for r in side} for side in (fold.train, fold.validation, fold.test)]
        assert sum(map(len, people)) == len(set().union(*people)) == 4
        assert fold.person == EVERYONE and fold.apart == "person"
        tested += sorted(people[2])
    assert sorted(tested) == sorted(PEOPLE)


def test_sessions_learn_from_the_first_and_test_all_later_ones(dataset: LoadedDataset) -> None:
    for fold in folds(dataset, "sessions", 0):
        assert {r.session for r in (*fold.train, *fold.validation)} == {"a"}
        assert {r.session for r in fold.test} == {"b", "c"}
        assert not {r.number for r in fold.train} & {r.number for r in fold.validation}


@pytest.mark.parametrize("scheme", ["repetitions:1,2,3/5", "repetitions:3", "people:2", "sessions"])
def test_the_seed_alone_decides_what_is_drawn(dataset: LoadedDataset, scheme: str) -> None:
    def drawn(seed: int) -> list[list[int]]:
        return [[id(r) for r in (*f.validation, *f.test)] for f in folds(dataset, scheme, seed)]

    assert drawn(1) == drawn(1)
    assert len({str(drawn(seed)) for seed in range(6)}) > 1


def test_a_persons_folds_are_the_same_whoever_else_was_loaded(dataset: LoadedDataset) -> None:
    alone = replace(dataset, repetitions=tuple(r for r in dataset.repetitions if r.person == "cleo"))
    for scheme in ("standard", "repetitions:2", "repetitions:1,2,3/4", "sessions"):
        assert folds(alone, scheme, 5) == [f for f in folds(dataset, scheme, 5) if f.person == "cleo"]


def test_a_fold_that_leaks_cannot_be_made(dataset: LoadedDataset) -> None:
    one, two, other, *_ = dataset.repetitions
    piece = replace(one, signals={"emg": one.signals["emg"][50:]})
    with pytest.raises(FormatError, match="train and test share repetition anna"):
        Fold("leak", "anna", (one, two), (), (other, one))
    with pytest.raises(FormatError, match="share repetition"):  # another half of the same repetition
        Fold("leak", "anna", (one, two), (), (other, piece))
    with pytest.raises(FormatError, match="validation and test share repetition"):
        Fold("leak", "anna", (one,), (two,), (two,))
    with pytest.raises(FormatError, match="share session anna"):
        Fold("leak", "anna", (one,), (), (two,), "session")
    with pytest.raises(FormatError, match="share person anna"):
        Fold("leak", EVERYONE, (one,), (), (dataset.repetitions[-1], two), "person")
    with pytest.raises(FormatError, match="to learn from"):
        Fold("empty", "anna", (one,), (), ())


def test_a_label_whose_repetitions_hold_no_window_is_said(dataset: LoadedDataset) -> None:
    short = [
        replace(r, signals={"emg": r.signals["emg"][:20]}) if r.label == "point" and r.person == "ben" else r
        for r in dataset.repetitions
    ]
    found = divide(replace(dataset, repetitions=tuple(short)), "standard", 0, window_ms=200)
    assert found.skipped == ("ben: point has no window of 200 ms",)
    (ben,) = (fold for fold in found.folds if fold.person == "ben")
    assert {r.label for r in ben.test} == {"rest", "fist"}


def test_a_label_that_training_lacks_is_not_tested(dataset: LoadedDataset) -> None:
    kept = tuple(r for r in dataset.repetitions if r.label != "fist" or r.number == 4)
    found = divide(replace(dataset, repetitions=kept), "standard", 0)
    assert "anna: fist is not in the training: left out" in found.skipped
    assert all("fist" not in {r.label for r in fold.test} for fold in found.folds)


def test_a_person_with_one_repetition_is_left_out_and_said(dataset: LoadedDataset) -> None:
    kept = tuple(r for r in dataset.repetitions if r.person != "dan" or r.number == 0)
    few = replace(dataset, repetitions=kept)
    for scheme in ("standard", "repetitions:3", "repetitions:1,2/*"):
        found = divide(few, scheme, 0)
        assert "dan" not in {fold.person for fold in found.folds}
        assert any(text.startswith("dan: ") for text in found.skipped)
    alone = replace(few, repetitions=tuple(r for r in kept if r.person == "dan"))
    with pytest.raises(UsageError, match=r"leaves nobody.*dan"):
        folds(alone, "standard", 0)


@pytest.mark.parametrize(
    "scheme",
    (
        *("", "random", "repetitions", "repetitions:", "repetitions:0/1", "repetitions:1/2/3/4"),
        *("repetitions:a/b", "repetitions:1", "people", "people:1", "people:9", "people:x"),
        *("sessions:a", "sessions:a/z"),
    ),
)
def test_another_scheme_is_wrong_usage(dataset: LoadedDataset, scheme: str) -> None:
    with pytest.raises(UsageError, match=r"wanted|no session"):
        folds(dataset, scheme, 0)


def test_a_scale_is_of_the_training_alone(dataset: LoadedDataset) -> None:
    fold = next(f for f in folds(dataset, "people:all", 0) if f.name == "without anna")
    scale = training_scale(fold, "emg")
    seen = np.concatenate([r.signals["emg"] for r in fold.train])
    assert np.allclose(scale.mean, seen.mean(axis=0)) and np.allclose(scale.deviation, seen.std(axis=0))
    loud = tuple(replace(r, signals={"emg": r.signals["emg"] * 100}) for r in fold.test)
    assert np.array_equal(training_scale(replace(fold, test=loud), "emg").mean, scale.mean)
    assert np.allclose(scale(seen).astype(np.float64).std(axis=0), 1.0)


def test_a_constant_channel_scales_to_zero_and_not_to_infinity(dataset: LoadedDataset) -> None:
    (fold, *_) = folds(dataset, "standard", 0)
    for r in fold.train:
        r.signals["emg"][:, 3] = 7.0
    scaled = training_scale(fold, "emg")(fold.train[0].signals["emg"])
    assert np.isfinite(scaled).all() and not scaled[:, 3].any()


def test_every_set_but_the_folder_has_a_standard_division() -> None:
    assert {key for key, spec in DATASETS.items() if not spec.standard} == {"folder"}
