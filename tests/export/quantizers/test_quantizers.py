"""Every line of the table gives a file that its engine runs, near the float network and smaller."""

import numpy as np
import pytest

from myoedge.edge.errors import UsageError
from myoedge.export.parity import FloatEngine, open_engine, run_all
from myoedge.export.quantizers import QUANTIZERS, quantize
from myoedge.export.quantizers.material import Material
from tests.export.quantizers.conftest import SHAPES, windows

# litert-torch and NNCF take ten seconds and more each: those run in `myoedge quantize`.
SLOW = ("litert-dynamic", "litert-static", "nncf-onnx", "nncf-torch", "nncf-qat", "nncf-qat-litert")


@pytest.mark.parametrize("method", [name for name in QUANTIZERS if name not in SLOW])
def test_the_int8_file_runs_and_is_near_the_network(method: str, material: Material) -> None:
    made = quantize(method, material)
    assert (made.method, made.engine) == (method, "litert" if "litert" in method else "onnx")
    wanted = run_all(FloatEngine(material.model, material.inputs), windows(4, seed=1))
    got = run_all(open_engine(made.engine, made.model, tuple(SHAPES)), windows(4, seed=1))
    assert got[0].shape == (4, 6)
    error = float(np.sqrt(((got[1] - wanted[1]) ** 2).mean()) / wanted[1].std())
    assert 0 < error < 0.15  # not the float network, and not noise


def test_another_name_is_refused_with_the_names_there_are(material: Material) -> None:
    with pytest.raises(UsageError, match="ort-dynamic"):
        quantize("int4", material)


def test_every_method_has_its_function() -> None:
    from importlib import import_module

    for line in QUANTIZERS.values():
        module, name = line.split(":")
        assert callable(getattr(import_module(module), name))
