"""NNCF's post-training quantisation of the ONNX graph: SmoothQuant, then Q/DQ pairs with bias correction."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from myoedge.export.bare import bare_onnx
from myoedge.export.quantizers.converted import checked_opset, workplace
from myoedge.export.quantizers.material import Material, Quantized

SAYS = "products, activations scaled as in training (NNCF {way}, Q/DQ pairs)"
NEEDS = ("MatMulAddFusion off",)  # else the session folds products before it sees the pairs: 2.6 times slower


def nncf_onnx(material: Material) -> Quantized:
    """Raises MismatchError for an opset too new."""
    import nncf
    import onnx
    from nncf.quantization.range_estimator import RangeEstimatorParametersSet

    graph: Any = checked_opset(onnx.load_from_string(material.onnx))
    # Sums and scales too would become int8, the raw inputs' first: 20 times the error, and slower.
    others = sorted({node.op_type for node in graph.graph.node} - {"MatMul", "Gemm"})
    with workplace(), hushed_nncf():
        windows = material.windows()
        done = nncf.quantize(
            graph,
            nncf.Dataset(windows),
            subset_size=len(windows),
            ignored_scope=nncf.IgnoredScope(types=others, validate=False),
            model_type=nncf.ModelType.TRANSFORMER,  # leaves softmax and LayerNorm in float
            # By default means over windows, which cut off what only some of them reach.
            advanced_parameters=nncf.AdvancedQuantizationParameters(
                activations_range_estimator_params=RangeEstimatorParametersSet.MINMAX
            ),
        )
    model: bytes = done.SerializeToString()
    return Quantized("nncf-onnx", "onnx", bare_onnx(model), SAYS.format(way="PTQ, ONNX"), NEEDS)


@contextmanager
def hushed_nncf() -> Iterator[None]:
    """NNCF writes its progress through logging."""
    logger = logging.getLogger("nncf")
    level, logger.level = logger.level, logging.ERROR
    try:
        yield
    finally:
        logger.setLevel(level)
