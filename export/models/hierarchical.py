"""The hierarchical transformer: layers within each modality first, then layers across modalities.

The two levels and the fusion by attention follow IsoNet (arXiv 2506.16744); every size here is ours.
"""

import torch
from torch import Tensor, nn

from myoedge.export.models.layer import Layer

FLOOR = 0.5  # counts: the quantisation noise of an 8-bit armband, as in the closed-form features
KNEE = 8.0  # counts at which a raw sample is squeezed to one half


class Hierarchical(nn.Module):
    """EMG patches and a token of closed-form features; IMU patches; both together; read out by means.

    `forward(emg, imu, features)`: emg (batch, time, channel) in counts, imu (batch, time, axis), features
    (batch, feature), to scores (batch, label) and embedding (batch, embedding). An absent modality is zeros.
    """

    feature_mean: Tensor
    feature_std: Tensor
    patch_mean: Tensor
    patch_std: Tensor

    def __init__(
        self,
        *,
        labels: int,
        emg: tuple[int, int] = (40, 8),
        imu: tuple[int, int] = (10, 6),
        features: int = 68,
        embedding: int = 64,
        width: int = 48,
        heads: int = 4,
        hidden: int = 96,
        branch_layers: int = 1,
        cross_layers: int = 2,
        emg_patches: int = 4,
        imu_patches: int = 5,
        dropout: float = 0.1,
    ) -> None:
        super().__init__()
        self.emg_shape = (emg_patches, emg[0] // emg_patches, emg[1])
        self.imu_shape = (imu_patches, imu[0] // imu_patches * imu[1])
        self.from_features = nn.Sequential(
            nn.Linear(features, 2 * width), nn.ReLU(), nn.Linear(2 * width, width)
        )
        self.from_power = nn.Linear(2 * emg[1], width)
        self.from_raw = nn.Sequential(
            nn.Linear(self.emg_shape[1] * emg[1], width), nn.ReLU(), nn.Linear(width, width)
        )
        self.from_imu = nn.Sequential(nn.Linear(self.imu_shape[1], width), nn.ReLU(), nn.Linear(width, width))
        self.emg_place = nn.Parameter(torch.randn(1, emg_patches + 1, width) * 0.1)
        self.imu_place = nn.Parameter(torch.randn(1, imu_patches, width) * 0.1)
        self.emg_layers, self.imu_layers, self.cross_layers = (
            nn.ModuleList(Layer(width, heads, hidden, dropout) for _ in range(count))
            for count in (branch_layers, branch_layers, cross_layers)
        )
        self.norm = nn.LayerNorm(3 * width)
        self.to_embedding = nn.Linear(3 * width, embedding)
        self.to_scores = nn.Linear(embedding, labels)
        for name, size in (("feature", features), ("patch", 2 * emg[1])):
            self.register_buffer(f"{name}_mean", torch.zeros(size))
            self.register_buffer(f"{name}_std", torch.ones(size))

    def power(self, emg: Tensor) -> Tensor:
        """Log mean absolute value and log wave length of every patch, (batch, patch, 2 * channel)."""
        x = emg.reshape(-1, *self.emg_shape)
        steps = x[:, :, 1:] - x[:, :, :-1]
        return torch.log(torch.cat([x.abs().mean(2), steps.abs().mean(2)], -1) + FLOOR)

    def emg_tokens(self, emg: Tensor, features: Tensor) -> Tensor:
        """(batch, 1 + patch, width): the features' token first."""
        patches, rows, channels = self.emg_shape
        raw = (emg / (emg.abs() + KNEE)).reshape(-1, patches, rows * channels)
        power = (self.power(emg) - self.patch_mean) / self.patch_std
        whole = self.from_features((features - self.feature_mean) / self.feature_std)
        tokens = (
            torch.cat([whole.unsqueeze(1), self.from_power(power) + self.from_raw(raw)], 1) + self.emg_place
        )
        for layer in self.emg_layers:
            tokens = layer(tokens)
        return tokens

    def imu_tokens(self, imu: Tensor) -> Tensor:
        """(batch, patch, width)."""
        tokens: Tensor = self.from_imu(imu.reshape(-1, *self.imu_shape)) + self.imu_place
        for layer in self.imu_layers:
            tokens = layer(tokens)
        return tokens

    def forward(self, emg: Tensor, imu: Tensor, features: Tensor) -> tuple[Tensor, Tensor]:
        """Scores (batch, label) and embedding (batch, embedding)."""
        tokens = torch.cat([self.emg_tokens(emg, features), self.imu_tokens(imu)], 1)
        for layer in self.cross_layers:
            tokens = layer(tokens)
        split = self.emg_shape[0] + 1
        means = [tokens[:, 0], tokens[:, 1:split].mean(1), tokens[:, split:].mean(1)]
        embedding = self.to_embedding(self.norm(torch.cat(means, -1)))
        return self.to_scores(embedding), embedding
