"""The word network in torch: one small transformer a modality, pooled by quarters of the movement."""

from typing import TYPE_CHECKING

from myoedge.edge.word_cells import TOKENS

if TYPE_CHECKING:
    from torch import nn

WIDTH, HEADS, HIDDEN, EMBEDDING, QUARTERS = 32, 4, 64, 64, 4
DROPOUT = 0.1
BRANCHES = ("emg", "imu")


def build_network(emg_values: int, imu_values: int) -> "nn.Module":
    """(movement, token, value) of both modalities -> three embeddings (movement, EMBEDDING): EMG, IMU, both.

    Names of its parameters are what edge/word_network.py reads.
    """
    import torch
    from torch import nn

    class Branch(nn.Module):
        def __init__(self, values: int) -> None:
            super().__init__()
            self.inlet = nn.Linear(values, WIDTH)
            self.place = nn.Parameter(torch.randn(TOKENS, WIDTH) * 0.1)
            self.norm_1, self.norm_2 = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
            self.qkv, self.mix = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
            self.up, self.down = nn.Linear(WIDTH, HIDDEN), nn.Linear(HIDDEN, WIDTH)
            self.drop = nn.Dropout(DROPOUT)

        def forward(self, x: "torch.Tensor") -> "torch.Tensor":
            x = self.inlet(x) + self.place
            n, tokens, _ = x.shape
            qkv = self.qkv(self.norm_1(x)).reshape(n, tokens, 3, HEADS, WIDTH // HEADS)
            q, k, v = qkv.permute(2, 0, 3, 1, 4)
            mixed = torch.softmax(q @ k.transpose(-1, -2) / (WIDTH // HEADS) ** 0.5, dim=-1) @ v
            x = x + self.drop(self.mix(mixed.transpose(1, 2).reshape(n, tokens, WIDTH)))
            x = x + self.drop(self.down(torch.relu(self.up(self.norm_2(x)))))
            return x.reshape(n, QUARTERS, tokens // QUARTERS, WIDTH).mean(2).flatten(1)

    class WordNetwork(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.emg, self.imu = Branch(emg_values), Branch(imu_values)
            pooled = QUARTERS * WIDTH
            sizes = {"emg": pooled, "imu": pooled, "both": 2 * pooled}
            self.norms = nn.ModuleDict({name: nn.LayerNorm(size) for name, size in sizes.items()})
            self.outlets = nn.ModuleDict({name: nn.Linear(size, EMBEDDING) for name, size in sizes.items()})

        def forward(
            self, emg: "torch.Tensor", imu: "torch.Tensor"
        ) -> "tuple[torch.Tensor, torch.Tensor, torch.Tensor]":
            pooled = {"emg": self.emg(emg), "imu": self.imu(imu)}
            pooled["both"] = torch.cat([pooled["emg"], pooled["imu"]], dim=1)
            e, i, b = (self.outlets[name](self.norms[name](x)) for name, x in pooled.items())
            return e, i, b

    return WordNetwork()
