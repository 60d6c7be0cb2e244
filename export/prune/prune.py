"""One command's work: a trained network to a smaller one, and accuracy against multiply-adds."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.errors import UsageError
from myoedge.export.network import FloatNetwork, network_of
from myoedge.export.prune.cut import cut
from myoedge.export.prune.electrodes import electrodes
from myoedge.export.prune.importance import Importance, importance, transformer
from myoedge.export.prune.plan import make_plan
from myoedge.export.prune.spent import ENGINES, spend
from myoedge.export.prune.task import Episodes, Task, Windows
from myoedge.export.prune.unstructured import masked_by_nncf, plain

BATCHES = 30  # that tell the importance; of episodes some 40 s of one core

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Asked:
    """What to prune to, and what to measure beside it."""

    macs: float  # share of the multiply-adds that stays, of the network that is kept
    curve: tuple[float, ...] = ()  # other shares, for the table
    steps: int = 200  # of learning again, at each share
    way: str = "taylor"
    width: int | None = None  # channels of the residual path that stay; None: all
    electrodes: bool = False
    unstructured: float | None = None  # share of the weights that NNCF sets to zero, for one row of the table
    engines: tuple[str, ...] = ENGINES  # whose files are made and timed

    def __post_init__(self) -> None:
        for share in (self.macs, *self.curve):
            if not 0 < share < 1:
                raise UsageError(
                    f"a share of {share} of the multiply-adds is asked for; wanted more than 0, less than 1"
                )
        if self.unstructured is not None and not 0 < self.unstructured < 1:
            raise UsageError(
                f"a share of {self.unstructured} of the weights; wanted more than 0, less than 1"
            )


@dataclass(frozen=True, slots=True, eq=False)
class Pruned:
    """The smaller network and all that was measured."""

    network: FloatNetwork
    report: dict[str, Any]


def prune(network: FloatNetwork, task: Episodes | Windows, asked: Asked, say: Say) -> Pruned:
    """Raises UsageError for a network without attention or a target out of reach."""
    model = transformer(network.model)
    dense = task.measure(model)
    say(f"dense: {network.row['macs']} multiply-adds, {said(dense)}")
    found = importance(model, task.loss, BATCHES, asked.way)
    for share in (asked.macs, *asked.curve):  # all can be met before the first one costs minutes
        make_plan(network, model, found, round(share * network.row["macs"]), asked.width)
    shares = dict.fromkeys((asked.macs, *asked.curve))
    points = {share: _point(network, found, task, asked, share, say) for share in shares}
    kept, _ = points[asked.macs]
    report = {
        "network": network.name,
        "from": network.digest,
        "to": kept.digest,
        "asked": asdict(asked),
        "dense": {"macs": network.row["macs"], "parameters": network.row["parameters"], "reached": dense},
        "points": [row for _, row in sorted(points.values(), key=lambda one: -one[1]["macs"])],
    }
    others = {"dense": network.model, "pruned": kept.model}
    if asked.unstructured is not None:
        others["unstructured"], report["unstructured"] = _unstructured(network, task, asked, say)
    say("the networks in the engines' formats")
    inputs = _noise(network)
    report["spent"] = [asdict(one) for one in spend(others, inputs, asked.engines)]
    if asked.electrodes:
        report["electrodes"] = _electrodes(kept, task, say)
    return Pruned(kept, report)


def said(reached: dict[str, float]) -> str:
    """Shares in words."""
    return ", ".join(f"{name} {100 * value:.2f} %" for name, value in reached.items())


def _point(
    network: FloatNetwork, found: Importance, task: Task, asked: Asked, share: float, say: Say
) -> tuple[FloatNetwork, dict[str, Any]]:
    """Cut to one share, and let it learn again."""
    begun = time.perf_counter()
    plan = make_plan(
        network, transformer(network.model), found, round(share * network.row["macs"]), asked.width
    )
    model, options = cut(network, plan)
    raw = task.measure(model)
    say(f"{share:.2f} of the multiply-adds, before it learns again: {said(raw)}")
    task.tune(model, asked.steps, say)
    reached = task.measure(model)
    say(f"{share:.2f} of the multiply-adds: {said(reached)}")
    how = {
        "how": "pruned",
        "from": network.digest,
        "macs": share,
        "importance": asked.way,
        "steps": asked.steps,
        "reached": reached,
    }
    row = network.row
    made = network_of(
        model, row["recipe"], options, network.inputs, row["labels"], [*row["made"], how], row["run"]
    )
    return made, {
        "target": share,
        "macs": made.row["macs"],
        "share": round(made.row["macs"] / row["macs"], 4),
        "parameters": made.row["parameters"],
        **{name: options[name] for name in ("width", "heads", "hidden")},
        "raw": raw,
        "reached": reached,
        "s": round(time.perf_counter() - begun, 1),
    }


def _unstructured(network: FloatNetwork, task: Task, asked: Asked, say: Say) -> tuple[Any, dict[str, Any]]:
    share = asked.unstructured or 0.0
    pruned = masked_by_nncf(network, share)
    task.tune(pruned, asked.steps, say)
    model = plain(pruned, network.model)
    reached = task.measure(model)
    say(f"{share:.2f} of the weights zero: {said(reached)}")
    return model, {"share": share, "reached": reached}


def _electrodes(network: FloatNetwork, task: Task, say: Say) -> list[dict[str, Any]]:
    if not isinstance(task, Episodes):
        raise UsageError(
            "which electrode of a run to drop, isolate says; --electrodes is for a bundle's network"
        )
    return [asdict(row) for row in electrodes(network.model, task.held_out, task.pool, say=say)]


def _noise(network: FloatNetwork) -> dict[str, NDArray[np.float32]]:
    """Windows to be timed on; what they hold changes nothing."""
    rng = np.random.default_rng(0)
    return {
        name: rng.standard_normal((4, *shape)).astype(np.float32) for name, shape in network.inputs.items()
    }
