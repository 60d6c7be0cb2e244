"""A run: one network trained on one fold, and the folder it is kept in.

The folder holds `run.json`, `model.npz` and `logs/` (TensorBoard); while it trains, `checkpoint.pt` and
`starts`, a line a start with the process that did it. run.json is written last and whole, so a folder that
has it is finished. Its fields, version 1:

    myoedge "run", v 1, name         of the recipe
    recipe                           the recipe's TOML as it was read
    dataset, folds, fold, person     `fold` is a name among the folds that the scheme `folds` makes
    seed
    inputs {NAME: [time, channel]}   in the order that the model takes them
    labels [..]                      in the order of the scores
    model {kind, fusion, ...}        build_model(kind, labels=len(labels), inputs=inputs, **the others)
    parameters, macs                 macs: multiply-adds of one window
    training {epochs, best, looks [{epoch, loss, validation_loss, validation_accuracy, rate}], windows {train,
              validation, test}}
    metrics {windows, gestures, window_accuracy, gesture_accuracy, balanced_accuracy, macro_f1}   shares 0..1
    people {NAME: the same}
    gestures {LABEL: {window_recall, gesture_recall}}            None: not tested
    confusion {window, gesture}      [true][decided], counts
    repetitions [{person, session, label, number, decided, windows, right}]      of the test
    cost {train_s, windows_per_s, data_share, wall_s, peak_mb, starts, device}   differs from run to run
    digest                           of recipe, fold, model, inputs and seed

model.npz holds the weights by name (weights.py). `load_run(folder).model()` builds and
fills the network; `load_run(folder).data(root, cache)` opens the windows it was trained and tested on.
"""

import json
import os
import resource
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

from myoedge.edge.errors import FormatError, NotThereError, UsageError
from myoedge.export.cache import Cached, cached_windows
from myoedge.export.data.fold import Fold
from myoedge.export.heap import keep_heap
from myoedge.export.models import build_model
from myoedge.export.models.cost import multiply_adds, parameters
from myoedge.export.supervised import Training
from myoedge.export.supervised_data import FoldData, fold_data, make_folds
from myoedge.export.supervised_recipe import Network, SupervisedRecipe, supervised_from_toml
from myoedge.export.supervised_score import outcomes, result
from myoedge.export.supervised_state import CHECKPOINT
from myoedge.export.weights import load_weights, save_weights

if TYPE_CHECKING:
    from torch import nn

RUN, MODEL, STARTS = "run.json", "model.npz", "starts"

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Job:
    """One network on one fold: what makes a run what it is."""

    recipe: SupervisedRecipe
    fold: str
    inputs: tuple[str, ...]
    network: Network
    seed: int

    @property
    def model(self) -> dict[str, Any]:
        """Kind, fusion and options, as run.json keeps them."""
        options = self.recipe.options.get(self.network.kind, {})
        return {"kind": self.network.kind, "fusion": self.network.fusion, **self.recipe.tokens, **options}

    @property
    def digest(self) -> str:
        """Of all that decides the result but the recordings."""
        apart = ("compare", "model", "options", "tokens")  # they are in `model` as far as they matter here
        recipe = {key: value for key, value in self.recipe.row.items() if key not in apart}
        row = [recipe, self.fold, self.inputs, self.model, self.seed]
        return blake2b(json.dumps(row, sort_keys=True).encode(), digest_size=12).hexdigest()


@dataclass(frozen=True, slots=True)
class Run:
    """A finished run."""

    folder: Path
    row: Mapping[str, Any]

    @property
    def job(self) -> Job:
        """What it was made from."""
        model = self.row["model"]
        return Job(
            supervised_from_toml(self.row["recipe"]),
            self.row["fold"],
            tuple(self.row["inputs"]),
            Network(model["kind"], model["fusion"]),
            self.row["seed"],
        )

    def model(self) -> "nn.Module":
        """The trained network, judging; raises NotThereError or FormatError as `load_weights`."""
        inputs = {name: tuple(shape) for name, shape in self.row["inputs"].items()}
        network = build_model(**self.row["model"], labels=len(self.row["labels"]), inputs=inputs)
        return load_weights(self.folder / MODEL, network)

    def data(self, root: Path, cache: Path, say: Say = lambda _: None) -> FoldData:
        """The fold's windows; `root` is the data set's unpacked folder."""
        job = self.job
        cached = cached_windows(job.recipe, root, cache, say)
        return fold_data(job.recipe, cached, fold_of(job, cached), job.inputs, job.seed)


