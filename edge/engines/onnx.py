"""ONNX Runtime: one thread, no spinning, its telemetry off before it is imported."""

import os
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray


class OnnxEngine:
    """Raises ImportError where onnxruntime is not installed."""

    name = "onnx"

    def __init__(self, model: bytes, inputs: Sequence[str]) -> None:
        # Wheels from 1.29 on look up a telemetry host at the first session unless this is set before import.
        os.environ["ORT_DISABLE_TELEMETRY"] = "1"
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 3
        # Folding N-D MatMul + Add to Gemm comes before int8 fusion and leaves weights in float: 2.6 x slower
        self._session = onnxruntime.InferenceSession(
            model, options, providers=["CPUExecutionProvider"], disabled_optimizers=["MatMulAddFusion"]
        )
        self._inputs = tuple(inputs)

    def __call__(
        self, inputs: Mapping[str, NDArray[np.float32]]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Run once; scores (label,) and embedding (feature,)."""
        scores, embedding = self._session.run(
            ("scores", "embedding"), {name: inputs[name] for name in self._inputs}
        )
        return scores[0], embedding[0]


class OnnxFloatEngine(OnnxEngine):
    """The same for a bundle's float file."""

    name = "onnx-fp32"
