"""The protocols: who calibrates, who tests, and that no repetition ever does both."""

from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest

from myoedge.edge.errors import FormatError, UsageError
from myoedge.export.data.repetition import LoadedDataset
from myoedge.export.data.split import PersonSplit, split
from myoedge.export.data.table import load


@pytest.fixture(scope="module")
def laval(tmp_path_factory: pytest.TempPathFactory, generate: ModuleType) -> LoadedDataset:
    root = tmp_path_factory.mktemp("laval")
    generate.laval(root)
    return load("myo-laval", root)


@pytest.fixture(scope="module")
def ciil(tmp_path_factory: pytest.TempPathFactory, generate: ModuleType) -> LoadedDataset:
    root = tmp_path_factory.mktemp("ciil")
    generate.ciil(root)
    return load("myo-ciil", root)


@pytest.mark.parametrize(
    "protocol", ["zero-shot", "sessions", "cycles:1", "cycles:3", "within:1", "within:3"]
)
def test_no_repetition_calibrates_and_tests(laval: LoadedDataset, protocol: str) -> None:
    for one in split(laval, protocol).people:
        calibrating = {r.signals["emg"].tobytes() for r in (*one.calibration, *one.unlabelled)}
        tested = {r.signals["emg"].tobytes() for r in one.test}
        assert tested and not calibrating & tested
        assert {r.person for r in (*one.calibration, *one.test)} == {one.person}


def test_a_repetition_in_two_lists_cannot_be_made(laval: LoadedDataset) -> None:
    first, second = laval.repetitions[:2]
    with pytest.raises(FormatError, match="two lists"):
        PersonSplit("eval/Male7", "", "", (first, second), (second,))


def test_sessions_calibrate_on_the_first_and_test_on_all_later_ones(laval: LoadedDataset) -> None:
    found = split(laval, "sessions")
    assert [one.person for one in found.people] == ["eval/Female0", "eval/Male7"]
    for one in found.people:
        assert {r.session for r in one.calibration} == {"training0"} and len(one.calibration) == 28
        assert {r.session for r in one.test} == {"Test0", "Test1"} and len(one.test) == 56
    assert found.skipped == ("pre/Male7: nothing left to test: left out",)


def test_cycles_take_the_first_repetitions_of_each_label(laval: LoadedDataset) -> None:
    for one in split(laval, "cycles:2").people:
        assert Counter(r.label for r in one.calibration) == dict.fromkeys(laval.labels, 2)
        assert {r.number for r in one.calibration} == {0, 1}
        assert {r.session for r in one.test} == {"Test0", "Test1"}


def test_within_fits_every_session_by_itself(laval: LoadedDataset) -> None:
    found = split(laval, "within:3")
    assert len(found.people) == 7
    for one in found.people:
        assert {r.session for r in (*one.calibration, *one.test)} == {one.session}
        assert {r.number for r in one.calibration} == {0, 1, 2}
        assert {r.number for r in one.test} == {3}


def test_zero_shot_tests_everything_that_was_not_set_aside(laval: LoadedDataset) -> None:
    for one in split(laval, "zero-shot").people:
        assert one.calibration == () and one.unlabelled == ()
    for one in split(laval, "zero-shot", unlabelled_s=1.0).people:
        assert [r.order for r in one.unlabelled] == [0, 1, 2, 3]  # 0.3 s each: the first four reach 1 s
        assert min(r.order for r in one.test) == 4


def test_the_parts_of_ciil_are_fitted_and_reported_apart(ciil: LoadedDataset) -> None:
    shift, minimal = split(ciil, "sessions").people
    assert (shift.part, minimal.part) == ("ElectrodeShift", "MinimalTrainingData")
    assert {r.session for r in shift.calibration} == {"training"}
    assert {r.session for r in shift.test} == {"trial_1", "trial_2", "trial_3", "trial_4"}
    assert {r.session for r in minimal.calibration} == {"train"} and len(minimal.calibration) == 5


