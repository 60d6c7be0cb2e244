"""NNCF's quantisation-aware training: the fake-quantised network learns to say what the float one says.

Its teacher is the float network on training people's windows, so that it needs no labels and suits every
network of the workshop.
"""

from typing import TYPE_CHECKING

import numpy as np

from myoedge.export.quantizers.litert_dynamic import SAYS as LITERT_SAYS
from myoedge.export.quantizers.litert_dynamic import quantize_tflite
from myoedge.export.quantizers.material import Material, Quantized
from myoedge.export.quantizers.nncf_onnx import NEEDS, SAYS
from myoedge.export.quantizers.nncf_torch import fake_quantized, onnx_of

if TYPE_CHECKING:
    from torch import nn

STEPS, BATCH, RATE = 40, 64, 2e-4  # our choice: little is lost before, so little is to be won


def nncf_qat(material: Material) -> Quantized:
    """For ONNX Runtime."""
    model = onnx_of(_taught(material, smooth=True), material)
    return Quantized("nncf-qat", "onnx", model, SAYS.format(way="QAT"), NEEDS)


def nncf_qat_litert(material: Material) -> Quantized:
    """For LiteRT: the weights that QAT found, lifted into the plain network, then as `litert-dynamic`.

    Without SmoothQuant, which moves scales from activations into weights so that they cannot be lifted.
    """
    import copy

    from myoedge.export.graph.formats import fast_tflite

    taught = _taught(material, smooth=False).state_dict()
    plain = copy.deepcopy(material.model)
    plain.load_state_dict({name: taught[name] for name in plain.state_dict()})
    model = quantize_tflite(fast_tflite(plain.eval(), material.calibration))
    return Quantized("nncf-qat-litert", "litert", model, f"{LITERT_SAYS}, after NNCF QAT")


def _taught(material: Material, smooth: bool) -> "nn.Module":
    """Fine-tuned for STEPS steps, the same windows in the same order each time."""
    import torch

    student = fake_quantized(material, smooth)
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    tensors = [torch.from_numpy(x) for x in material.calibration.values()]
    with torch.inference_mode():
        wanted = [one.clone() for one in material.model(*tensors)]
    spread = [one.std().clamp_min(1e-6) for one in wanted]
    optimiser = torch.optim.Adam(student.parameters(), RATE)
    student.train()
    for module in student.modules():
        if isinstance(module, torch.nn.Dropout):
            module.eval()  # the teacher drops nothing
    for _ in range(STEPS):
        chosen = torch.from_numpy(rng.choice(len(tensors[0]), BATCH))
        got = student(*(one[chosen] for one in tensors))
        pairs = zip(got, wanted, spread, strict=True)
        loss = sum((((mine - want[chosen]) / by) ** 2).mean() for mine, want, by in pairs)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return student.eval()