def load_run(folder: Path) -> Run:
    """A finished run; raises NotThereError or FormatError."""
    path = folder / RUN
    if not path.is_file():
        raise NotThereError(f"no {path}; wanted the folder of a finished run, as train writes it")
    try:
        row = json.loads(path.read_text(encoding="utf-8"))
        if row["myoedge"] != "run" or row["v"] != 1:
            raise ValueError(f"is of kind {row['myoedge']!r} version {row['v']!r}, wanted run, version 1")
        return Run(folder, row)
    except (ValueError, KeyError, TypeError) as error:
        raise FormatError(f"{path}: {error}; train it again") from error


def train_run(job: Job, cached: Cached, folder: Path, say: Say) -> Run:
    """Train, test and keep one run; one that is finished is read, one that was interrupted goes on.

    Raises UsageError where the folder holds a run of something else.
    """
    import torch

    if (folder / RUN).is_file():
        return _same(load_run(folder), job)
    torch.set_num_threads(1)
    keep_heap()
    begun, starts = time.perf_counter(), _begin(folder, job)
    fold = fold_of(job, cached)
    data = fold_data(job.recipe, cached, fold, job.inputs, job.seed)
    torch.manual_seed(job.seed)
    network = build_model(**job.model, labels=len(data.labels), inputs=data.inputs)
    training = Training(network, data, job.recipe.training, job.seed, folder)
    progress = training.run(say)
    test = data.test
    rows = outcomes(test.repetitions, test.lengths, test.truth.tolist(), training.scores(test))
    network.cpu()
    save_weights(folder / MODEL, network)
    row = {
        **_facts(job, fold, data),
        "parameters": parameters(network),
        "macs": multiply_adds(network, {name: x[data.test.rows[:1]] for name, x in data.arrays.items()}),
        "training": {
            "epochs": progress.epoch,
            "best": progress.best,
            "looks": [asdict(look) for look in progress.looks],
            "windows": {name: len(getattr(data, name)) for name in ("train", "validation", "test")},
        },
        **result(rows, data.labels),
        "cost": {
            **training.clock.to_json(),
            "wall_s": round(time.perf_counter() - begun, 3),
            "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
            "starts": starts,
            "device": training.device,
        },
    }
    _finish(folder, row)
    return Run(folder, row)


def fold_of(job: Job, cached: Cached) -> Fold:
    """The fold by its name; raises UsageError."""
    found, _ = make_folds(job.recipe, cached)
    for fold in found:
        if fold.name == job.fold:
            return fold
    raise UsageError(
        f"no fold {job.fold!r}; {job.recipe.data.folds} makes {', '.join(f.name for f in found)}"
    )


def _facts(job: Job, fold: Fold, data: FoldData) -> dict[str, Any]:
    return {
        "myoedge": "run",
        "v": 1,
        "digest": job.digest,
        "name": job.recipe.name,
        "recipe": job.recipe.row,
        "dataset": job.recipe.data.dataset,
        "folds": job.recipe.data.folds,
        "fold": fold.name,
        "person": fold.person,
        "seed": job.seed,
        "inputs": {name: list(shape) for name, shape in data.inputs.items()},
        "labels": list(data.labels),
        "model": job.model,
    }


def _begin(folder: Path, job: Job) -> int:
    """Note a start and its process; how many there were. A checkpoint of something else is not taken up."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / STARTS
    before = path.read_text().splitlines() if path.is_file() else []
    if before and before[-1].split()[0] != job.digest:
        raise UsageError(f"{folder} holds a run of another recipe, begun and not finished; use another --out")
    with path.open("a") as file:
        file.write(f"{job.digest} {os.getpid()}\n")
    return len(before) + 1


def _same(run: Run, job: Job) -> Run:
    if run.row.get("digest") != job.digest:
        raise UsageError(f"{run.folder} holds a run of another recipe, model or fold; use another --out")
    return run


def _finish(folder: Path, row: Mapping[str, Any]) -> None:
    place = folder / f".{RUN}.{os.getpid()}"
    place.write_text(json.dumps(row), encoding="utf-8")
    place.replace(folder / RUN)
    for name in (CHECKPOINT, STARTS):
        (folder / name).unlink(missing_ok=True)
