"""Evaluation calibrates as the device does and decides as the device does."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from myoedge.__main__ import main
from myoedge.calibration.learn import learn
from myoedge.calibration.stretch import stretch_of
from myoedge.edge.bundle import Bundle, load_bundle
from myoedge.edge.errors import UsageError
from myoedge.edge.pipeline import Pipeline
from myoedge.export.data.repetition import LoadedDataset, Repetition
from myoedge.export.data.table import DATASETS
from myoedge.export.evaluate import evaluate

LABELS = ("rest", "fist", "hand open")


def emg(label: int, seed: int, seconds: float = 1.0) -> NDArray[np.float32]:
    rng = np.random.default_rng([label, seed])
    loud = 1.0 + (15 * np.exp(-(((np.arange(8) - 3 * label) / 1.5) ** 2)) if label else np.zeros(8))
    return np.round(rng.normal(size=(round(200 * seconds), 8)) * loud).astype(np.float32)


def dataset(people: int = 2, sessions: int = 2, repetitions: int = 2, part: str = "") -> LoadedDataset:
    made = [
        Repetition(
            person=f"p{person}",
            session=f"training{session}",
            label=LABELS[label],
            native=str(label),
            number=number,
            signals={"emg": emg(label, 100 * person + 10 * session + number)},
            rates={"emg": 200.0},
            part=part,
            order=(session * 10 + number) * 10 + label,
        )
        for person in range(people)
        for session in range(sessions)
        for number in range(repetitions)
        for label in range(len(LABELS))
    ]
    return LoadedDataset(DATASETS["myo-laval"], tuple(made), ("bad.dat: torn",), ("a note",))


@pytest.fixture(scope="module")
def classic() -> Bundle:
    return load_bundle("classic")


def test_the_result_has_every_field_of_the_contract(classic: Bundle) -> None:
    row = evaluate(classic, None, dataset(), "sessions")
    assert {
        "dataset", "protocol", "engine", "window_ms", "hop_ms", "people", "mean", "bundle", "modalities",
        "skipped", "notes",
    } <= set(row)  # fmt: skip
    assert (row["window_ms"], row["hop_ms"], row["engine"]) == (200.0, 50.0, None)
    assert set(row["people"]["p0"]) == {"windows", "accuracy", "macro_f1", "gesture_accuracy", "labels"}
    assert row["people"]["p0"]["windows"] == 6 * 17
    assert row["mean"]["accuracy"] > 0.95
    assert row["skipped"] == ["bad.dat: torn"] and row["notes"] == ["a note"]
    assert json.loads(json.dumps(row)) == row


def test_its_windows_are_decided_as_a_run_decides_them(classic: Bundle) -> None:
    data = dataset(people=1)
    first = [r for r in data.repetitions if r.session == "training0"]
    later = [r for r in data.repetitions if r.session == "training1"]
    # made harder, so that some windows are wrong
    later = [replace(r, signals={"emg": r.signals["emg"][:, [6, 7, 0, 1, 2, 3, 4, 5]]}) for r in later]
    row = evaluate(classic, None, replace(data, repetitions=(*first, *later)), "sessions")
    specs = data.spec.streams
    stretches = [stretch_of(r.label, r.number, r.signals, r.rates) for r in first]
    profile = learn(classic, None, stretches, specs, wearer="p0", armband="x").profile
    right = windows = 0
    for repetition in later:
        pipeline = Pipeline(classic, None, profile, specs)
        for chunk in stretch_of(repetition.label, 0, repetition.signals, repetition.rates).chunks:
            signal, _ = pipeline.condition(chunk)
            for window in pipeline.windows(signal):
                best = profile.head.labels[
                    int(profile.head.distances(pipeline.embed(window, None).embedding).argmin())
                ]
                right += best == repetition.label
                windows += 1
    assert row["people"]["p0"]["accuracy"] == round(right / windows, 4)
    assert 0 < right < windows


@pytest.mark.parametrize(("protocol", "windows"), [("sessions", 102), ("cycles:1", 102), ("within:1", 102)])
def test_every_protocol_tests_what_it_did_not_calibrate_on(
    classic: Bundle, protocol: str, windows: int
) -> None:
    assert evaluate(classic, None, dataset(), protocol)["people"]["p1"]["windows"] == windows


def test_only_the_people_asked_for_are_tested(classic: Bundle) -> None:
    assert list(evaluate(classic, None, dataset(), "sessions", people=["p1"])["people"]) == ["p1"]
    with pytest.raises(UsageError, match="p0, p1"):
        evaluate(classic, None, dataset(), "sessions", people=["nobody"])


def test_a_person_whose_calibration_is_too_short_is_listed_and_the_others_go_on(classic: Bundle) -> None:
    data = dataset()
    short = tuple(
        replace(r, signals={"emg": r.signals["emg"][:20]}) if (r.person, r.label) == ("p0", "fist") else r
        for r in data.repetitions
    )
    row = evaluate(classic, None, replace(data, repetitions=short), "sessions")
    assert list(row["people"]) == ["p1"]
    assert any(text.startswith("p0: ") and "fist" in text for text in row["skipped"])


def test_parts_are_reported_apart(classic: Bundle) -> None:
    first, second = dataset(1, part="A"), dataset(2, part="B")
    renamed = tuple(replace(r, person=f"b{r.person}") for r in second.repetitions)
    row = evaluate(classic, None, replace(first, repetitions=first.repetitions + renamed), "sessions")
    assert {name: len(part["people"]) for name, part in row["parts"].items()} == {"A": 1, "B": 2}
    assert any("parts" in note for note in row["notes"])


def test_the_baseline_is_judged_on_the_same_split(classic: Bundle) -> None:
    row = evaluate(classic, None, dataset(), "cycles:1", people=["p0"], baseline=True)
    assert row["baseline"]["people"] == row["people"]


@pytest.mark.parametrize(
    "protocol",
    ["zero-shot", "refresh", "refresh:0", "sync:1", "sessions:2", "cycles:0", "within", "nonsense"],
)
def test_what_cannot_be_evaluated_is_a_usage_error(classic: Bundle, protocol: str) -> None:
    with pytest.raises(UsageError):
        evaluate(classic, None, dataset(), protocol)


def test_a_modality_nobody_has_is_a_usage_error(classic: Bundle) -> None:
    with pytest.raises(UsageError, match="imu"):
        evaluate(classic, None, dataset(), "sessions", modalities=["imu"])


class Loudest:
    """A network whose scores are how loud one channel is against a fixed level of rest."""

    name = "loudest"

    def __call__(
        self, inputs: Mapping[str, NDArray[np.float32]]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        rms = np.sqrt((inputs["emg"][0] ** 2).mean(axis=0))
        return np.array([3.0, rms[6]], np.float32), rms.astype(np.float32)


def test_zero_shot_tests_the_networks_own_labels_and_lists_the_others(classic: Bundle) -> None:
    bundle = replace(classic, labels=("rest", "hand open"), inputs=("emg",), embedding=8, normalise=False)
    row = evaluate(bundle, Loudest(), dataset(), "zero-shot", unlabelled_s=3.0)
    assert row["people"]["p0"]["labels"] == 2
    assert row["mean"]["accuracy"] > 0.9
    assert any("fist is no label" in text for text in row["skipped"])
    assert row["people"]["p0"]["windows"] == (12 - 3 - 3) * 17  # three seconds set aside, fists left out


def test_the_verb_prints_one_json_object(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "dataset.toml").write_text(
        'name = "made up"\nrest = "rest"\n[streams.emg]\nrate_hz = 200\nchannels = 8\nunit = "count"\n'
    )
    for session in ("a", "b"):
        folder = tmp_path / "anna" / session
        folder.mkdir(parents=True)
        for label, name in enumerate(LABELS):
            np.savetxt(folder / f"{name}_1.csv", emg(label, ord(session)), delimiter=",", fmt="%g")
    root = str(tmp_path)
    command = ["evaluate", "classic", "--dataset", "folder", "--root", root, "--protocol"]
    assert main([*command, "sessions", "--json"]) == 0
    row = json.loads(capsys.readouterr().out)
    assert row["people"]["anna"]["accuracy"] > 0.9
    assert main([*command, "sync"]) == 2
    assert "sync" in capsys.readouterr().err
    assert main([*command, "sessions", "--adapt"]) == 2
    command[3] = "nope"
    assert main([*command, "sessions"]) == 2
    command[3], command[5] = "folder", root + "/none"
    assert main([*command, "sessions"]) == 3
