"""What was chosen for a bundle on this processor is found again; a broken file is passed over with a word."""

from collections.abc import Callable
from pathlib import Path

import pytest

from myoedge.edge.bundle import Bundle
from myoedge.edge.engines import choice
from myoedge.edge.engines.choice import choice_file, remember, remembered

Make = Callable[..., Bundle]


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MYOEDGE_DATA", str(tmp_path / "data"))


@pytest.fixture
def bundle(make_bundle: Make) -> Bundle:
    return make_bundle(
        {"a.tflite": b"", "b.onnx": b"", "golden.npz": b""},
        labels=["rest", "fist"],
        embedding=4,
        inputs=["features"],
        engines={"litert": "a.tflite", "onnx-fp32": "b.onnx"},
        tolerance={"litert": 0.1, "onnx-fp32": 0.1},
    )


def test_nothing_is_remembered_at_first(bundle: Bundle) -> None:
    assert remembered(bundle) == (None, None)


def test_what_was_chosen_is_found_again(bundle: Bundle, classic: Bundle) -> None:
    remember(bundle, "litert")
    remember(bundle, "onnx-fp32")
    assert remembered(bundle) == ("onnx-fp32", None)
    assert remembered(classic) == (None, None)


def test_another_processor_has_its_own_choice(
    bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    remember(bundle, "litert")
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text("processor\t: 0\nFeatures\t: fp asimd\nCPU part\t: 0xd08\n")
    monkeypatch.setattr(choice, "CPUINFO", cpuinfo)
    first = choice.processor()
    assert remembered(bundle) == (None, None)
    cpuinfo.write_text("processor\t: 0\nFeatures\t: fp asimd asimddp\nCPU part\t: 0xd0b\n")
    assert choice.processor() != first


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[]",
        b'{"myoedge": "profile", "v": 1}',
        b'{"myoedge": "engines", "v": 1, "chosen": ["litert"]}',
        b'{"myoedge": "engines", "v": 1, "chosen": {"a": 3}}',
        b"[" * 100_000,
    ],
)
def test_a_broken_file_is_passed_over_with_a_word_and_written_anew(bundle: Bundle, text: bytes) -> None:
    choice_file().parent.mkdir(parents=True)
    choice_file().write_bytes(text)
    engine, word = remembered(bundle)
    assert engine is None and word is not None and "bench compute" in word
    remember(bundle, "litert")
    assert remembered(bundle) == ("litert", None)


def test_an_engine_that_the_bundle_does_not_carry_is_passed_over(bundle: Bundle) -> None:
    remember(bundle, "onnx")
    engine, word = remembered(bundle)
    assert engine is None and word is not None and "none of this bundle's" in word


def test_only_so_many_choices_are_kept(bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "MOST", 2)
    for i in range(4):
        monkeypatch.setattr(choice, "processor", lambda i=i: f"cpu {i}")
        remember(bundle, "litert")
    assert len(choice._read(choice_file())) == 2
    assert remembered(bundle) == ("litert", None)