def test_a_label_with_too_few_repetitions_is_left_out_and_listed(
    tmp_path: Path, generate: ModuleType
) -> None:
    generate.folder(tmp_path)
    (tmp_path / "anna" / "day1" / "key_turn_10.csv").unlink()
    (tmp_path / "anna" / "day1" / "key_turn_10.imu.csv").unlink()
    found = split(load("folder", tmp_path), "cycles:3")
    anna, ben = found.people
    assert {r.label for r in (*anna.calibration, *anna.test)} == {"rest", "fist"}
    assert {r.label for r in ben.test} == {"rest", "fist", "folder:key_turn"}
    assert "anna: folder:key_turn has 2 repetitions in the first session, wanted 3: left out" in found.skipped


def test_a_label_that_calibration_never_saw_is_not_tested(tmp_path: Path, generate: ModuleType) -> None:
    generate.folder(tmp_path)
    for path in (tmp_path / "anna" / "day1").glob("key_turn*"):
        path.unlink()
    found = split(load("folder", tmp_path, ["anna"]), "sessions")
    assert {r.label for r in found.people[0].test} == {"rest", "fist"}
    assert found.skipped == ("anna: folder:key_turn is not in the calibration: left out",)


def test_the_first_session_of_a_person_who_lacks_it_is_not_replaced(
    tmp_path: Path, generate: ModuleType
) -> None:
    generate.uci(tmp_path)
    next((tmp_path / "01").glob("1_*")).unlink()
    found = split(load("myo-uci", tmp_path), "sessions")
    assert [one.person for one in found.people] == ["21"]
    assert found.skipped == ("01: nothing to calibrate on: left out",)


def test_a_set_without_sessions_has_no_later_one(tmp_path: Path, generate: ModuleType) -> None:
    generate.psl(tmp_path)
    loaded = load("myo-psl", tmp_path)
    for protocol in ("sessions", "cycles:1"):
        with pytest.raises(UsageError, match="no later session"):
            split(loaded, protocol)
    assert len(split(loaded, "within:2").people) == 2


def test_a_folder_with_one_session_has_no_later_one(tmp_path: Path, generate: ModuleType) -> None:
    generate.folder(tmp_path)
    for person in ("anna", "ben"):
        for path in (tmp_path / person / "day2").iterdir():
            path.unlink()
    with pytest.raises(UsageError, match="no later session"):
        split(load("folder", tmp_path), "sessions")


def test_sync_takes_the_first_repetition_of_its_gestures_from_each_later_session(
    laval: LoadedDataset,
) -> None:
    for one in split(laval, "sync").people:
        assert [r.label for r in one.update] == ["wrist extension", "hand open"]
        assert {r.number for r in one.update} == {0}
        assert {r.session for r in (*one.update, *one.test)} == {one.session}
        assert one.session not in {r.session for r in one.calibration}


def test_refresh_takes_the_first_repetitions_of_every_label(laval: LoadedDataset) -> None:
    for one in split(laval, "refresh:1").people:
        labels = {r.label for r in one.test}
        assert sorted(r.label for r in one.update) == sorted(labels)
        assert {r.number for r in one.update} == {0} and 0 not in {r.number for r in one.test}


@pytest.mark.parametrize(
    "protocol", ["", "cycles", "cycles:", "cycles:0", "within:-1", "within:two", "sessions:1", "loso"]
)
def test_another_protocol_is_wrong_usage(laval: LoadedDataset, protocol: str) -> None:
    with pytest.raises(UsageError, match="wanted zero-shot"):
        split(laval, protocol)


def test_unlabelled_seconds_go_with_zero_shot_only(laval: LoadedDataset) -> None:
    with pytest.raises(UsageError, match="zero-shot"):
        split(laval, "sessions", unlabelled_s=5.0)
    with pytest.raises(UsageError, match="seconds from 0"):
        split(laval, "zero-shot", unlabelled_s=float("nan"))


def test_a_protocol_that_leaves_nobody_says_why(laval: LoadedDataset) -> None:
    with pytest.raises(UsageError, match=r"leaves nobody.*wanted 10"):
        split(laval, "within:9")
