"""NinaPro: global labels, real movements, every quirk mended or refused, on files of the sets' layout."""

import pickle
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from myoedge.edge.errors import FormatError, UsageError
from myoedge.export.data.fold import folds
from myoedge.export.data.repetition import LoadedDataset, Repetition
from myoedge.export.data.table import load


@pytest.fixture(scope="module")
def db2(tmp_path_factory: pytest.TempPathFactory, large: ModuleType) -> tuple[LoadedDataset, Any]:
    root = tmp_path_factory.mktemp("db2")
    truth = large.db2(root)
    return load("ninapro-db2", root), truth


def of(loaded: LoadedDataset, person: str, native: str) -> list[Repetition]:
    return [r for r in loaded.repetitions if r.person == person and r.native == native]


def some(large: ModuleType, root: Path, key: str = "ninapro-db2", **quirk: Any) -> LoadedDataset:
    """One sound file of subject 2, and one of subject 3 with a quirk."""
    plain = {"exercise": 1, "labels": (1, 6), "repetitions": 2, "others": {"acc": 36}}
    large.ninapro(root / "S2_E1_A1.mat", subject=2, **plain)
    name = quirk.pop("name", "S3_E{exercise}_A1.mat")
    given = {**plain, "subject": 3, **quirk}
    large.ninapro(root / name.format(**given), **given)
    return load(key, root)


def test_db2_numbers_movements_over_the_exercises(db2: tuple[LoadedDataset, Any]) -> None:
    loaded, _ = db2
    assert loaded.people == ("s1", "s4") and loaded.skipped == ()
    natives = list(dict.fromkeys(int(r.native) for r in loaded.repetitions if r.person == "s1"))
    assert natives == [0, 1, 6, 13, 18, 40, 41, 49]
    assert {r.label for r in of(loaded, "s1", "13")} == {"wrist flexion"}
    assert {r.label for r in of(loaded, "s1", "18")} == {"ninapro-db2:18"}
    assert [r.number for r in of(loaded, "s1", "6")] == [0, 1, 2, 3, 4, 5]


