"""Networks by name; adding one is one file and one line.

All take a bundle's inputs in order and give scores and embedding.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from myoedge.edge.errors import UsageError

if TYPE_CHECKING:
    from torch import nn

# name -> module:class; the class takes the recipe's [model] table as keyword arguments
MODELS = {
    "hierarchical": "myoedge.export.models.hierarchical:Hierarchical",
}


def build_model(kind: str, **options: Any) -> "nn.Module":
    """Make an untrained network; raises UsageError for a name that is not in the table."""
    if kind not in MODELS:
        raise UsageError(f"no model {kind!r}; wanted one of {', '.join(MODELS)}")
    module, name = MODELS[kind].split(":")
    model: nn.Module = getattr(import_module(module), name)(**options)
    return model
