"""What MyoSem is held against: other encoders with the same texts, loss and splits, by name."""

from importlib import import_module
from typing import TYPE_CHECKING

from myoedge.edge.errors import UsageError

if TYPE_CHECKING:
    from torch import nn

# name -> module:class; each takes the length of its output and gives (batch, length) for a window of any band
BASELINES = {
    "hudgins": "myoedge.export.myosem.baselines.features:Hudgins",
    "cnn": "myoedge.export.myosem.baselines.convolution:Convolution",
    "se-cnn": "myoedge.export.myosem.baselines.convolution:Squeeze",
    "bilstm": "myoedge.export.myosem.baselines.recurrent:Recurrent",
    "patch": "myoedge.export.myosem.baselines.tokens:Patches",
    "stft": "myoedge.export.myosem.baselines.tokens:Spectra",
    "labram": "myoedge.export.myosem.baselines.tokens:ChannelPatches",
}


def build_baseline(name: str, length: int) -> "nn.Module":
    """An untrained one; raises UsageError for a name that is not in the table."""
    if name not in BASELINES:
        raise UsageError(f"no baseline {name!r}; wanted one of {', '.join(BASELINES)}")
    module, _, kind = BASELINES[name].partition(":")
    found: nn.Module = getattr(import_module(module), kind)(length)
    return found
