"""`train` for window classification: the recipe's own network on its folds, one run a fold."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from myoedge.edge.errors import UsageError
from myoedge.export.cache import cached_windows
from myoedge.export.compare.plan import jobs_of_one, run_name
from myoedge.export.score import mean_of
from myoedge.export.supervised_data import make_folds
from myoedge.export.supervised_recipe import SupervisedRecipe
from myoedge.export.supervised_run import train_run

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a command line may choose; empty: all folds, all inputs, the recipe's seed."""

    folds: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    seed: int | None = None


def train_windows(
    recipe: SupervisedRecipe, root: Path, out: Path, cache: Path, asked: Asked, say: Say
) -> dict[str, Any]:
    """Train and test each fold; a finished one is taken as it is, an interrupted one goes on.

    `root`: the set's unpacked folder. Raises UsageError for a fold that the scheme does not make.
    """
    cached = cached_windows(recipe, root, cache, say)
    found, skipped = make_folds(recipe, cached)
    names = [fold.name for fold in found]
    if unknown := sorted(set(asked.folds) - set(names)):
        raise UsageError(f"no fold {unknown[0]!r}; {recipe.data.folds} makes {', '.join(names)}")
    chosen = [fold for fold in found if not asked.folds or fold.name in asked.folds]
    seed = recipe.seed if asked.seed is None else asked.seed
    rows: dict[str, Any] = {}
    for job in jobs_of_one(recipe, chosen, asked.inputs or tuple(recipe.front.modalities), seed):
        run = train_run(job, cached, out / run_name(job), _within(job.fold, say))
        rows[job.fold] = {"folder": str(run.folder), **_facts(run.row)}
        say(f"{job.fold}: {_said(rows[job.fold])}")
    return {
        "recipe": recipe.name,
        "dataset": recipe.data.dataset,
        "folds": rows,
        "mean": mean_of(rows.values(), ("window_accuracy", "gesture_accuracy")),
        "skipped": [*cached.dataset.skipped, *skipped],
    }


def _within(fold: str, say: Say) -> Say:
    return lambda text: say(f"{fold}: {text}")


def _facts(row: Any) -> dict[str, Any]:
    names = ("windows", "gestures", "window_accuracy", "gesture_accuracy", "macro_f1")
    figures = {name: row["metrics"][name] for name in names}
    costs = {name: row["cost"][name] for name in ("windows_per_s", "data_share", "wall_s")}
    return {**figures, "epochs": row["training"]["epochs"], "parameters": row["parameters"], **costs}


def _said(row: Any) -> str:
    return (
        f"{100 * row['window_accuracy']:.1f} % by window, {100 * row['gesture_accuracy']:.1f} % by gesture, "
        f"{row['epochs']} epochs, {row['windows_per_s']:.0f} windows/s, {100 * row['data_share']:.1f} % of "
        "the time waiting for data"
    )


def text_of(row: dict[str, Any]) -> str:
    """For a terminal."""
    lines = [f"{row['recipe']}: {row['dataset']}"]
    lines += [f"  {name:<24} {_said(one)}" for name, one in row["folds"].items()]
    mean = row["mean"]
    lines.append(
        f"  {'mean':<24} {100 * mean['window_accuracy']:.1f} % by window, "
        f"{100 * mean['gesture_accuracy']:.1f} % by gesture"
    )
    return "\n".join([*lines, *(f"  left out: {text}" for text in row["skipped"])])
