"""The loss is small where a head fitted on the support tells the query, and large where it cannot."""

import numpy as np
import torch

from myoedge.export.episode import QUERY, SUPPORT, Episode
from myoedge.export.loss import EpisodeLoss, ridged

LABELS = 4


class Given(torch.nn.Module):
    """Passes on an embedding that was laid into the first eight features."""

    def forward(
        self, emg: torch.Tensor, imu: torch.Tensor, features: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        return features[:, :6], features[:, :8]


def episode(apart: float, named: bool = False) -> Episode:
    rng = np.random.default_rng(0)
    label = np.concatenate([np.repeat(np.arange(LABELS), n) for n in (SUPPORT, QUERY)])
    features = rng.standard_normal((len(label), 68)).astype(np.float32)
    features[np.arange(len(label)), label] += apart
    return Episode(
        emg=np.zeros((len(label), 40, 8), np.float32),
        imu=np.zeros((len(label), 10, 6), np.float32),
        features=features,
        label=label,
        support=np.arange(len(label)) < LABELS * SUPPORT,
        named=label if named else np.full(len(label), -1),
    )


def loss(*episodes: Episode) -> float:
    return float(EpisodeLoss([np.eye(32), np.eye(36)])(Given(), list(episodes)).detach())


def test_labels_that_lie_apart_cost_less() -> None:
    assert loss(episode(6.0)) < 0.7 * loss(episode(0.0))


def test_the_scale_of_an_embedding_does_not_matter() -> None:
    class Louder(Given):
        def forward(
            self, emg: torch.Tensor, imu: torch.Tensor, features: torch.Tensor
        ) -> tuple[torch.Tensor, torch.Tensor]:
            scores, embedding = super().forward(emg, imu, features)
            return scores, 100 * embedding

    one = episode(3.0)
    make = EpisodeLoss([np.eye(32), np.eye(36)])
    torch.testing.assert_close(make(Louder(), [one]), make(Given(), [one]), rtol=1e-3, atol=1e-3)


def test_naming_counts_only_where_labels_are_known() -> None:
    assert loss(episode(0.0, named=True)) > loss(episode(0.0))


def test_an_episode_is_judged_by_its_own_support() -> None:
    near, far = episode(0.0), episode(6.0)
    assert loss(far) < loss(near, far) < loss(near)


def test_a_covariance_without_spread_can_be_inverted() -> None:
    assert np.isfinite(np.linalg.inv(ridged(np.zeros((3, 3))))).all()
