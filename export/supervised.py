"""Plain window classification: one network, one fold, cross entropy, until validation no longer gets better.

All that is drawn depends on seed and epoch alone, so a run that was killed and goes on from its checkpoint
ends with the same weights, bit for bit on one CPU, as one that was not.
"""

import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from myoedge.export.supervised_data import FoldData, Part, Tray, batches, steps
from myoedge.export.supervised_log import EventLog
from myoedge.export.supervised_recipe import Schedule
from myoedge.export.supervised_state import load_state, save_state

if TYPE_CHECKING:
    from torch import Tensor, nn

AT_ONCE = 2048  # windows judged together
STANDARD_WINDOWS = 4096  # of training that tell the inputs' mean and deviation
STILL = 1e-3  # nats a loss must fall by to count as better; our choice

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Look:
    """One epoch's figures; without validation repetitions the two of validation are None."""

    epoch: int
    loss: float  # mean of the epoch's batches
    validation_loss: float | None
    validation_accuracy: float | None
    rate: float


@dataclass(slots=True)
class Clock:
    """Where the time of training went."""

    train_s: float = 0.0  # waiting for data included
    data_s: float = 0.0  # waiting for batches
    windows: int = 0

    def to_json(self) -> dict[str, float]:
        return {
            "train_s": round(self.train_s, 3),
            "windows_per_s": round(self.windows / max(self.train_s, 1e-9), 1),
            "data_share": round(self.data_s / max(self.train_s, 1e-9), 4),
        }


@dataclass(slots=True)
class Progress:
    """What a checkpoint holds beside the weights and the optimiser."""

    epoch: int = 0  # epochs done
    looks: list[Look] = field(default_factory=list)
    best: int = 0  # epoch of the kept weights
    kept: dict[str, Any] = field(default_factory=dict)


class Training:
    """The loop; `folder` keeps its checkpoint and logs."""

    def __init__(
        self, model: "nn.Module", data: FoldData, settings: Schedule, seed: int, folder: Path
    ) -> None:
        import torch

        self.model, self.data, self.settings, self.seed = model, data, settings, seed
        self.device = _device(settings)
        self.clock, self.progress = Clock(), Progress()
        self._folder, self._saved_s, self._tray = folder, time.monotonic(), Tray(data)
        self._low = _low_precision(settings, self.device)
        model.to(self.device)
        total = settings.epochs * max(1, steps(data.train, settings.batch))
        self._optimiser = torch.optim.AdamW(
            model.parameters(), lr=settings.rate, weight_decay=settings.decay, fused=False
        )
        self._schedule = torch.optim.lr_scheduler.LambdaLR(
            self._optimiser, lambda step: _share(step, total, settings.warm_up)
        )
        self._loss = torch.nn.CrossEntropyLoss(label_smoothing=settings.smoothing)

    def run(self, say: Say) -> Progress:
        """Train to the end; the model then holds the kept weights and judges."""
        if not self._resume(say):
            standardise(self.model, self.data, self.seed)
        log = EventLog(self._folder / "logs")
        try:
            while self.progress.epoch < self.settings.epochs and not self._done():
                self._note(self._epoch(), log, say)
                if time.monotonic() - self._saved_s >= self.settings.checkpoint_s:
                    self.save()
        finally:
            log.close()
        self.save()
        self.model.load_state_dict(self.progress.kept)
        self.model.eval()
        return self.progress

    def _epoch(self) -> Look:
        """All training windows once."""
        import torch

        self.model.train()
        torch.manual_seed(_mixed(self.seed, self.progress.epoch))  # dropout
        losses: list[Tensor] = []
        begun = time.perf_counter()
        for rows, targets in batches(self.data.train, self.settings.batch, self.seed, self.progress.epoch):
            asked = time.perf_counter()
            inputs = self._some_absent(self._to_device(self._tray(rows)))
            truth = torch.from_numpy(targets).to(self.device)
            self.clock.data_s += time.perf_counter() - asked
            self.clock.windows += len(rows)
            losses.append(self._step(inputs, truth))
        mean = float(torch.stack(losses).mean())
        self.clock.train_s += time.perf_counter() - begun
        rate = float(self._schedule.get_last_lr()[0])
        loss, accuracy = self._judge(self.data.validation) if len(self.data.validation) else (None, None)
        return Look(self.progress.epoch + 1, mean, loss, accuracy, rate)

    def _some_absent(self, inputs: list["Tensor"]) -> list["Tensor"]:
        """Zeros for whole inputs of some windows, as the device gives for a modality that is not there."""
        import torch

        for at, name in enumerate(self.data.arrays):
            if share := self.settings.absent.get(name, 0.0):
                x = inputs[at]
                there = torch.rand(len(x)) >= share
                inputs[at] = x * there.to(x.device).view(-1, *[1] * (x.dim() - 1))
        return inputs

    def _step(self, inputs: list["Tensor"], truth: "Tensor") -> "Tensor":
        import torch

        with torch.autocast(self.device, torch.bfloat16, enabled=self._low):
            scores, _ = self.model(*inputs)
        loss = self._loss(scores.float(), truth)
        self._optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.settings.clip)
        self._optimiser.step()
        self._schedule.step()
        return loss.detach()  # type: ignore[no-any-return]

    def _note(self, look: Look, log: EventLog, say: Say) -> None:
        """Remember the epoch, keep its weights where none were better, and say it."""
        progress = self.progress
        if not progress.looks or _better(look, progress.looks[progress.best - 1]):
            progress.best = look.epoch
            progress.kept = {name: value.detach().clone() for name, value in self.model.state_dict().items()}
        elif look.validation_accuracy is None:  # nothing to choose by: the last weights
            progress.kept = {name: value.detach().clone() for name, value in self.model.state_dict().items()}
        progress.looks.append(look)
        progress.epoch = look.epoch
        values = {
            name: value for name, value in asdict(look).items() if name != "epoch" and value is not None
        }
        log(look.epoch, values)
        say(_said(look, self.settings.epochs))

    def _done(self) -> bool:
        patience = self.settings.patience
        return bool(patience) and self.progress.epoch - self.progress.best >= patience

    def _judge(self, part: Part) -> tuple[float, float]:
        """Cross entropy and accuracy by window."""
        import torch

        scores = torch.from_numpy(self.scores(part))
        truth = torch.from_numpy(part.targets)
        loss = torch.nn.functional.cross_entropy(scores, truth)
        return float(loss), float((scores.argmax(1) == truth).float().mean())

    def scores(self, part: Part) -> NDArray[np.float32]:
        """Scores of every window of a part, (window, label)."""
        import torch

        self.model.eval()
        found = []
        with torch.inference_mode():
            for at in range(0, len(part), AT_ONCE):
                inputs = self._to_device(self.data.batch(part.rows[at : at + AT_ONCE]))
                found.append(self.model(*inputs)[0].float().cpu().numpy())
        return np.concatenate(found)

    def _to_device(self, tensors: list["Tensor"]) -> list["Tensor"]:
        return [tensor.to(self.device, non_blocking=True) for tensor in tensors]

    def save(self) -> None:
        """Write the checkpoint: in whole, or not at all."""
        progress = self.progress
        state = {
            "epoch": progress.epoch,
            "best": progress.best,
            "kept": progress.kept,
            "looks": [asdict(look) for look in progress.looks],
            "model": self.model.state_dict(),
            "optimiser": self._optimiser.state_dict(),
            "schedule": self._schedule.state_dict(),
            "clock": asdict(self.clock),
        }
        save_state(self._folder, state)
        self._saved_s = time.monotonic()

    def _resume(self, say: Say) -> bool:
        state = load_state(self._folder, self.device)
        if state is None:
            return False
        self.model.load_state_dict(state["model"])
        self._optimiser.load_state_dict(state["optimiser"])
        self._schedule.load_state_dict(state["schedule"])
        looks = [Look(**look) for look in state["looks"]]
        self.progress = Progress(state["epoch"], looks, state["best"], state["kept"])
        self.clock = Clock(**state["clock"])
        say(f"goes on after epoch {state['epoch']}")
        return True


