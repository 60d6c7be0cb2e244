"""What a network was trained for: how to lose, learn again and be measured, by episodes or by windows."""

import tempfile
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from myoedge.edge.errors import MismatchError
from myoedge.export.cache import cached_windows
from myoedge.export.compare.comparison import root_of
from myoedge.export.look import HeldOut
from myoedge.export.loss import EpisodeLoss
from myoedge.export.network import FloatNetwork
from myoedge.export.pool import Pool, fill_pool, unseen
from myoedge.export.prior import within_class
from myoedge.export.prune.distil import Distillation
from myoedge.export.recipe import Recipe
from myoedge.export.supervised import Training
from myoedge.export.supervised_data import FoldData, fold_data, steps
from myoedge.export.supervised_recipe import Network, supervised_from_toml
from myoedge.export.supervised_run import Job, fold_of
from myoedge.export.train import draw_batch, first_inputs, learn

if TYPE_CHECKING:
    from torch import Tensor, nn

RATE = 0.2  # of the recipe's largest learning rate, for a network that has learned (docs/compression.md)
LOOKS = 4  # at the held-out people while it learns again

Say = Callable[[str], None]


class Task(Protocol):
    """One network's own training, for a smaller one."""

    def loss(self, model: "nn.Module") -> "Tensor":
        """Of one batch, another one at each call."""
        ...

    def tune(self, model: "nn.Module", steps: int, say: Say) -> None:
        """Let it learn again; it then judges, with its best weights."""
        ...

    def measure(self, model: "nn.Module") -> dict[str, float]:
        """Accuracies by window, shares."""
        ...


def task_of(network: FloatNetwork, root: Path, cache: Path, say: Say) -> "Episodes | Windows":
    """Raises what reading its data sets raises, MismatchError where they are other than it was trained on."""
    if network.by_windows:
        return Windows(network, root, cache, say)
    recipe = network.recipe
    pool = fill_pool(recipe, root, say)
    return Episodes(network, recipe, pool, fill_unseen(recipe, root, say))


def fill_unseen(recipe: Recipe, root: Path, say: Say) -> Pool | None:
    """Those who stand for unseen, as if they were held out; None where the recipe's sets name nobody."""
    from myoedge.export.data.table import DATASETS

    known = tuple(source for source in recipe.sources if DATASETS[source.dataset].unseen)
    if not known:
        return None
    found = fill_pool(replace(recipe, sources=known), root, say, unseen)
    return replace(found, held_out=found.groups)


class Episodes:
    """Other people's calibrations, with the dense network as the teacher (distil.py)."""

    def __init__(self, network: FloatNetwork, recipe: Recipe, pool: Pool, tested: Pool | None) -> None:
        found = {name: x.shape[1:] for name, x in first_inputs(recipe, pool).items()}
        check_inputs(network, found)
        self.recipe, self.pool = recipe, pool
        self.prior = within_class(pool, recipe.front.features)
        self.held_out = HeldOut(pool, recipe.front.features, self.prior)
        self._dense, self._tested = network.model, tested
        self._rng = np.random.default_rng(recipe.seed)
        self._own = EpisodeLoss(self.prior)

    def loss(self, model: "nn.Module") -> "Tensor":
        return self._own(model, draw_batch(self.recipe, self.pool, self._rng))

    def tune(self, model: "nn.Module", steps: int, say: Say) -> None:
        import torch

        torch.manual_seed(self.recipe.seed)
        rng = np.random.default_rng(self.recipe.seed)
        settings = self.recipe.training
        every = max(1, steps // LOOKS)
        shorter = replace(settings, steps=steps, every=every, rate=RATE * settings.rate)
        recipe = replace(self.recipe, training=shorter)
        for module in model.modules():
            if isinstance(module, torch.nn.Dropout):
                module.p = 0.0  # the dense network's word is all that holds it back (our choice)
        loss = Distillation(EpisodeLoss(self.prior), self._dense)
        learn(model, loss, recipe, self.pool, self.held_out, rng, say)

    def measure(self, model: "nn.Module") -> dict[str, float]:
        prior = self.held_out.prior(model)
        found = asdict(self.held_out(model, prior=prior)) if self.pool.held_out else {}
        if self._tested is not None:
            by = asdict(self.held_out(model, self._tested, prior=prior))
            found |= {f"{name}, unseen": value for name, value in by.items()}
        return {name: round(value, 5) for name, value in found.items()}


class Windows:
    """One fold of a recipe of window classification, by its own loss."""

    def __init__(self, network: FloatNetwork, root: Path, cache: Path, say: Say) -> None:
        self._job, self._data = fold_of_network(network, root, cache, say)
        check_inputs(network, self._data.inputs)
        self._rng = np.random.default_rng(self._job.seed)

    def loss(self, model: "nn.Module") -> "Tensor":
        import torch

        train = self._data.train
        chosen = np.sort(self._rng.permutation(len(train))[: self._job.recipe.training.batch])
        scores, _ = model(*self._data.batch(train.rows[chosen]))
        return torch.nn.functional.cross_entropy(scores, torch.from_numpy(train.targets[chosen]))

    def tune(self, model: "nn.Module", steps_wanted: int, say: Say) -> None:
        import torch

        settings = self._job.recipe.training
        epochs = max(1, round(steps_wanted / max(1, steps(self._data.train, settings.batch))))
        shorter = replace(settings, epochs=epochs, rate=RATE * settings.rate, device="cpu")
        torch.manual_seed(self._job.seed)
        with tempfile.TemporaryDirectory() as folder:
            Training(model, self._data, shorter, self._job.seed, Path(folder)).run(say)

    def measure(self, model: "nn.Module") -> dict[str, float]:
        import torch

        model.eval()
        test = self._data.test
        with torch.inference_mode():
            rows = np.array_split(test.rows, max(1, len(test) // 2048))
            scores = np.concatenate([model(*self._data.batch(part))[0].numpy() for part in rows])
        return {"test": round(float(np.mean(scores.argmax(1) == test.targets)), 5)}


def fold_of_network(network: FloatNetwork, root: Path, cache: Path, say: Say) -> tuple[Job, FoldData]:
    """The fold that a network of window classification was trained on."""
    run = network.row["run"]
    recipe = supervised_from_toml(network.row["recipe"])
    kind = network.row["model"]
    architecture = Network(kind["kind"], kind.get("fusion", "attention"))
    job = Job(recipe, run["fold"], tuple(network.inputs), architecture, run["seed"])
    cached = cached_windows(recipe, root_of(root, run["dataset"]), cache, say)
    return job, fold_data(recipe, cached, fold_of(job, cached), job.inputs, job.seed)


def check_inputs(network: FloatNetwork, found: dict[str, tuple[int, ...]]) -> None:
    """Raises MismatchError unless its recipe cuts these recordings into what the network takes."""
    if list(found.items()) != list(network.inputs.items()):
        raise MismatchError(
            f"the recipe makes windows {found} of these recordings, the network takes {network.inputs}; "
            "prune it with the recipe and data it was trained on"
        )
