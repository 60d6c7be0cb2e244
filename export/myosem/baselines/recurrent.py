"""A long short-term memory read from both ends (Schuster and Paliwal 1997) over patches of 50 ms."""

from torch import Tensor, nn

from myoedge.export.myosem.baselines.band import CHANNELS, eight

PATCH, WIDTH = 10, 96


class Recurrent(nn.Module):
    def __init__(self, length: int) -> None:
        super().__init__()
        self.first = nn.Sequential(nn.Linear(PATCH * CHANNELS, WIDTH), nn.LayerNorm(WIDTH), nn.ReLU())
        self.memory = nn.LSTM(WIDTH, WIDTH, num_layers=2, batch_first=True, bidirectional=True, dropout=0.2)
        self.out = nn.Linear(2 * WIDTH, length)

    def forward(self, x: Tensor, waves: Tensor) -> Tensor:
        """(batch, time, channel) to (batch, length)."""
        patches = eight(x, waves).reshape(len(x), -1, PATCH * CHANNELS)
        seen, _ = self.memory(self.first(patches))
        found: Tensor = self.out(seen.mean(1))
        return found