def test_db2_takes_the_real_movement_and_not_the_one_that_was_shown(db2: tuple[LoadedDataset, Any]) -> None:
    loaded, truth = db2
    emg, label, turn = truth[1].emg, truth[1].label, truth[1].repetition
    for repetition in of(loaded, "s1", "6"):
        rows = np.flatnonzero((label == 6) & (turn == repetition.number + 1))
        start, stop = -(-rows[0] // 20) * 20, (rows[-1] + 1) // 20 * 20
        assert np.array_equal(repetition.signals["emg"], emg[start:stop].astype(np.float32))


def test_db2_acceleration_comes_back_from_the_emgs_clock(db2: tuple[LoadedDataset, Any]) -> None:
    loaded, truth = db2
    assert loaded.spec.streams["acc"].rate_hz == 100.0
    repetition = of(loaded, "s1", "6")[0]
    rows = np.flatnonzero((truth[1].label == 6) & (truth[1].repetition == 1))
    start = -(-rows[0] // 20) * 20
    acc, slow = truth[1].others["acc"], repetition.signals["acc"]
    assert repetition.seconds == len(slow) / 100
    assert np.allclose(slow[3], acc[start + 60 : start + 80].mean(axis=0), atol=1e-6)


def test_db2_exercise_d_has_force_and_no_glove(db2: tuple[LoadedDataset, Any]) -> None:
    loaded, _ = db2
    assert set(of(loaded, "s1", "41")[0].signals) == {"emg", "acc", "inclin", "force"}
    assert set(of(loaded, "s1", "1")[0].signals) == {"emg", "acc", "inclin", "glove"}
    assert not any("glove" in note for note in loaded.wearers["s1"].notes)


def test_db2_older_codes_of_exercise_d_mean_fingers(db2: tuple[LoadedDataset, Any]) -> None:
    loaded, truth = db2
    meaning = {1: 41, 2: 42, 4: 43, 8: 44, 16: 45, 32: 46, 9: 47, 6: 48, 40: 49}  # by the fingers of each bit
    for code, native in meaning.items():
        first = of(loaded, "s4", str(native))[0]
        start = -(-np.flatnonzero(truth[0].label == code)[0] // 20) * 20
        written = truth[0].emg[start : start + 400].astype(np.float32)
        assert np.array_equal(first.signals["emg"][:400], written)
    assert any("stimulus, which is what was shown" in note for note in loaded.wearers["s4"].notes)


def test_rest_goes_with_the_repetition_it_is_next_to(db2: tuple[LoadedDataset, Any]) -> None:
    loaded, _ = db2
    rest = of(loaded, "s1", "0")
    assert {r.label for r in rest} == {"rest"} and {r.number for r in rest} == set(range(6))
    for fold in folds(loaded, "standard", 0):
        assert {r.number + 1 for r in fold.test if r.label == "rest"} == {2, 5}
        assert {r.number + 1 for r in fold.validation} == {6}


def test_signals_stay_in_the_file_until_they_are_used(db2: tuple[LoadedDataset, Any]) -> None:
    loaded, _ = db2
    assert sum(len(pickle.dumps(r.signals)) for r in loaded.repetitions) < 100_000
    first = loaded.repetitions[1]
    again = pickle.loads(pickle.dumps(first.signals))
    assert np.array_equal(again["emg"], first.signals["emg"])
    first.signals["emg"][:] = 0  # what one reader does to its copy is its own affair
    assert first.signals["emg"].any()


def test_hands_and_amputees_are_known(
    db2: tuple[LoadedDataset, Any], tmp_path: Path, large: ModuleType
) -> None:
    loaded, _ = db2
    assert (loaded.wearers["s1"].hand, loaded.wearers["s4"].hand) == ("right", "left")
    large.db7(tmp_path)
    seven = load("ninapro-db7", tmp_path)
    assert seven.people == ("s5", "s21")
    assert (seven.wearers["s5"].hand, seven.wearers["s5"].amputee) == ("left", False)
    assert seven.wearers["s21"].amputee
    assert set(seven.repetitions[0].signals) == {"emg", "acc", "gyro", "mag", "glove"}
    assert any("39-40" in note for note in seven.wearers["s21"].notes)


def test_db1_and_db5_labels_restart_in_every_exercise(tmp_path: Path, large: ModuleType) -> None:
    large.db1(tmp_path / "1")
    one = load("ninapro-db1", tmp_path / "1")
    assert sorted({int(r.native) for r in one.repetitions}) == [0, 1, 12, 13, 18, 29, 30, 42, 52]
    assert {r.label for r in of(one, "s1", "18")} == {"fist"}
    assert {r.number for r in of(one, "s1", "52")} == set(range(10))
    assert one.wearers["s1"].hand == "unknown"
    truth = large.db5(tmp_path / "5")
    five = load("ninapro-db5", tmp_path / "5")
    assert sorted({int(r.native) for r in five.repetitions}) == [0, 1, 2, 13, 29, 30, 52]
    last = of(five, "s1", "52")[0].signals
    assert last["emg"].shape[1] == 16 and np.abs(last["emg"]).max() <= 128
    rows = np.flatnonzero((truth.label == 23) & (truth.repetition == 1))
    start = -(-rows[0] // 4) * 4
    assert np.allclose(last["acc"][0], truth.others["acc"][start : start + 4].mean(axis=0), atol=1e-6)


def test_glove_holes_are_bridged_and_said(tmp_path: Path, large: ModuleType) -> None:
    large.db1(tmp_path)
    loaded = load("ninapro-db1", tmp_path)
    assert "glove NaN bridged by straight lines: 3 times" in loaded.notes
    assert all(np.isfinite(r.signals["glove"]).all() for r in loaded.repetitions)


def test_db3_columns_without_an_electrode_are_named_and_kept(tmp_path: Path, large: ModuleType) -> None:
    large.db3(tmp_path)
    loaded = load("ninapro-db3", tmp_path)
    assert all(wearer.amputee for wearer in loaded.wearers.values())
    (seven, ten) = (loaded.wearers[person].notes for person in ("s7", "s10"))
    assert any("without a signal" in note and "[8, 9]" in note for note in seven)
    assert not any("without a signal" in note for note in ten)
    assert any("without force" in note for note in ten)
    assert loaded.repetitions[0].signals["emg"].shape[1] == 12


@pytest.mark.parametrize(("rate", "hold_s"), [(1111.0, 7.0), (2000.0, 8.0)])
def test_db8s_rate_follows_from_the_length_of_its_movements(
    tmp_path: Path, large: ModuleType, rate: float, hold_s: float
) -> None:
    large.ninapro(
        tmp_path / "S1_E1_A1.mat",
        subject=1,
        exercise=1,
        labels=(1, 2),
        rate=rate,
        channels=16,
        repetitions=2,
        hold_s=hold_s,
    )
    loaded = load("ninapro-db8", tmp_path)
    assert loaded.spec.streams["emg"].rate_hz == rate
    assert abs(loaded.repetitions[1].seconds - hold_s) < 0.05
    assert any(f"{rate:g} Hz, as its movements" in note for note in loaded.notes)


def test_db8_acquisitions_are_sessions_and_the_third_is_tested(tmp_path: Path, large: ModuleType) -> None:
    for acquisition in (1, 2, 3):
        large.ninapro(
            tmp_path / f"S11_E1_A{acquisition}.mat",
            subject=11,
            exercise=1,
            labels=(1, 9),
            rate=1111.0,
            channels=16,
            repetitions=2 if acquisition == 3 else 4,
            hold_s=1.0,
            seed=acquisition,
            others={"glove": 18, "acc": 48},
        )
    loaded = load("ninapro-db8", tmp_path)
    assert loaded.wearers["s11"].amputee and any("both hands" in note for note in loaded.notes)
    assert loaded.spec.streams["acc"].channels == 48
    assert any("taken as 1111 Hz" in note for note in loaded.notes)
    (fold,) = folds(loaded, "standard", 0)
    assert {r.session for r in (*fold.train, *fold.validation)} == {"A1", "A2"}
    assert {r.session for r in fold.test} == {"A3"}


def test_db8_files_of_two_rates_are_not_mixed(tmp_path: Path, large: ModuleType) -> None:
    given = {"subject": 1, "exercise": 1, "labels": (1,), "channels": 16, "repetitions": 2, "hold_s": 7.0}
    large.ninapro(tmp_path / "S1_E1_A1.mat", rate=1111.0, **given)
    large.ninapro(tmp_path / "S1_E1_A2.mat", rate=2000.0, **given)
    loaded = load("ninapro-db8", tmp_path)
    assert len(loaded.skipped) == 1 and "wanted one rate" in loaded.skipped[0]


@pytest.mark.parametrize(
    ("quirk", "said"),
    [
        ({"missing": ["emg"]}, "no emg"),
        ({"missing": ["restimulus", "stimulus"]}, "neither restimulus nor stimulus"),
        ({"channels": 10}, "wanted 12 columns"),
        ({"others": {"acc": 3}}, "acc has shape"),
        ({"labels": (1, 18)}, "labels 1..18 in exercise 1, wanted 1..17"),
        ({"exercise": 2, "labels": (1, 2)}, "labels 1..2 in exercise 2, wanted 18..40"),
        ({"exercise": 4}, "exercise 4, wanted one of"),
        ({"exercise": 3, "labels": (41, 40)}, "two numberings"),
        ({"longer": 5000}, "of different rates, or torn"),
        ({"labels": ()}, "every label is 0"),
        ({"extra": {"frequency": [[1000]]}}, "recorded at 1000 Hz, wanted 2000 Hz"),
    ],
)
def test_a_file_that_is_not_as_it_should_be_is_refused_by_name_and_the_rest_goes_on(
    tmp_path: Path, large: ModuleType, quirk: dict[str, Any], said: str
) -> None:
    loaded = some(large, tmp_path, **quirk)
    assert loaded.people == ("s2",)
    assert len(loaded.skipped) == 1 and loaded.skipped[0].startswith("S3_E") and said in loaded.skipped[0]


@pytest.mark.parametrize(
    ("quirk", "said"),
    [
        ({"inside": {"exercise": 2}}, "exercise inside the file is another"),
        ({"inside": {"subject": 9}}, "subject inside the file is another"),
        ({"missing": ["acc"]}, "without acc"),
        ({"missing": ["restimulus"]}, "without restimulus: stimulus"),
        ({"longer": 7}, "cut to the shortest"),
        ({"dead": (3,)}, "emg columns without a signal"),
        ({"hole": ("emg", 4, 0, None)}, "emg columns that are NaN throughout set to 0"),
        ({"hole": ("acc", 4, 100, 120)}, "acc NaN bridged"),
    ],
)
def test_what_can_be_mended_is_mended_and_said(
    tmp_path: Path, large: ModuleType, quirk: dict[str, Any], said: str
) -> None:
    loaded = some(large, tmp_path, **quirk)
    assert loaded.people == ("s2", "s3")
    assert any(said in note for note in loaded.notes)
    assert any(note.startswith("S3_E1_A1.mat: ") and said in note for note in loaded.wearers["s3"].notes)
    assert len(of(loaded, "s3", "6")) == 2
    assert all(np.isfinite(x).all() for r in loaded.repetitions for x in r.signals.values())


def test_holes_in_the_emg_are_not_made_up(tmp_path: Path, large: ModuleType) -> None:
    loaded = some(large, tmp_path, hole=("emg", 4, 1300, 1310))
    assert len(of(loaded, "s3", "1")) == 1 and len(of(loaded, "s3", "6")) == 2
    assert any("emg holds NaN in columns [4]" in text for text in loaded.skipped)


def test_gaps_of_the_repetition_column_do_not_break_a_movement(tmp_path: Path, large: ModuleType) -> None:
    loaded = some(large, tmp_path, torn_numbers=True)
    assert [r.number for r in of(loaded, "s3", "6")] == [0, 1]


def test_an_older_name_is_understood_and_a_strange_one_said(tmp_path: Path, large: ModuleType) -> None:
    loaded = some(large, tmp_path, name="S3_A1_E1.mat")
    assert loaded.people == ("s2", "s3")
    (tmp_path / "other.mat").write_bytes(b"")
    assert load("ninapro-db2", tmp_path).skipped[0].startswith("other.mat: wanted S<subject>")


def test_a_file_under_two_names_is_taken_once(tmp_path: Path, large: ModuleType) -> None:
    some(large, tmp_path)
    (tmp_path / "S5_E1_A1.mat").write_bytes((tmp_path / "S3_E1_A1.mat").read_bytes())
    loaded = load("ninapro-db2", tmp_path)
    assert loaded.people == ("s2", "s3")
    assert any("S5_E1_A1.mat is a byte copy of S3_E1_A1.mat" in note for note in loaded.notes)


def test_a_torn_file_and_a_foreign_one_are_refused(tmp_path: Path, large: ModuleType) -> None:
    some(large, tmp_path)
    path = tmp_path / "S3_E1_A1.mat"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    (tmp_path / "S4_E1_A1.mat").write_bytes(b"no MATLAB file")
    loaded = load("ninapro-db2", tmp_path)
    assert loaded.people == ("s2",) and len(loaded.skipped) == 2
    assert all("torn" in text for text in loaded.skipped)
    with pytest.raises(FormatError, match="torn"):
        load("ninapro-db2", tmp_path, ["s3"])


def test_only_what_is_asked_for_is_loaded(tmp_path: Path, large: ModuleType) -> None:
    some(large, tmp_path, missing=["acc"])
    loaded = load("ninapro-db2", tmp_path, None, ["acc"])
    assert set(loaded.spec.streams) == {"emg", "acc"} and loaded.people == ("s2",)
    assert any(note.startswith("repetition without acc left out") for note in loaded.notes)
    with pytest.raises(UsageError, match="no gyro; it has emg, acc, glove"):
        load("ninapro-db2", tmp_path, None, ["gyro"])
    with pytest.raises(UsageError, match="s9"):
        load("ninapro-db2", tmp_path, ["s9"])
