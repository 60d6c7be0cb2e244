"""What other people's movements say is learned, packed, and told by on people not seen."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from myoedge.calibration.embedding import StreamEmbedder
from myoedge.edge.bundle import load_bundle, write_bundle
from myoedge.edge.word_population import FILE, USES, load_population, population_of
from myoedge.export import words_train
from myoedge.export.data.repetition import LoadedDataset, Repetition
from myoedge.export.data.table import DATASETS
from myoedge.export.evaluate import evaluate
from myoedge.export.golden import pack
from myoedge.export.score import Score
from myoedge.export.words_package import quantize
from myoedge.export.words_population import fit_factor, fit_population, perform
from myoedge.export.words_train import Performer, draw_episode, rotation_matrix

RNG = np.random.default_rng(0)


def dataset(moves: Any, people: int, repetitions: int = 3) -> LoadedDataset:
    made = [
        Repetition(
            person=f"p{person}",
            session="all",
            label=f"psl:{word}",
            native=word,
            number=number,
            signals=moves(word, 100 * person + 10 * number),
            rates={"emg": 200.0, "imu": 50.0},
            order=number * 10 + i,
        )
        for person in range(people)
        for number in range(repetitions)
        for i, word in enumerate(moves.words)
    ]
    return LoadedDataset(DATASETS["myo-psl"], tuple(made), (), ())


@pytest.fixture(scope="module")
def arrays(moves: Any) -> dict[str, Any]:
    """Learned in few steps from made-up people."""
    embedder = StreamEmbedder(load_bundle("default"), None, moves.specs)
    people = perform(embedder, dataset(moves, 3))
    assert [len(one.words) for one in people] == [9, 9, 9]
    patch = pytest.MonkeyPatch()
    patch.setattr(words_train, "STEPS", 15)
    try:
        return fit_population(people, 0, lambda _: None)
    finally:
        patch.undo()


def test_a_bundle_with_words_is_judged_by_movement(
    arrays: dict[str, Any], moves: Any, tmp_path: Path
) -> None:
    plain = load_bundle("default")
    row = {
        k: v for k, v in json.loads(plain.files["bundle.json"]).items() if k not in ("myoedge", "v", "files")
    }
    files = {k: v for k, v in plain.files.items() if k not in ("bundle.json", FILE)}
    write_bundle(tmp_path / "with", row, {**files, FILE: pack(quantize(arrays))})
    write_bundle(tmp_path / "without", row, files)
    for name, by_movement in (("with", True), ("without", False)):
        bundle = load_bundle(tmp_path / name)
        assert (load_population(bundle) is not None) == by_movement
        result = evaluate(bundle, None, dataset(moves, 1), "within:2")
        (person,) = result["people"].values()
        assert ("gesture_accuracy_by_window" in person) == by_movement
        assert any("whole movements" in note for note in result["notes"]) == by_movement
        if by_movement:
            assert person["gesture_accuracy"] == 1.0


def test_every_use_has_weights_and_a_threshold(arrays: dict[str, Any]) -> None:
    population = population_of(arrays)
    assert set(population.weights) == set(population.least) == set(USES)
    assert not any(population.weights["emg"][name] for name in ("imu", "net_imu", "net_both"))
    assert not any(population.weights["imu"][name] for name in ("emg", "net_emg", "frames_emg"))


def test_the_factor_finds_which_direction_tells_words() -> None:
    """Words differ along the first axis, repetitions along the second."""
    values, words = [], []
    for person in range(6):
        centres = {word: RNG.normal() * 3 for word in "abcdef"}
        names = [word for word in "abcdef" for _ in range(4)]
        noise = RNG.normal(size=(len(names), 2)) * (0.5, 3.0)
        values.append(noise + np.array([[centres[word], person] for word in names]))
        words.append(names)
    factor = fit_factor(values, words, 0.0)
    best = factor.turn[factor.between.argmax()]
    assert abs(best[0]) > 10 * abs(best[1])
    assert factor.between.max() > 10
    assert sorted(factor.between)[0] < 1


def test_an_episode_never_asks_for_what_it_taught(moves: Any) -> None:
    embedder = StreamEmbedder(load_bundle("default"), None, moves.specs)
    (one,) = perform(embedder, dataset(moves, 1, 4))
    population = load_population(load_bundle("default"))
    if population is None:
        pytest.skip("the shipped bundle was built without words")
    performer = Performer(one.cells, np.array([sorted(set(one.words)).index(w) for w in one.words]))
    for seed in range(5):
        episode = draw_episode(performer, population.tokens, np.random.default_rng(seed))
        assert set(episode.word[episode.taught]) == set(episode.word[~episode.taught])
        assert len(episode.emg) == len(episode.imu) == len(episode.word) <= len(one.words)
        assert np.isfinite(episode.emg).all()
        assert np.isfinite(episode.imu).all()


def test_the_band_and_the_arm_turn_together() -> None:
    turn = rotation_matrix(np.array([words_train.TURNED_RAD, 0, 0]))
    np.testing.assert_allclose(np.linalg.matrix_power(turn, 8), np.eye(3), atol=1e-12)
    np.testing.assert_allclose(turn @ [1, 0, 0], [1, 0, 0], atol=1e-12)


def test_a_score_of_movements_takes_the_windows_place() -> None:
    score = Score()
    score.add("a", ("a", "b"), np.array([[0.9, 0.1], [0.8, 0.2]]))
    assert score.to_json()["gesture_accuracy"] == 1.0
    score.add_movements(1, 4)
    assert score.to_json()["gesture_accuracy"] == 0.25
    assert score.to_json()["gesture_accuracy_by_window"] == 1.0
