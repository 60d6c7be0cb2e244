"""Trains MyoSem, or any encoder with its text side, on a split of the union."""

import copy
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from myoedge.export.myosem.alignment import Alignment, Weights
from myoedge.export.myosem.batch import Augment, Batches, Drawn, in_order
from myoedge.export.myosem.metrics import muscles_to_text
from myoedge.export.myosem.seats import Seats
from myoedge.export.myosem.split import VALIDATION, Split
from myoedge.export.myosem.union import UNNAMED, Union

Say = Callable[[str], None]


class Aligned(Protocol):
    """What can be trained and asked: windows and texts in one space."""

    def windows(self, x: Tensor, waves: Tensor) -> Tensor: ...
    def texts(self, vectors: Tensor) -> Tensor: ...


@dataclass(frozen=True, slots=True)
class Schedule:
    """How long and how fast; all our choice."""

    steps: int = 2000
    batch: int = 192
    rate: float = 1e-3
    decay: float = 0.05
    warm_up: float = 0.05
    clip: float = 1.0
    every: int = 200  # steps between looks at what chooses
    looked_at: int = 4000  # windows of a look
    seed: int = 0


def train(
    model: nn.Module,
    union: Union,
    split: Split,
    seats: Seats,
    vectors: NDArray[np.float32],
    settings: Schedule,
    weights: Weights,
    augment: Augment,
    say: Say,
) -> list[dict[str, Any]]:
    """Train in place; the best look's weights stay. `vectors` (action, view, sentence): the union's actions.

    Returns the looks: step, loss, and R@1 of the windows that choose, among the actions that were taught.
    """
    torch.manual_seed(settings.seed)
    batches = Batches(union, split, seats, settings.batch, augment, settings.seed)
    taught = np.array(batches.actions)
    texts = torch.from_numpy(vectors)
    loss_of = Alignment(weights)
    every: list[Any] = [*model.parameters(), *loss_of.parameters()]
    optimiser = torch.optim.AdamW(every, lr=settings.rate, weight_decay=settings.decay, betas=(0.9, 0.98))
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: _share(step, settings))
    looks: list[dict[str, Any]] = []
    kept: dict[str, Any] = {}
    losses: list[float] = []
    for step in range(1, settings.steps + 1):
        model.train()
        loss = _loss(model, loss_of, batches.step(step), texts, taught)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(every, settings.clip)
        optimiser.step()
        schedule.step()
        losses.append(float(loss.detach()))
        if step % settings.every == 0 or step == settings.steps:
            found = look(model, union, split, seats, vectors, taught, settings)
            looks.append({"step": step, "loss": float(np.mean(losses[-settings.every :])), "r@1": found})
            say(f"step {step}: loss {looks[-1]['loss']:.3f}, R@1 of what chooses {100 * found:.1f} %")
            if found >= max(one["r@1"] for one in looks):
                kept = copy.deepcopy(model.state_dict())
    model.load_state_dict(kept)
    model.eval()
    return looks


def _loss(
    model: nn.Module, loss_of: Alignment, drawn: list[Drawn], texts: Tensor, taught: NDArray[np.int64]
) -> Tensor:
    of: Any = model
    windows = torch.cat([of.windows(one.x, one.waves) for one in drawn])
    truth = np.searchsorted(taught, np.concatenate([one.action for one in drawn]))
    loss: Tensor = loss_of(windows, of.texts(texts)[taught], torch.from_numpy(truth))
    return loss


def look(
    model: nn.Module,
    union: Union,
    split: Split,
    seats: Seats,
    vectors: NDArray[np.float32],
    taught: NDArray[np.int64],
    settings: Schedule,
) -> float:
    """R@1 among the taught actions over windows that choose: mean over sets, so that a large one does not."""
    found = []
    texts = embed_texts(model, vectors)[taught]
    rng = np.random.default_rng(settings.seed)
    for place, (one, roles) in enumerate(zip(union.sets, split.roles, strict=True)):
        rows = np.flatnonzero((roles == VALIDATION) & np.isin(one.action, taught))
        rows = np.sort(rng.permutation(rows)[: settings.looked_at // len(union.sets)])
        if len(rows):
            windows = embed_windows(model, union, place, rows, seats)
            truth = np.searchsorted(taught, one.action[rows])
            found.append(muscles_to_text(windows, texts, truth)["actions"]["r@1"])
    return float(np.mean(found)) if found else 0.0


def embed_windows(
    model: nn.Module, union: Union, place: int, rows: NDArray[np.int64], seats: Seats
) -> NDArray[np.float32]:
    """Windows of one set, (window, view, space)."""
    of: Any = model.eval()
    with torch.inference_mode():
        parts = [of.windows(one.x, one.waves).numpy() for one in in_order(union.sets[place], rows, seats)]
    return np.concatenate(parts)


def embed_texts(model: nn.Module, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """(action, view, sentence) to (action, view, space)."""
    of: Any = model.eval()
    with torch.inference_mode():
        found: NDArray[np.float32] = of.texts(torch.from_numpy(vectors)).numpy()
    return found


def named(union: Union, place: int, roles: NDArray[np.int8], role: int) -> NDArray[np.int64]:
    """Rows of a set in this role whose action has a name."""
    return np.flatnonzero((roles == role) & (union.sets[place].action != UNNAMED))


def _share(step: int, settings: Schedule) -> float:
    """Of the largest rate: up in a line, down as half a cosine."""
    rising = max(1, round(settings.warm_up * settings.steps))
    if step < rising:
        return (step + 1) / rising
    return 0.5 * (1 + math.cos(math.pi * min(1.0, (step - rising) / max(1, settings.steps - rising))))
