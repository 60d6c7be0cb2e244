"""The way through a comparison: windows once, then every fold that is not done, then table and report."""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from myoedge.edge.errors import UsageError
from myoedge.export.cache import cached_windows
from myoedge.export.compare.cluster import do_on_ray
from myoedge.export.compare.crew import Task, do_here, task_of
from myoedge.export.compare.plan import folder_of, plan
from myoedge.export.compare.report import write_report
from myoedge.export.compare.tally import tally
from myoedge.export.supervised_recipe import Axes, SupervisedRecipe
from myoedge.export.supervised_run import Job, load_run

RESULT = "comparison.json"

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Crew:
    """Who does the folds."""

    workers: int = 1
    address: str | None = None  # of a Ray cluster; None: this machine
    here: bool = False  # in this process, without Ray


def compare(
    recipes: Sequence[SupervisedRecipe],
    root: Path,
    out: Path,
    cache: Path,
    crew: Crew,
    only: Axes,
    say: Say,
) -> dict[str, Any]:
    """Train and test all that the recipes cross, below `out`; what is finished there is taken as it is.

    `root` holds one unpacked folder a data set, or is one. Writes comparison.json, table.csv, people.csv,
    pairs.csv and report.html. Raises UsageError where `out` holds runs of another recipe.
    """
    if len({recipe.name for recipe in recipes}) < len(recipes):
        raise UsageError("two recipes bear one name; wanted a name for each")
    tasks: list[Task] = []
    skipped: list[str] = []
    for recipe in recipes:
        cached = cached_windows(recipe, root_of(root, recipe.data.dataset), cache, say)
        made = plan(recipe, cached, only)
        skipped += [f"{recipe.name}: {text}" for text in (*cached.dataset.skipped, *made.skipped)]
        tasks += [_checked(job, cached.folder, out) for job in made.jobs]
    waiting = [task for task in tasks if not task.done]
    say(f"{len(tasks)} runs, {len(tasks) - len(waiting)} of them done before")
    begun = time.perf_counter()
    _work(waiting, crew, out, say)
    wall_s = time.perf_counter() - begun
    runs = [load_run(Path(task.folder)) for task in tasks]
    parts = tally(runs)
    done = [load_run(Path(task.folder)).row["cost"] for task in waiting]
    cost = {
        "runs": len(waiting),
        "workers": 1 if crew.here else crew.workers,
        "wall_s": round(wall_s, 1),
        "run_s": round(sum(row["wall_s"] for row in done), 1),
        "again": sum(row["starts"] - 1 for row in done),  # runs that were begun more than once
    }
    row = {"out": str(out), "parts": parts, "skipped": skipped, "cost": cost}
    (out / RESULT).write_text(json.dumps(row), encoding="utf-8")
    write_report(out, parts, runs)
    return row


def root_of(root: Path, dataset: str) -> Path:
    """The set's folder: the one of its name below `root`, else `root` itself."""
    return root / dataset if (root / dataset).is_dir() else root


def _checked(job: Job, windows: Path, out: Path) -> Task:
    """The job as a task; a finished run of something else in its place is refused before anything is done."""
    folder = out / folder_of(job)
    task = task_of(job, windows, folder)
    if task.done and load_run(folder).row.get("digest") != job.digest:
        raise UsageError(f"{folder} holds a run of another recipe; use another --out")
    return task


def _work(tasks: Sequence[Task], crew: Crew, out: Path, say: Say) -> None:
    if not tasks:
        return
    begun = time.perf_counter()
    finished = do_here(tasks) if crew.here else do_on_ray(tasks, crew.address, crew.workers)
    for count, folder in enumerate(finished, 1):
        row = load_run(Path(folder)).row
        left_s = (time.perf_counter() - begun) / count * (len(tasks) - count)
        share = 100 * row["metrics"]["gesture_accuracy"]
        name = Path(folder).relative_to(out.resolve())
        say(f"{count}/{len(tasks)} {name}: {share:.1f} % by gesture; about {_minutes(left_s)} left")


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 90 else f"{seconds:.0f} s"
