"""Which sentences may be asked, and what is said without an encoder."""

import json
from pathlib import Path

import pytest

from myoedge.edge.errors import FormatError, NotThereError, UsageError
from myoedge.edge.sentence import SentenceEncoder, asked


def test_blanks_are_joined_and_the_order_kept() -> None:
    assert asked(["  turn a   key", "Hold a glass "]) == ["turn a key", "Hold a glass"]


@pytest.mark.parametrize(
    ("sentences", "says"),
    [
        ([], "0 sentences"),
        (["turn"] * 1001, "1001 sentences"),
        (["  "], "holds no word"),
        (["👍🏽"], "holds no word"),
        (["turn a key", "TURN  a key"], "twice"),
        (["x" * 201], "201 characters"),
        (["turn\x07a key"], "control characters"),
    ],
)
def test_what_cannot_be_asked_is_said(sentences: list[str], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        asked(sentences)


def test_without_an_encoder_the_cure_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotThereError, match="myoedge texts encoder"):
        SentenceEncoder(tmp_path)


@pytest.mark.parametrize("content", ["[]", "{", '{"myoedge": "sentence encoder", "v": 9}'])
def test_facts_of_another_kind_are_refused(tmp_path: Path, content: str) -> None:
    for name in ("encoder.onnx", "vocab.txt"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "encoder.json").write_text(content)
    with pytest.raises(FormatError, match="bring it again"):
        SentenceEncoder(tmp_path)


def test_an_altered_file_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    facts = {"myoedge": "sentence encoder", "v": 1, "name": "x", "longest": 9}
    facts["files"] = {"encoder.onnx": "0" * 64, "vocab.txt": "0" * 64}
    for name in ("encoder.onnx", "vocab.txt"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "encoder.json").write_text(json.dumps(facts))
    with pytest.raises(FormatError, match="its hash differs"):
        SentenceEncoder(tmp_path)
