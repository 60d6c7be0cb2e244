"""Tasks and who does them: one fold a task, in this process or on a cluster."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from myoedge.export.cache import open_cached
from myoedge.export.supervised_recipe import Network, supervised_from_toml
from myoedge.export.supervised_run import RUN, Job, train_run

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Task:
    """A job in plain values, so that any process can do it; folders are the same for every worker."""

    recipe: Mapping[str, Any]
    fold: str
    inputs: tuple[str, ...]
    kind: str
    fusion: str
    seed: int
    windows: str  # a folder that cached_windows left
    folder: str  # of the run

    @property
    def done(self) -> bool:
        return (Path(self.folder) / RUN).is_file()


def task_of(job: Job, windows: Path, folder: Path) -> Task:
    network = job.network
    return Task(
        job.recipe.row,
        job.fold,
        job.inputs,
        network.kind,
        network.fusion,
        job.seed,
        str(windows.resolve()),
        str(folder.resolve()),
    )


def do(task: Task, say: Say = lambda _: None) -> str:
    """Train, test and keep one run; its folder."""
    recipe = supervised_from_toml(task.recipe)
    job = Job(recipe, task.fold, task.inputs, Network(task.kind, task.fusion), task.seed)
    train_run(job, open_cached(Path(task.windows)), Path(task.folder), say)
    return task.folder


def do_here(tasks: Sequence[Task]) -> Iterator[str]:
    """One after the other in this process."""
    for task in tasks:
        yield do(task)
