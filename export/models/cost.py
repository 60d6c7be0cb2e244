"""What a network costs: its parameters, and the multiply-adds of one window."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import nn


def parameters(model: "nn.Module") -> int:
    """How many numbers were learned."""
    return sum(p.numel() for p in model.parameters())


def multiply_adds(model: "nn.Module", inputs: Mapping[str, Any]) -> int:
    """Of one window, counted by torch; `inputs` are arrays (window, ...) in the network's order."""
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    # With gradients on: the counter hooks what asks for one, and finds nothing to hook in inference mode.
    with torch.enable_grad(), FlopCounterMode(display=False) as counter:
        model(*(torch.from_numpy(x[:1]) for x in inputs.values()))
    return int(counter.get_total_flops() // 2)
