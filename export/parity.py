"""How far an engine is from the float network, and what the golden test may allow."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.engines import ENGINES, Engine

if TYPE_CHECKING:
    from torch import nn

MARGIN = 2.0  # times the largest difference met here: other processors round some products the other way

Array = NDArray[np.float32]


class FloatEngine:
    """The trained network itself where an engine is wanted."""

    name = "float"

    def __init__(self, model: "nn.Module", inputs: tuple[str, ...]) -> None:
        self._model, self._inputs = model.eval(), inputs

    def __call__(self, inputs: Mapping[str, Array]) -> tuple[Array, Array]:
        """Scores (label,) and embedding (feature,) of one window."""
        import torch

        with torch.inference_mode():
            scores, embedding = self._model(*(torch.from_numpy(inputs[name]) for name in self._inputs))
        return scores[0].numpy(), embedding[0].numpy()


def open_engine(name: str, model: bytes, inputs: tuple[str, ...]) -> Engine:
    """An engine of the edge on a model that is in no bundle yet."""
    from importlib import import_module

    module, kind = ENGINES[name].split(":")
    engine: Engine = getattr(import_module(module), kind)(model, inputs)
    return engine


def run_all(engine: Engine, inputs: Mapping[str, Array]) -> tuple[Array, Array]:
    """Scores (example, label) and embeddings (example, feature), one example at a time."""
    count = len(next(iter(inputs.values())))
    both = [engine({name: x[i : i + 1] for name, x in inputs.items()}) for i in range(count)]
    return np.stack([s.copy() for s, _ in both]), np.stack([e.copy() for _, e in both])


def largest_difference(engine: Engine, inputs: Mapping[str, Array], scores: Array, embedding: Array) -> float:
    """Over all values of all examples, against the float network's."""
    got_scores, got_embedding = run_all(engine, inputs)
    return float(max(np.abs(got_scores - scores).max(), np.abs(got_embedding - embedding).max()))


def tolerance(difference: float) -> float:
    """What the golden test may allow, given the difference met here; two digits, rounded up."""
    allowed = max(MARGIN * difference, 1e-4)
    step = 10.0 ** (np.floor(np.log10(allowed)) - 1)
    return float(np.round(np.ceil(allowed / step) * step, 6))
