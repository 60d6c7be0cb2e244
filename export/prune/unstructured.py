"""Single weights set to zero by NNCF: the file becomes smaller under gzip, and nothing becomes faster.

NNCF 3.4 prunes in no other way. Its own export of such a network turns weights into operations, which no
quantiser recognises; so only its masks are taken, and the plain network's weights multiplied by them.
"""

import copy
from typing import TYPE_CHECKING

from myoedge.edge.errors import UsageError
from myoedge.export.network import FloatNetwork

if TYPE_CHECKING:
    from torch import nn

MASK = ".binary_mask"


def masked_by_nncf(network: FloatNetwork, ratio: float) -> "nn.Module":
    """A copy whose smallest weights, this share of all layers' together, are held at zero while it learns.

    Raises UsageError for a share that is not between 0 and 1, ImportError without nncf.
    """
    if not 0 < ratio < 1:
        raise UsageError(f"a share of {ratio} of the weights is asked for; wanted more than 0, less than 1")
    import nncf
    import torch

    zeros = tuple(torch.zeros(1, *shape) for shape in network.inputs.values())
    mode = nncf.PruneMode.UNSTRUCTURED_MAGNITUDE_GLOBAL
    pruned: nn.Module = nncf.prune(copy.deepcopy(network.model), mode, ratio=ratio, examples_inputs=zeros)
    return pruned


def plain(pruned: "nn.Module", like: "nn.Module") -> "nn.Module":
    """The network without NNCF's hooks, the masked weights zero; `like` has the same architecture."""
    found = copy.deepcopy(like)
    state = pruned.state_dict()
    weights = {name: state[name].clone() for name in found.state_dict()}
    for name, mask in state.items():
        if name.endswith(MASK):
            place = name.split("post_hooks.")[1].split("__")[0].replace(":", ".")
            weights[place] *= mask
    found.load_state_dict(weights)
    return found.eval()
