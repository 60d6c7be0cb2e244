"""Windows that probe a trained network, and what it makes of each of them."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

BATCH = 512  # windows at once: the largest attention of 64 tokens then takes 32 MB


@dataclass(frozen=True, slots=True, eq=False)
class Probe:
    """Labelled windows of some people."""

    inputs: tuple[Tensor, ...]  # (window, ...) in the order of the network's inputs
    truth: Tensor  # (window,) index into labels
    person: NDArray[np.str_]  # (window,)
    labels: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.truth)

    @property
    def people(self) -> tuple[str, ...]:
        """In the order of their names."""
        return tuple(str(name) for name in np.unique(self.person))

    def some(self, count: int, seed: int = 0) -> "Probe":
        """At most `count` windows, people and labels in the shares they have."""
        if count >= len(self):
            return self
        order = np.random.default_rng(seed).permutation(len(self))[:count]
        return self.at(np.sort(order))

    def at(self, rows: NDArray[np.intp]) -> "Probe":
        """Only these windows."""
        chosen = torch.from_numpy(np.asarray(rows, np.int64))
        return Probe(
            tuple(x[chosen] for x in self.inputs), self.truth[chosen], self.person[rows], self.labels
        )

    def with_inputs(self, inputs: tuple[Tensor, ...]) -> "Probe":
        """The same windows with other contents."""
        return Probe(inputs, self.truth, self.person, self.labels)


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What a network makes of the windows of a probe."""

    right: NDArray[np.bool_]  # (window,)
    margin: NDArray[np.float64]  # (window,): score of the true label less the best of the others


@torch.inference_mode()
def scores_of(model: nn.Module, probe: Probe) -> Tensor:
    """The network's scores, (window, label), in evaluation mode."""
    model.eval()
    parts = [model(*(x[at : at + BATCH] for x in probe.inputs))[0] for at in range(0, len(probe), BATCH)]
    return torch.cat(parts)


def judge(model: nn.Module, probe: Probe) -> Outcome:
    """Run the network over all windows."""
    scores = scores_of(model, probe)
    rows = torch.arange(len(probe), device=scores.device)
    true = scores[rows, probe.truth]
    others = scores.clone()
    others[rows, probe.truth] = torch.finfo(scores.dtype).min
    margin = true - others.max(1).values
    return Outcome((margin > 0).cpu().numpy(), margin.double().cpu().numpy())


def by_person(probe: Probe, values: NDArray[np.generic]) -> NDArray[np.float64]:
    """Means of a value a window, one a person, in the order of `probe.people`."""
    return np.array([np.asarray(values)[probe.person == name].mean() for name in probe.people], np.float64)
