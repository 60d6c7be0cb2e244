"""The legacy engine on the shipped bundle: where it is silently wrong it must be refused, and said so."""

import pytest

from myoedge.edge.bundle import Bundle, load_bundle
from myoedge.edge.engines import ENGINES, golden_error, load_engine, open_engine
from myoedge.edge.errors import ParityError


@pytest.fixture
def bundle() -> Bundle:
    pytest.importorskip("tflite_runtime", reason="tflite-runtime has wheels for Python 3.11 and numpy 1 only")
    return load_bundle("default")


def test_it_runs_only_if_it_reproduces_the_golden_vectors(bundle: Bundle) -> None:
    wrong = golden_error(open_engine("tflite", bundle), bundle)
    if wrong is None:
        engine, _ = load_engine(bundle, "tflite")
        assert engine is not None and engine.name == "tflite"
    else:
        with pytest.raises(ParityError, match="tflite: "):
            load_engine(bundle, "tflite")


def test_it_is_the_last_to_be_tried() -> None:
    assert list(ENGINES)[-2:] == ["tflite", "tflite-fp32"]
