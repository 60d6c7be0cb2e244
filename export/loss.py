"""What training minimises: the mistakes of a Gaussian head fitted on an episode's support, on its query."""

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from myoedge.export.episode import Episode

if TYPE_CHECKING:
    from torch import Tensor, nn

RIDGE = 0.05  # share of the variance added to a covariance on its diagonal
SMOOTHING = 0.05  # of labels
NAMED = 0.3  # weight of telling a label by itself, without a calibration


class EpisodeLoss:
    """Cross entropy twice: of the network's block by itself, and of its log density added to the closed-form
    blocks', as the wearer's head adds them, so that the network learns what those do not know.

    The network's block is whitened by its covariance within labels over the whole step (a Gaussian head does
    the same with the wearer's own), the closed-form ones by other people's, `prior`.
    """

    def __init__(self, prior: Sequence[NDArray[np.float64]]) -> None:
        import torch

        whitening = [np.linalg.cholesky(np.linalg.inv(ridged(block))) for block in prior]
        self._whitening = torch.block_diag(  # type: ignore[no-untyped-call]
            *(torch.tensor(w, dtype=torch.float32) for w in whitening)
        )
        # Learned apart: the closed-form prior is other people's, blunter than a wearer's own will be.
        self._sharp_network = torch.tensor(-2.0, requires_grad=True)
        self._sharp_closed = torch.tensor(-3.5, requires_grad=True)
        self.parameters = [self._sharp_network, self._sharp_closed]

    def __call__(self, model: "nn.Module", episodes: Sequence[Episode]) -> "Tensor":
        """The mean over episodes, plus that of naming labels without support."""
        inputs = inputs_of(episodes)
        scores, embedding = model(*inputs)
        return self.of(scores, embedding, inputs[2], episodes)

    def of(
        self, scores: "Tensor", embedding: "Tensor", features: "Tensor", episodes: Sequence[Episode]
    ) -> "Tensor":
        """Of what a network said of these episodes: scores (window, label), embedding (window, feature)."""
        import torch
        from torch.nn.functional import cross_entropy

        network = _whitened(embedding, episodes)
        closed = features @ self._whitening
        total = _naming(scores, episodes)
        for part, e in zip(_parts(episodes), episodes, strict=True):
            alone = self._sharp_network.exp() * _log_density(network[part], e)
            closed_form = self._sharp_closed.exp() * _log_density(closed[part], e)
            truth = torch.from_numpy(e.label[~e.support])
            for log in (alone, alone + closed_form):
                total = total + cross_entropy(log, truth, label_smoothing=SMOOTHING) / len(episodes)
        return total


def inputs_of(episodes: Sequence[Episode]) -> "list[Tensor]":
    """All windows of all episodes as the network takes them: EMG, IMU, closed-form features."""
    import torch

    names = ("emg", "imu", "features")
    return [torch.from_numpy(np.concatenate([getattr(e, name) for e in episodes])) for name in names]


def ridged(covariance: NDArray[np.float64]) -> NDArray[np.float64]:
    """With a share of its variances added, so that it can be inverted."""
    return covariance + RIDGE * np.diag(np.diag(covariance)) + 1e-6 * np.eye(len(covariance))


def _parts(episodes: Sequence[Episode]) -> list[slice]:
    edges = np.cumsum([0, *(len(e.label) for e in episodes)]).tolist()
    return [slice(start, stop) for start, stop in pairwise(edges)]


def _naming(scores: "Tensor", episodes: Sequence[Episode]) -> "Tensor":
    import torch
    from torch.nn.functional import cross_entropy

    named = torch.from_numpy(np.concatenate([e.named for e in episodes]))
    if not bool((named >= 0).any()):
        return torch.zeros(())
    return NAMED * cross_entropy(scores, named, ignore_index=-1, label_smoothing=SMOOTHING)


def _whitened(embedding: "Tensor", episodes: Sequence[Episode]) -> "Tensor":
    """Turned and scaled to unit covariance within a label's support, over all episodes."""
    import torch

    centred = []
    for part, e in zip(_parts(episodes), episodes, strict=True):
        support = embedding[part][torch.from_numpy(e.support)]
        centred.append(support - _means(support, e)[torch.from_numpy(e.label[e.support])])
    rows = torch.cat(centred)
    covariance = rows.T @ rows / len(rows)
    ridge = RIDGE * covariance.diagonal().mean() + 1e-5
    lower = torch.linalg.cholesky(covariance + ridge * torch.eye(len(covariance)))
    white: Tensor = torch.linalg.solve_triangular(lower, embedding.T, upper=False).T
    return white


def _means(support: "Tensor", episode: Episode) -> "Tensor":
    """Of each label, (label, feature)."""
    import torch
    from torch.nn.functional import one_hot

    belongs = one_hot(torch.from_numpy(episode.label[episode.support])).to(support.dtype)
    return (belongs / belongs.sum(0)).T @ support


def _log_density(white: "Tensor", episode: Episode) -> "Tensor":
    """Of every query under every label, up to a constant, (query, label)."""
    import torch

    support = torch.from_numpy(episode.support)
    return -0.5 * torch.cdist(white[~support], _means(white[support], episode)) ** 2
