"""Where an input enters a network: cut into tokens' worth of values, standardised by training windows."""

import torch
from torch import Tensor, nn

from myoedge.edge.errors import UsageError

FLOOR_SHARE = 0.01  # of the input's deviation: the floor of the log power where the recipe gives none (ours)
RAW = ("z", "squeeze", "as is", "none")
STILL = 1e-6  # a deviation below it is a dead channel's


class StreamInlet(nn.Module):
    """A stream's window (time, channel) as tokens of raw samples and, beside them, of log power.

    A token is all channels of a temporal patch, or all samples of `axes` neighbouring channels. Samples that
    fill no whole patch are left out, the oldest first. `raw`: "z" (by channel), "squeeze" (x / (|x| + knee)),
    "as is" or "none". Raises UsageError for a window that cannot be cut so.
    """

    raw_mean: Tensor
    raw_std: Tensor
    power_mean: Tensor
    power_std: Tensor
    floor: Tensor
    knee: Tensor

    def __init__(
        self,
        name: str,
        shape: tuple[int, int],
        *,
        patches: int = 8,
        cut: str = "time",
        axes: int = 1,
        raw: str = "z",
        power: bool = False,
        floor: float | None = None,
        knee: float | None = None,
    ) -> None:
        super().__init__()
        time, channels = shape
        if raw not in RAW or cut not in ("time", "channel"):
            raise UsageError(f"{name}: raw {raw!r}, cut {cut!r}; wanted one of {RAW}, and time or channel")
        if cut == "channel" and channels % axes:
            raise UsageError(f"{name}: {channels} channels do not part into groups of {axes}; mend axes")
        self.by_time, self.axes = cut == "time", axes
        self.rows = max(1, round(time / patches)) if self.by_time else time
        self.columns = channels if self.by_time else axes
        self.tokens = time // self.rows if self.by_time else channels // axes
        self.left_out = time % self.rows
        self.way = raw
        self.raw_values = 0 if raw == "none" else self.rows * self.columns
        self.power_values = 2 * self.columns if power else 0
        if power and self.rows < 2:
            raise UsageError(f"{name}: log power of patches of one sample; wanted fewer patches, or no power")
        if not self.raw_values + self.power_values:
            raise UsageError(f"{name}: neither raw samples nor power; wanted one of them")
        self._given = {"floor": floor is not None, "knee": knee is not None}
        for key, value in (("floor", floor), ("knee", knee)):
            self.register_buffer(key, torch.tensor(1.0 if value is None else value))
        for key, size in (("raw", channels), ("power", self.power_values)):
            self.register_buffer(f"{key}_mean", torch.zeros(size))
            self.register_buffer(f"{key}_std", torch.ones(size))

    def raw(self, x: Tensor) -> Tensor:
        """(batch, time, channel) -> (batch, token, raw value)."""
        if self.way == "z":
            x = (x - self.raw_mean) / self.raw_std
        if self.way == "squeeze":
            x = x / (x.abs() + self.knee)
        return self._cut(x).flatten(2)

    def power(self, x: Tensor) -> Tensor:
        """(batch, time, channel) -> (batch, token, power value), standardised."""
        return (self.log_power(x) - self.power_mean) / self.power_std

    def log_power(self, x: Tensor) -> Tensor:
        """Log mean absolute value and log wave length of every column of a token."""
        x = self._cut(x)
        steps = x[:, :, 1:] - x[:, :, :-1]
        return torch.log(torch.cat([x.abs().mean(2), steps.abs().mean(2)], -1) + self.floor)

    def _cut(self, x: Tensor) -> Tensor:
        """(batch, token, row, column)."""
        if not self.by_time:
            return x.reshape(-1, self.rows, self.tokens, self.axes).transpose(1, 2)
        if self.left_out:
            x = x[:, self.left_out :]
        return x.reshape(-1, self.tokens, self.rows, self.columns)

    @torch.no_grad()
    def standardise(self, x: Tensor) -> None:
        """Set means and deviations from training windows; those that are zeros throughout were absent."""
        x = _present(x)
        spread = max(float(x.std()), STILL)
        for key, value in (("floor", FLOOR_SHARE * spread), ("knee", spread)):
            if not self._given[key]:
                getattr(self, key).fill_(value)
        _set(self, "raw", x.flatten(0, 1))
        if self.power_values:
            _set(self, "power", self.log_power(x).flatten(0, 1))


class FeatureInlet(nn.Module):
    """A window's closed-form features (feature,) as one token's values."""

    raw_mean: Tensor
    raw_std: Tensor

    def __init__(self, features: int) -> None:
        super().__init__()
        self.tokens, self.values = 1, features
        self.register_buffer("raw_mean", torch.zeros(features))
        self.register_buffer("raw_std", torch.ones(features))

    def raw(self, x: Tensor) -> Tensor:
        """(batch, feature), standardised."""
        return (x - self.raw_mean) / self.raw_std

    @torch.no_grad()
    def standardise(self, x: Tensor) -> None:
        """Set means and deviations from training windows."""
        _set(self, "raw", _present(x))


Inlet = StreamInlet | FeatureInlet


def _present(x: Tensor) -> Tensor:
    there = x.flatten(1).abs().amax(1) > 0
    return x[there] if bool(there.any()) else x


def _set(inlet: Inlet, name: str, rows: Tensor) -> None:
    deviation = rows.std(0)
    getattr(inlet, f"{name}_mean").copy_(rows.mean(0))
    getattr(inlet, f"{name}_std").copy_(torch.where(deviation > STILL, deviation, torch.ones_like(deviation)))
