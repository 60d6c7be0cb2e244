"""What a pruned network learns again by: its own episodes, and what the dense network says of them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from myoedge.export.episode import Episode
from myoedge.export.loss import EpisodeLoss, inputs_of

if TYPE_CHECKING:
    from torch import Tensor, nn

# Of two settings tried, with RATE of task.py, the one that lost less on unseen people (docs/compression.md).
EMBEDDING = 5.0  # weight of the embeddings' distance, in units of the dense one's variance
SCORES = 0.3  # weight of the scores' divergence: what naming weighs in the episodes' loss (our choice)


class Distillation:
    """The episodes' own loss, plus how far embedding and scores are from the dense network's, which judges
    without dropout (Hinton et al., 2015, for the scores)."""

    def __init__(self, own: EpisodeLoss, dense: "nn.Module") -> None:
        self._own, self._dense = own, dense.eval()
        self.parameters = own.parameters

    def __call__(self, model: "nn.Module", episodes: Sequence[Episode]) -> "Tensor":
        import torch
        from torch.nn.functional import kl_div

        inputs = inputs_of(episodes)
        scores, embedding = model(*inputs)
        with torch.no_grad():
            wanted_scores, wanted = self._dense(*inputs)
        apart = ((embedding - wanted) ** 2).mean() / wanted.var(0).mean()
        diverge = kl_div(
            scores.log_softmax(-1), wanted_scores.log_softmax(-1), reduction="batchmean", log_target=True
        )
        own = self._own.of(scores, embedding, inputs[2], episodes)
        total: Tensor = own + EMBEDDING * apart + SCORES * diverge
        return total
