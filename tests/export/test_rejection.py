"""Each gesture left out in turn."""

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from myoedge.__main__ import main
from myoedge.edge.bundle import Bundle, load_bundle
from myoedge.export.data.repetition import LoadedDataset, Repetition
from myoedge.export.data.table import DATASETS
from myoedge.export.rejection import rejection
from myoedge.export.subject import Subject

LABELS = ("rest", "fist", "hand open", "wrist flexion")


def emg(place: float, seed: int) -> NDArray[np.float32]:
    rng = np.random.default_rng([round(10 * place) + 10, seed])
    loud = 1.0 + (15 * np.exp(-(((np.arange(8) - place) / 1.2) ** 2)) if place >= 0 else np.zeros(8))
    return np.round(rng.normal(size=(300, 8)) * loud).astype(np.float32)


def subject(places: tuple[float, ...], classic: Bundle, quiet: bool = True) -> Subject:
    def signal(label: int, session: int, number: int) -> NDArray[np.float32]:
        restless = session and not label and not quiet
        return emg(places[1] if restless else places[label], 10 * session + number)

    made = [
        Repetition(
            person="p",
            session=f"training{session}",
            label=LABELS[label],
            native=str(label),
            number=number,
            signals={"emg": signal(label, session, number)},
            rates={"emg": 200.0},
            order=(session * 10 + number) * 10 + label,
        )
        for session in range(2)
        for number in range(3)
        for label in range(len(LABELS))
    ]
    loaded = LoadedDataset(DATASETS["myo-laval"], tuple(made), (), ())
    return Subject(classic, None, loaded, ("emg",))


@pytest.fixture(scope="module")
def classic() -> Bundle:
    return load_bundle("classic")


def test_a_stranger_far_from_every_gesture_is_refused(classic: Bundle) -> None:
    row = rejection(subject((-1, 0.0, 3.0, 6.0), classic), "sessions")
    assert row["mean"]["false_accepts_at_target"] < 0.05 and row["mean"]["false_accepts"] < 0.05
    assert row["mean"]["right_accepted"] > 0.8
    assert row["rest"]["starts"] == 0 and row["rest"]["hours"] > 0


def test_a_stranger_between_two_gestures_may_pass(classic: Bundle) -> None:
    near = rejection(subject((-1, 1.0, 1.15, 6.0), classic), "sessions")
    assert near["mean"]["false_accepts_at_target"] > 0.2
    assert near["worst"]["false_accepts_at_target"] == near["people"]["p"]["false_accepts_at_target"]


def test_a_stricter_calibration_lets_less_through(classic: Bundle) -> None:
    alike = subject((-1, 1.0, 1.15, 6.0), classic)
    wide, narrow = (rejection(alike, "sessions", accept)["mean"] for accept in (0.99, 0.6))
    assert narrow["false_accepts"] < wide["false_accepts"]
    assert narrow["right_accepted"] < wide["right_accepted"]


def test_what_starts_while_the_arm_should_rest_is_counted(classic: Bundle) -> None:
    row = rejection(subject((-1, 0.0, 3.0, 6.0), classic, quiet=False), "sessions")
    assert row["rest"]["starts"] >= 3 and row["rest"]["starts_per_hour"] > 0


def test_the_verb_leaves_out_and_refuses_what_makes_no_sense(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "dataset.toml").write_text(
        'name = "made up"\nrest = "rest"\n[streams.emg]\nrate_hz = 200\nchannels = 8\nunit = "count"\n'
    )
    for session in ("a", "b"):
        folder = tmp_path / "anna" / session
        folder.mkdir(parents=True)
        for place, name in zip((-1, 0.0, 3.0, 6.0), LABELS, strict=True):
            for number in (1, 2):
                rows = emg(place, 10 * ord(session) + number)
                np.savetxt(folder / f"{name}_{number}.csv", rows, delimiter=",", fmt="%g")
    command = ["evaluate", "classic", "--dataset", "folder", "--root", str(tmp_path), "--protocol"]
    assert main([*command, "sessions", "--leave-out", "--accept", "0.9", "--baseline", "--json"]) == 0
    row = json.loads(capsys.readouterr().out)
    assert (row["accept"], row["left_out"], row["protocol"]) == (0.9, "window", "sessions")
    assert set(row["mean"]) == set(row["worst"]) < set(row["people"]["anna"])
    assert row["baseline"]["mean"] == row["mean"]  # the bundle was the baseline itself
    assert main([*command, "sessions", "--leave-out"]) == 0
    assert "each gesture left out in turn" in capsys.readouterr().out
    assert main([*command, "zero-shot", "--leave-out"]) == 2
    assert main([*command, "sessions", "--leave-out", "--accept", "95"]) == 2
    assert main([*command, "sessions", "--accept", "0.9"]) == 2