def standardise(model: "nn.Module", data: FoldData, seed: int) -> None:
    """The inputs' means and deviations, from training windows alone."""
    rng = np.random.default_rng([seed, len(data.train)])
    chosen = np.sort(rng.permutation(len(data.train))[:STANDARD_WINDOWS])
    device = next(model.parameters()).device
    of: Any = model
    of.standardise([tensor.to(device) for tensor in data.batch(data.train.rows[chosen])])


def _better(look: Look, best: Look) -> bool:
    """By validation accuracy, at a tie by its loss; by the training loss where nothing validates."""
    if look.validation_accuracy is None or best.validation_accuracy is None:
        return look.loss < best.loss - STILL
    mine = (look.validation_accuracy, -(look.validation_loss or 0.0))
    return mine > (best.validation_accuracy, -(best.validation_loss or 0.0))


def _share(step: int, total: int, warm_up: float) -> float:
    """Of the largest rate: up in a line, down as half a cosine."""
    rising = max(1, round(warm_up * total))
    if step < rising:
        return (step + 1) / rising
    return 0.5 * (1 + math.cos(math.pi * min(1.0, (step - rising) / max(1, total - rising))))


def _mixed(seed: int, epoch: int) -> int:
    """One number for torch from two."""
    return int(np.random.SeedSequence([seed, epoch]).generate_state(1, np.uint64)[0] >> np.uint64(1))


def _device(settings: Schedule) -> str:
    import torch

    if settings.device != "auto":
        return settings.device
    return "cuda" if torch.cuda.is_available() else "cpu"


def _low_precision(settings: Schedule, device: str) -> bool:
    return settings.precision == "bfloat16" or (settings.precision == "auto" and device == "cuda")


def _said(look: Look, epochs: int) -> str:
    text = f"epoch {look.epoch}/{epochs}: loss {look.loss:.3f}"
    if look.validation_accuracy is not None:
        text += f", validation {100 * look.validation_accuracy:.2f} % (loss {look.validation_loss:.3f})"
    return text
