"""A finished training run to its network, the windows it was tested on and some it was trained on."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch

from myoedge.export.compare.comparison import root_of
from myoedge.export.derive import COLUMNS
from myoedge.export.isolate.cut import attending
from myoedge.export.isolate.probe import Probe
from myoedge.export.models import build_model
from myoedge.export.models.transformer import Transformer
from myoedge.export.supervised_data import FoldData, Part
from myoedge.export.supervised_run import load_run

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """One trained network and what to probe it with."""

    name: str
    model: Transformer
    untrained: Transformer  # the same with random weights: the control
    test: Probe
    train: Probe
    axes: dict[str, int]  # neighbouring channels of one sensor, by input
    columns: dict[str, tuple[str, ...]] = field(
        default_factory=dict
    )  # names of channels, where they have any


def load_subject(folder: Path, root: Path, cache: Path, windows: int, say: Say) -> Subject:
    """At most `windows` windows of either kind. `root` holds one unpacked folder a data set, or is the one.

    Raises NotThereError or FormatError for a folder without a finished run, UsageError for a network without
    attention.
    """
    run = load_run(folder)
    model = attending(run.model())
    data = run.data(root_of(root, run.row["dataset"]), cache, say)
    options = {**run.row["model"], "labels": len(data.labels), "inputs": data.inputs}
    torch.manual_seed(run.row["seed"])
    untrained = attending(build_model(**options))
    untrained.load_state_dict(dict(model.named_buffers()), strict=False)  # the inputs' means and deviations
    test, train = (probe_of(data, part, windows) for part in (data.test, data.train))
    axes = {name: int(count) for name, count in run.row["model"].get("axes", {}).items()}
    derived = run.job.recipe.front.derived
    columns = {name: COLUMNS[derived[name][1]] for name in data.inputs if name in derived}
    return Subject(folder.name, model, untrained, test, train, axes, columns)


def probe_of(data: FoldData, part: Part, windows: int, seed: int = 0) -> Probe:
    """At most so many windows of a part, drawn evenly."""
    lengths = np.asarray(part.lengths)
    person = np.repeat([r.person for r in part.repetitions], lengths) if len(lengths) else np.zeros(0, str)
    if len(person) != len(part):  # rest was thinned: the list of repetitions no longer says who
        person = np.full(len(part), "all")
    chosen = np.sort(np.random.default_rng(seed).permutation(len(part))[:windows])
    return Probe(
        tuple(data.batch(part.rows[chosen])),
        torch.from_numpy(part.targets[chosen]),
        np.asarray(person, np.str_)[chosen],
        data.labels,
    )
