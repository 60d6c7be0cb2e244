"""Training: episodes of other people's calibrations until the embedding helps the wearer's head most."""

import copy
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from myoedge.export.batch_features import closed_form
from myoedge.export.episode import Episode, draw_episode
from myoedge.export.look import HeldOut
from myoedge.export.loss import EpisodeLoss
from myoedge.export.models import build_model
from myoedge.export.models.cost import multiply_adds, parameters
from myoedge.export.network import FloatNetwork, network_of
from myoedge.export.pool import Pool
from myoedge.export.prior import within_class
from myoedge.export.recipe import Recipe

if TYPE_CHECKING:
    from torch import Tensor, nn

Array = NDArray[np.float32]
WARM_UP = 0.1  # share of the steps in which the rate rises
LARGEST_STEP = 1.0  # norm that gradients are cut to
FULL_GROUP = 2000  # windows from which on a group is drawn as often as any
STANDARD_WINDOWS = 4000  # that tell the inputs' mean and deviation


@dataclass(frozen=True, slots=True)
class Look:
    """One look at the held-out people; see Reached."""

    step: int
    loss: float
    accuracy: float  # closed-form and network blocks
    closed_form: float  # closed-form blocks alone
    network: float  # the network's block alone


def train_model(recipe: Recipe, pool: Pool, say: Callable[[str], None]) -> tuple["nn.Module", list[Look]]:
    """The recipe's network at its best look, and all looks. The same recipe and pool give the same weights on
    one machine."""
    import torch

    torch.set_num_threads(1)
    torch.manual_seed(recipe.seed)
    rng = np.random.default_rng(recipe.seed)
    one = first_inputs(recipe, pool)
    shapes = {name: x.shape[1:] for name, x in one.items()}
    model = build_model(labels=len(recipe.labels), inputs=shapes, **recipe.model)
    say(f"{parameters(model)} parameters, {multiply_adds(model.eval(), one)} multiply-adds a window")
    standardise(model, pool, recipe.front.features, rng)
    prior = within_class(pool, recipe.front.features)
    return model, learn(
        model, EpisodeLoss(prior), recipe, pool, HeldOut(pool, recipe.front.features, prior), rng, say
    )


class Loss(Protocol):
    """What training minimises; its own parameters are trained with the network's."""

    @property
    def parameters(self) -> "list[Tensor]": ...

    def __call__(self, model: "nn.Module", episodes: Sequence[Episode]) -> "Tensor": ...


def learn(
    model: "nn.Module",
    loss_of: Loss,
    recipe: Recipe,
    pool: Pool,
    held_out: HeldOut,
    rng: np.random.Generator,
    say: Callable[[str], None],
) -> list[Look]:
    """Train as the recipe says; the model then judges, with the weights of its best look."""
    import torch

    settings = recipe.training
    weights = [*model.parameters(), *loss_of.parameters]
    optimiser = torch.optim.AdamW(weights, lr=settings.rate, weight_decay=settings.decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, settings.rate, total_steps=settings.steps, pct_start=WARM_UP
    )
    looks: list[Look] = []
    kept: dict[str, Any] = {}
    losses: list[float] = []
    for step in range(1, settings.steps + 1):
        loss = loss_of(model.train(), draw_batch(recipe, pool, rng))
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(weights, LARGEST_STEP)
        optimiser.step()
        schedule.step()
        losses.append(float(loss.detach()))
        if step % settings.every == 0 or step == settings.steps:
            found = held_out(model)
            mean = float(np.mean(losses[-settings.every :]))
            looks.append(Look(step, mean, found.both, found.closed_form, found.network))
            say(_said(looks[-1], bool(pool.held_out)))
            if looks[-1].accuracy >= max(past.accuracy for past in looks):
                kept = copy.deepcopy(model.state_dict())
    model.load_state_dict(kept)
    model.eval()
    return looks


def trained_network(recipe: Recipe, pool: Pool, model: "nn.Module", looks: list[Look]) -> FloatNetwork:
    """What `train_model` gave, as it is kept."""
    inputs = {name: x.shape[1:] for name, x in first_inputs(recipe, pool).items()}
    best = max(looks, key=lambda look: (look.accuracy, look.step))
    made = {"how": "trained", "seed": recipe.seed, "best": asdict(best)}
    return network_of(model, recipe.row, recipe.model, inputs, recipe.labels, [made])


def _said(one: Look, held_out: bool) -> str:
    if not held_out:
        return f"step {one.step}: loss {one.loss:.3f}, nobody is held out"
    return (
        f"step {one.step}: loss {one.loss:.3f}, held-out people {100 * one.accuracy:.2f} % "
        f"(network alone {100 * one.network:.2f} %, closed form alone {100 * one.closed_form:.2f} %)"
    )


def draw_batch(recipe: Recipe, pool: Pool, rng: np.random.Generator) -> list[Episode]:
    """Some episodes, data sets by their weight, a set's groups alike."""
    share = {source.dataset: source.weight for source in recipe.sources}
    weight = np.array([share[g.dataset] * min(1.0, g.windows / FULL_GROUP) for g in pool.groups])
    drawn: list[Episode] = []
    while len(drawn) < recipe.training.episodes:
        group = pool.groups[rng.choice(len(pool.groups), p=weight / weight.sum())]
        episode = draw_episode(pool, group, recipe.labels, recipe.front.features, rng)
        if episode is not None:
            drawn.append(episode)
    return drawn


def first_inputs(recipe: Recipe, pool: Pool) -> dict[str, Array]:
    """One window as the network takes it, in the bundle's order of inputs."""
    features = closed_form(pool.emg[:1], recipe.front.features)
    rows = {"emg": pool.emg[:1], "imu": pool.imu[:1], "features": features}
    return {name: rows[name] for name in recipe.front.inputs}


def standardise(model: "nn.Module", pool: Pool, features: tuple[str, ...], rng: np.random.Generator) -> None:
    """Set the inputs' means and deviations, the same for every place on the arm since bands turn."""
    import torch

    chosen = rng.choice(np.concatenate([group.all for group in pool.groups]), STANDARD_WINDOWS)
    turns = range(pool.emg.shape[2])
    emg = np.concatenate([np.roll(pool.emg[chosen], turn, -1) for turn in turns])
    imu = np.concatenate([pool.imu[chosen] for _ in turns])
    standard: Any = model
    standard.standardise([torch.from_numpy(x) for x in (emg, imu, closed_form(emg, features))])
