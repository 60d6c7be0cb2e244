"""Networks by name; adding one is one file and one line.

`MODELS` of IsoNet (arXiv 2506.16744): the three architectures are the paper's by name; sizes are ours.
"""

from collections.abc import Mapping
from importlib import import_module
from inspect import signature
from typing import TYPE_CHECKING, Any

from myoedge.edge.errors import UsageError

if TYPE_CHECKING:
    from torch import nn

# name -> module:class; the class takes the recipe's [model] table as keyword arguments
MODELS = {
    "mlp": "myoedge.export.models.mlp:Perceptron",
    "multimodal": "myoedge.export.models.multimodal:Multimodal",
    "hierarchical": "myoedge.export.models.hierarchical:Hierarchical",
    "streaming": "myoedge.export.models.streaming:Streaming",
}


def build_model(
    kind: str, *, labels: int, inputs: Mapping[str, tuple[int, ...]], **options: Any
) -> "nn.Module":
    """An untrained network for any inputs; `options` are those of its class and of `TokenPlan`.

    `inputs` maps an input's name to its shape without the batch: (time, channel) for a stream, (feature,) for
    closed-form features, which belong to a modality (option `belongs`). The network takes one tensor (batch,
    ...) an input, in that order, and gives scores (batch, label) and embedding (batch, embedding);
    `model.standardise(tensors)` sets its inputs' means and deviations from training windows.

    Raises UsageError for a name that is not in the table, an option that the network does not have, or values
    that do not fit.
    """
    if kind not in MODELS:
        raise UsageError(f"no model {kind!r}; wanted one of {', '.join(MODELS)}")
    from myoedge.export.models.tokeniser import TokenPlan

    module, name = MODELS[kind].split(":")
    kind_of = getattr(import_module(module), name)
    tokens = {key: value for key, value in options.items() if key in TokenPlan.__dataclass_fields__}
    sizes = {key: value for key, value in options.items() if key not in tokens}
    known = set(signature(kind_of).parameters) - {"labels", "inputs", "plan"}
    if strange := set(sizes) - known:
        wanted = ", ".join(sorted(known | set(TokenPlan.__dataclass_fields__)))
        raise UsageError(f"{kind} has no option {', '.join(sorted(strange))}; wanted some of {wanted}")
    shapes = {key: tuple(shape) for key, shape in inputs.items()}
    model: nn.Module = kind_of(labels=labels, inputs=shapes, plan=TokenPlan(**tokens), **sizes)
    return model
