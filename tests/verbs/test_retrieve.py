"""`myoedge retrieve` on recordings of one's own: rows a split and model, kept and not made twice."""

import json
from pathlib import Path

import numpy as np
import pytest

from myoedge.__main__ import main
from myoedge.export.sentence.graph import sentence_graph
from tests.export.sentence.conftest import PIECES, tiny_weights, write_encoder

RECIPE = """
name = "mine"
kind = "retrieval"
seed = 0
sets = ["folder"]
window_ms = 500
hop_ms = 250
splits = ["rand", "class:0"]
models = ["myosem", "closed set"]
[encoder]
width = 16
stem = 8
layers = 1
heads = 2
hidden = 16
[queries]
blocks = 1
space = 16
[loss]
[augment]
[training]
steps = 6
batch = 8
every = 3
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    rng = np.random.default_rng(1)
    folder = tmp_path / "folder"
    for turn in range(1, 5):
        for number, label in enumerate(("rest", "fist", "open", "point")):
            path = folder / "anna" / "monday" / f"{label}_{turn}.csv"
            path.parent.mkdir(parents=True, exist_ok=True)
            loud = np.full(4, 2.0)
            loud[number] = 40
            np.savetxt(path, (rng.normal(0, 1, (300, 4)) * loud).clip(-127, 127).astype(int), "%d", ",")
    (folder / "dataset.toml").write_text(
        'name = "mine"\nrest = "rest"\n[streams.emg]\nrate_hz = 200\nchannels = 4\nunit = "count"\n'
    )
    (tmp_path / "mine.toml").write_text(RECIPE)
    letters = [chr(c) for c in range(97, 123)] + [f"##{chr(c)}" for c in range(97, 123)] + list(".,;:-+")
    weights = tiny_weights()
    rng = np.random.default_rng(2)
    pieces = [*PIECES, *letters]
    weights["embeddings.word_embeddings.weight"] = rng.normal(0, 0.4, (len(pieces), 16)).astype(np.float32)
    weights["embeddings.position_embeddings.weight"] = rng.normal(0, 0.4, (512, 16)).astype(np.float32)
    data = tmp_path / "data" / "sentence-encoder"
    write_encoder(data, sentence_graph(weights, 4, 1e-12), pieces, longest=512)
    monkeypatch.setenv("MYOEDGE_DATA", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _asked(*more: str) -> int:
    return main(["retrieve", "mine.toml", "--root", ".", "--out", "out", "--quiet", "--json", *more])


def test_each_split_and_model_gives_a_row_that_is_kept(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _asked() == 0
    rows = json.loads(capsys.readouterr().out)["rows"]
    assert [(row["split"], row["model"]) for row in rows] == [
        (split, model) for split in ("rand", "class:0") for model in ("myosem", "closed set")
    ]
    assert rows[0]["pools"]["all"]["muscles to text"]["chance"]["r@1"] == 0.25
    assert rows[2]["unseen"] and "unseen" in rows[2]["pools"]
    stamps = {path.name: path.stat().st_mtime_ns for path in (here / "out").iterdir()}
    assert len(stamps) == 4 and _asked("--splits", "rand") == 0
    assert {path.name: path.stat().st_mtime_ns for path in (here / "out").iterdir()} == stamps


def test_a_split_that_the_recipe_has_not_is_refused(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _asked("--splits", "user") == 2
    assert "the recipe has rand" in capsys.readouterr().err


def test_results_of_another_recipe_are_not_taken(here: Path) -> None:
    assert _asked("--splits", "rand", "--models", "myosem") == 0
    (here / "mine.toml").write_text(RECIPE.replace("steps = 6", "steps = 7"))
    assert _asked("--splits", "rand", "--models", "myosem") == 2


def test_without_a_sentence_encoder_the_cure_is_named(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MYOEDGE_DATA", str(here / "elsewhere"))
    assert _asked() == 3
    assert "myoedge texts encoder" in capsys.readouterr().err
