"""What a converter cannot take, what no engine loads and a full disk are told in our own words."""

import subprocess
import sys

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from myoedge.edge.errors import MismatchError
from myoedge.export.quantizers.converted import OPSET, checked_opset, to_onnx
from myoedge.export.quantizers.material import Material


class Strange(nn.Module):
    """Bessel functions: no engine has them."""

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        y = torch.special.bessel_j0(x)
        return y, y


def test_an_operation_that_onnx_lacks_is_named() -> None:
    with pytest.raises(MismatchError, match=r"ONNX has no form of an operation.*bessel_j0"):
        to_onnx(Strange(), {"emg": np.ones((1, 4), np.float32)})


def test_an_opset_too_new_is_refused() -> None:
    import onnx

    model = onnx.helper.make_model(
        onnx.helper.make_graph([], "empty", [], []),
        opset_imports=[onnx.helper.make_opsetid("", OPSET + 1)],
    )
    with pytest.raises(MismatchError, match=f"opset {OPSET + 1}"):
        checked_opset(model)


def test_the_export_is_of_an_opset_that_loads(material: Material) -> None:
    import onnx

    model = checked_opset(onnx.load_from_string(material.onnx))
    assert {one.version for one in model.opset_import if one.domain == ""} == {OPSET}
    assert [one.name for one in model.graph.input] == list(material.inputs)
    assert [one.name for one in model.graph.output] == ["scores", "embedding"]


FULL = """
import resource, signal
from myoedge.edge.errors import StorageError
from myoedge.export.quantizers.converted import workplace
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    with workplace() as folder:
        (folder / "plain.onnx").write_bytes(bytes(5000))
except StorageError as error:
    print("told:", error, folder.exists())
"""


def test_a_disk_that_takes_no_more_is_told_and_nothing_stays() -> None:
    run = subprocess.run([sys.executable, "-c", FULL], capture_output=True, text=True, check=True)
    assert run.stdout.startswith("told: cannot write while converting")
    assert run.stdout.endswith("False\n")
