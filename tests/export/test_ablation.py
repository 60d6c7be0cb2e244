"""Each column of the table is what `evaluate` says, and a network that knows nothing shows as one."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from myoedge.edge.bundle import Bundle, load_bundle
from myoedge.edge.engines import Engine, load_engine
from myoedge.export.ablation import COLUMNS, ROWS, Row, ablation, line
from myoedge.export.data.repetition import LoadedDataset, Repetition
from myoedge.export.data.table import DATASETS
from myoedge.export.evaluate import evaluate

LABELS = ("rest", "fist", "hand open")


class Deaf:
    """An engine whose network says the same of every window."""

    name = "deaf"

    def __call__(self, inputs: Mapping[str, NDArray[np.float32]]) -> tuple[NDArray[np.float32], Any]:
        return np.zeros((1, 6), np.float32), np.ones((1, 64), np.float32)


def emg(label: int, seed: int, channels: int, rows: int) -> NDArray[np.float32]:
    rng = np.random.default_rng([label, seed])
    loud = 2.0 + (5 * np.exp(-(((np.arange(channels) - 2 * label) / 1.5) ** 2)) if label else 0)
    return np.round(rng.normal(size=(rows, channels)) * loud).astype(np.float32)


def dataset(key: str) -> LoadedDataset:
    spec = DATASETS[key]
    stream = spec.streams["emg"]
    made = [
        Repetition(
            person=f"p{person}",
            session=("training0", "later")[session] if key == "myo-laval" else ("train", "later")[session],
            label=LABELS[label],
            native=str(label),
            number=number,
            signals={
                "emg": emg(label, 100 * person + 10 * session + number, stream.channels, int(stream.rate_hz))
            },
            rates={"emg": stream.rate_hz},
            order=(session * 10 + number) * 10 + label,
        )
        for person in range(2)
        for session in range(2)
        for number in range(2)
        for label in range(len(LABELS))
    ]
    return LoadedDataset(spec, tuple(made), (), ())


@pytest.fixture(scope="module")
def default() -> tuple[Bundle, Engine | None]:
    bundle = load_bundle("default")
    return bundle, load_engine(bundle, None)[0]


def accuracies(result: Mapping[str, Any]) -> dict[str, float]:
    return {person: row["accuracy"] for person, row in result["people"].items()}


def test_both_and_the_closed_form_are_what_evaluate_says_with_and_without_an_engine(
    default: tuple[Bundle, Engine | None],
) -> None:
    bundle, engine = default
    data = dataset("myo-laval")
    found = ablation(bundle, engine, data, "cycles:1", print)
    assert list(found) == list(COLUMNS)
    for name, runs in {"closed form": None, "both": engine}.items():
        assert accuracies(found[name]) == accuracies(evaluate(bundle, runs, data, "cycles:1"))
    assert found["network"]["mean"] > 0.5


def test_a_network_that_says_nothing_is_shown_to_say_nothing(default: tuple[Bundle, Engine | None]) -> None:
    found = ablation(default[0], Deaf(), dataset("myo-laval"), "cycles:1", print)
    assert found["network"]["mean"] == pytest.approx(1 / 3, abs=0.01)
    assert found["both"]["mean"] > 0.8


def test_a_set_that_the_network_cannot_read_has_the_first_two_columns(
    default: tuple[Bundle, Engine | None],
) -> None:
    said: list[str] = []
    data = dataset("3dc")
    found = ablation(*default, data, "sessions", said.append)
    assert list(found) == list(COLUMNS[:2]) and "3dc" in said[0]
    assert accuracies(found["closed form"]) == accuracies(
        evaluate(load_bundle("classic"), None, data, "sessions")
    )
    text = line(Row("3dc", "3dc", "sessions"), found)
    assert text.count("|") == 7 and text.endswith("| - | - |")


def test_every_row_names_a_data_set() -> None:
    assert {row.dataset for row in ROWS} <= set(DATASETS)
