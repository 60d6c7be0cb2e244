"""What a sensor is worth: the network without a channel or a modality, as it is and with a new head."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from myoedge.export.isolate.cut import Cut, cuts_of, silenced
from myoedge.export.isolate.probe import BATCH, Probe, by_person, judge
from myoedge.export.loss import ridged
from myoedge.export.models.inlet import StreamInlet
from myoedge.export.models.pathway import CROSS
from myoedge.export.models.tokeniser import Stem
from myoedge.export.models.transformer import Transformer
from myoedge.export.prior import pooled

MOST_SENSORS = 16  # of one input; more channels are taken together in neighbours

People = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sensor:
    """What can be left out: channels of one input, or (`whole`) all inputs of a modality."""

    name: str
    modality: str
    channels: tuple[tuple[str, int, int], ...]  # (input, first channel, the one after the last)
    whole: bool


@dataclass(frozen=True, slots=True, eq=False)
class Worth:
    """What leaving a sensor out costs each person, as shares of windows; above zero: it is missed."""

    sensor: Sensor
    masked: People  # the trained network, the sensor held at its mean
    refitted: People  # a linear head fitted anew on the embedding without the sensor
    margin: People  # of scores, masked
    margin_alone: People  # the same with all pathways across silenced: what it gives without fusion


def sensors_of(
    model: Transformer,
    inputs: Sequence[str],
    axes: Mapping[str, int],
    columns: Mapping[str, Sequence[str]] | None = None,
) -> list[Sensor]:
    """Every modality, and every sensor of its streams. `axes`: channels that are one sensor, by input;
    `columns`: what channels are, where that has a name."""
    found: list[Sensor] = []
    tokeniser = model.tokeniser
    for modality, members in zip(model.modalities, tokeniser.order, strict=True):
        own: list[Sensor] = []
        for member in members:
            name, inlet = inputs[member], _inlet(model, member)
            channels = len(inlet.raw_mean)
            size = axes.get(name, 1)
            size *= -(-channels // (size * MOST_SENSORS))
            for first in range(0, channels, size):
                stop = min(first + size, channels)
                title = f"{name} {first}" if stop == first + 1 else f"{name} {first}-{stop - 1}"
                if stop == first + 1 and columns and name in columns:
                    title += f" ({columns[name][first]})"
                own.append(Sensor(title, modality, ((name, first, stop),), False))
        whole = tuple((inputs[m], 0, len(_inlet(model, m).raw_mean)) for m in members)
        if len(model.modalities) > 1:
            found.append(Sensor(f"all of {modality}", modality, whole, True))
        found += own
    return found


def _inlet(model: Transformer, member: int) -> StreamInlet:
    stem = model.tokeniser.stems[member]
    if not isinstance(stem, Stem) or not isinstance(stem.inlet, StreamInlet):
        raise TypeError(f"input {member} is no stream of channels")
    return stem.inlet


def without(model: Transformer, probe: Probe, inputs: Sequence[str], sensor: Sensor) -> Probe:
    """The windows with the sensor held at its mean over training."""
    tensors = list(probe.inputs)
    for name, first, stop in sensor.channels:
        at = list(inputs).index(name)
        x = tensors[at].clone()
        x[..., first:stop] = _inlet(model, at).raw_mean[first:stop].to(x.device)
        tensors[at] = x
    return probe.with_inputs(tuple(tensors))


def worths(
    model: Transformer, test: Probe, train: Probe, inputs: Sequence[str], sensors: Sequence[Sensor]
) -> Iterator[Worth]:
    """One a sensor. The head that is fitted anew is compared with one fitted on all sensors."""
    whole = judge(model, test)
    alone = _alone(model, test)
    full = refitted(model, test, train)
    for sensor in sensors:
        masked = without(model, test, inputs, sensor)
        outcome = judge(model, masked)
        again = refitted(model, masked, without(model, train, inputs, sensor))
        yield Worth(
            sensor,
            by_person(test, whole.right.astype(np.float64) - outcome.right),
            by_person(test, full.astype(np.float64) - again),
            by_person(test, whole.margin - outcome.margin),
            by_person(test, alone - _alone(model, masked)),
        )


def _alone(model: Transformer, probe: Probe) -> NDArray[np.float64]:
    """Margins with no pathway across, in any layer."""
    with silenced(model, cuts_of(model, Cut(CROSS, "all", None)), "after"):
        return judge(model, probe).margin


def refitted(model: Transformer, test: Probe, train: Probe) -> NDArray[np.bool_]:
    """Whether a linear discriminant, fitted on the training embeddings, names each test window rightly."""
    x, truth = _embeddings(model, train), train.truth.cpu().numpy()
    labels = np.unique(truth)
    rows = {(str(label), 0): x[truth == label] for label in labels}
    inverse = np.linalg.inv(ridged(pooled(rows, [str(label) for label in labels])))
    means = np.stack([x[truth == label].mean(axis=0) for label in labels]).astype(np.float64)
    weights = inverse @ means.T
    score = _embeddings(model, test) @ weights - 0.5 * np.einsum("lf,fl->l", means, weights)
    named: NDArray[np.intp] = labels[score.argmax(axis=1)]
    return np.asarray(named == test.truth.cpu().numpy())


@torch.inference_mode()
def _embeddings(model: Transformer, probe: Probe) -> NDArray[np.float32]:
    parts: list[Tensor] = [
        model(*(x[at : at + BATCH] for x in probe.inputs))[1] for at in range(0, len(probe), BATCH)
    ]
    return torch.cat(parts).float().cpu().numpy()
