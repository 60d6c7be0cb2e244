"""Words left out of the teaching in turn."""

from pathlib import Path
from typing import Any

import pytest

from myoedge.edge.bundle import load_bundle
from myoedge.edge.errors import UsageError
from myoedge.edge.word_population import Population
from myoedge.export.data.repetition import LoadedDataset, Repetition
from myoedge.export.data.table import DATASETS
from myoedge.export.rejection import rejection
from myoedge.export.subject import Subject

RATES = {"emg": 200.0, "imu": 50.0}


def subject(moves: Any, done: dict[str, str], bundle: str = "default") -> Subject:
    """Label -> what is done, five repetitions of each, and one of rest."""
    rows = [(label, number) for number in range(5) for label in done] + [("rest", n) for n in range(4)]
    made = [
        Repetition(
            person="p",
            session="all",
            label=label,
            native=label,
            number=number,
            signals=moves(done.get(label, "still"), 10 * number),
            rates=RATES,
            order=order,
        )
        for order, (label, number) in enumerate(rows)
    ]
    loaded = LoadedDataset(DATASETS["myo-psl"], tuple(made), (), ())
    return Subject(load_bundle(bundle), None, loaded, ("emg", "imu") if bundle == "default" else ("emg",))


def test_a_movement_unlike_all_words_is_refused_and_right_ones_pass(
    population: Population, moves: Any
) -> None:
    apart = subject(moves, {word: word for word in moves.words})
    row = rejection(apart, "within:2", by="movement")
    assert row["left_out"] == "movement" and row["people"]["p all"]["right_accepted"] > 0.9
    assert row["mean"]["false_accepts"] < 0.5
    assert row["rest"]["starts"] == 0 and row["rest"]["hours"] > 0


def test_a_movement_like_a_taught_word_is_taken_for_it(population: Population, moves: Any) -> None:
    alike = subject(moves, {"a": "wave", "b": "wave", "c": "knock"})
    far = subject(moves, {"a": "wave", "b": "turn page", "c": "knock"})
    near, away = (rejection(one, "within:2", by="movement")["mean"]["false_accepts"] for one in (alike, far))
    assert near > away and near > 0.5


def test_what_cannot_be_judged_so_is_refused(moves: Any, tmp_path: Path) -> None:
    three = subject(moves, {word: word for word in moves.words}, "classic")
    with pytest.raises(UsageError, match="knows no words"):
        rejection(three, "within:2", by="movement")
    for by, protocol in (("sentence", "within:2"), ("window", "zero-shot"), ("window", "refresh:1")):
        with pytest.raises(UsageError, match=r"wanted by window or movement, with sessions"):
            rejection(three, protocol, by=by)
