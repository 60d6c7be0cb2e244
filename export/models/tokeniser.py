"""Windows to tokens, each of exactly one modality: what makes pathways between modalities measurable."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from myoedge.edge.errors import UsageError
from myoedge.export.models.inlet import FeatureInlet, Inlet, StreamInlet

PLACE = 0.1  # deviation of untrained position and modality embeddings
STEMS = ("linear", "mlp")

Shapes = Mapping[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class TokenPlan:
    """How inputs become tokens. All values are our choice; a name an input does not have is passed over, so
    that one plan serves every subset of the modalities."""

    patches: int | Mapping[str, int] = 8  # a stream; of a 200 ms window 25 ms each
    cut: str | Mapping[str, str] = "time"  # or "channel": a token a channel
    axes: Mapping[str, int] = field(default_factory=dict)  # channels to a token of cut "channel": 3 for ACC
    # "auto": none where there is log power, else z. Samples of EMG beside it taught networks of few
    # recordings noise (myo-psl, one person, EMG alone, hierarchical: 37 % of words with, 73 % without them).
    raw: str | Mapping[str, str] = "auto"
    power: Sequence[str] = ("emg",)  # streams that show their log power too
    floor: Mapping[str, float] = field(default_factory=dict)  # of the log, in the stream's unit
    knee: Mapping[str, float] = field(default_factory=dict)  # of the squeeze, in the stream's unit
    belongs: Mapping[str, str] = field(default_factory=lambda: {"features": "emg"})  # input -> modality

    def inlet(self, name: str, shape: tuple[int, ...]) -> Inlet:
        """What takes the input of that name and shape in; raises UsageError."""
        if len(shape) == 1:
            return FeatureInlet(shape[0])
        if len(shape) != 2:
            raise UsageError(f"input {name} has shape {shape}; wanted (time, channel) or (feature,)")
        return StreamInlet(
            name,
            (shape[0], shape[1]),
            patches=_of(self.patches, name, 8),
            cut=_of(self.cut, name, "time"),
            axes=self.axes.get(name, 1),
            raw=self._raw(name),
            power=name in self.power,
            floor=self.floor.get(name),
            knee=self.knee.get(name),
        )

    def _raw(self, name: str) -> str:
        found = str(_of(self.raw, name, "auto"))
        if found != "auto":
            return found
        return "none" if name in self.power else "z"

    def by_modality(self, inputs: Shapes) -> dict[str, list[str]]:
        """Inputs of every modality, in the order in which they are given."""
        found: dict[str, list[str]] = {}
        for name in inputs:
            found.setdefault(self.belongs.get(name, name), []).append(name)
        if not found:
            raise UsageError("a network without inputs; wanted one stream or more")
        return found


def _of(option: Any, name: str, default: Any) -> Any:
    return option.get(name, default) if isinstance(option, Mapping) else option


class Stem(nn.Module):
    """One input's tokens: its values through linear maps, plus where they stand."""

    def __init__(self, inlet: Inlet, width: int, kind: str) -> None:
        super().__init__()
        if kind not in STEMS:
            raise UsageError(f"no stem {kind!r}; wanted one of {', '.join(STEMS)}")
        self.inlet = inlet
        self.place = nn.Parameter(torch.randn(1, inlet.tokens, width) * PLACE)
        if isinstance(inlet, FeatureInlet):
            self.from_raw: nn.Module = _mlp(inlet.values, 2 * width, width)
        elif inlet.raw_values:
            plain = nn.Linear(inlet.raw_values, width)
            self.from_raw = plain if kind == "linear" else _mlp(inlet.raw_values, width, width)
        if isinstance(inlet, StreamInlet) and inlet.power_values:
            self.from_power = nn.Linear(inlet.power_values, width)

    def forward(self, x: Tensor, kind: Tensor) -> Tensor:
        """The input to (batch, token, width); `kind`: the embedding of its modality (width,)."""
        inlet, where = self.inlet, self.place + kind
        if isinstance(inlet, FeatureInlet):
            token: Tensor = self.from_raw(inlet.raw(x)).unsqueeze(1) + where
            return token
        parts = [self.from_power(inlet.power(x))] if inlet.power_values else []
        parts += [self.from_raw(inlet.raw(x))] if inlet.raw_values else []
        tokens: Tensor = sum(parts[1:], parts[0]) + where
        return tokens


def _mlp(values: int, hidden: int, width: int) -> nn.Module:
    return nn.Sequential(nn.Linear(values, hidden), nn.ReLU(), nn.Linear(hidden, width))


class Tokeniser(nn.Module):
    """All inputs to one block of tokens a modality; tokens of a modality lie side by side.

    `spans`: where each modality's tokens lie; `input_spans`: where each input's do; `owners`: the modality of
    every token.
    """

    def __init__(self, inputs: Shapes, width: int, plan: TokenPlan, stem: str) -> None:
        super().__init__()
        by_modality = plan.by_modality(inputs)
        self.width, self.inputs, self.modalities = width, tuple(inputs), tuple(by_modality)
        self.stems = nn.ModuleList(Stem(plan.inlet(name, inputs[name]), width, stem) for name in inputs)
        self.kinds = nn.ParameterList(nn.Parameter(torch.randn(width) * PLACE) for _ in self.modalities)
        self.order = [[self.inputs.index(name) for name in names] for names in by_modality.values()]
        counts = [int(one.inlet.tokens) for one in self._stems()]
        self.spans: list[tuple[int, int]] = []
        self.input_spans: list[tuple[int, int]] = []
        at = 0
        for members in self.order:
            start = at
            for member in members:
                self.input_spans.append((at, at + counts[member]))
                at += counts[member]
            self.spans.append((start, at))
        self.owners = tuple(
            name
            for name, (start, stop) in zip(self.modalities, self.spans, strict=True)
            for _ in range(start, stop)
        )

    def _stems(self) -> list[Stem]:
        return [stem for stem in self.stems if isinstance(stem, Stem)]

    def forward(self, *tensors: Tensor) -> list[Tensor]:
        """One (batch, token, width) a modality; `tensors` in the order of the inputs."""
        parts: list[Tensor] = []
        for members, kind in zip(self.order, self.kinds, strict=True):
            tokens = [self.stems[member](tensors[member], kind) for member in members]
            parts.append(torch.cat(tokens, 1) if len(tokens) > 1 else tokens[0])
        return parts

    def standardise(self, tensors: Sequence[Tensor]) -> None:
        """Set every input's means and deviations from training windows, in the order of the inputs."""
        for stem, x in zip(self._stems(), tensors, strict=True):
            stem.inlet.standardise(x)
