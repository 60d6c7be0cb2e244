"""Tasks on Ray: one fold a task, one core and one torch thread a worker; a worker that dies costs its fold.

Ray (https://docs.ray.io) is imported here and nowhere else. With one thread a worker two workers do twice as
much; two threads in one worker were ten times slower where it was tried.
"""

import logging
import os
import shlex
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import redirect_stdout, suppress
from pathlib import Path
from typing import Any

from myoedge.edge.errors import LinkError, NotThereError
from myoedge.export.compare.crew import Task, do

RETRIES = 3  # of a task whose worker died
THREADS = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",  # nothing is sent anywhere
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
}


def do_on_ray(tasks: Sequence[Task], address: str | None, workers: int) -> Iterator[str]:
    """Folders of runs as they finish; `address` None: a cluster of `workers` processes on this machine.

    A task whose worker was killed is done again and goes on from its checkpoint. On a cluster every machine
    must see the folders of windows and runs under the same paths. After a KeyboardInterrupt no worker is left
    here, and Ray is of no use to this process any more. Raises NotThereError without Ray, LinkError
    where it cannot start or be reached.
    """
    ray = _imported()
    with redirect_stdout(sys.stderr):  # Ray prints there when a worker dies; stdout holds the result alone
        ended = signal.getsignal(signal.SIGTERM)
        try:
            _begin(ray, address, workers)
            signal.signal(signal.SIGTERM, ended)  # Ray takes it and would print a stack, and end as failed
            remote = ray.remote(num_cpus=1, max_retries=RETRIES)(do)
            waiting = [remote.remote(task) for task in tasks]
            while waiting:
                done, waiting = ray.wait(waiting, num_returns=1)
                yield _result(ray, done[0])
        except KeyboardInterrupt:
            if address is None:
                _kill_below(os.getpid())  # Ray's own farewell takes up to 3 s; checkpoints are always whole
            raise
        except BaseException:
            ray.shutdown()
            raise
        ray.shutdown()


def _kill_below(pid: int) -> None:
    """End a process's children and theirs, at once: here Ray's servers and their workers."""
    children: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(path.read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError, IndexError):  # it has just ended
            continue
        children.setdefault(parent, []).append(int(path.parent.name))
    below = [pid]
    for one in below:
        below += children.get(one, [])
    for one in below[1:]:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(one, signal.SIGKILL)


def _imported() -> Any:
    os.environ.update({name: os.environ.get(name, value) for name, value in QUIET.items()})
    try:
        import ray
    except ImportError as error:
        raise NotThereError(
            "compare runs its folds on Ray, which is not installed; pip install 'myoedge[cluster]', or "
            "add --here: one fold after the other in this process"
        ) from error
    return ray


def _begin(ray: Any, address: str | None, workers: int) -> None:
    where: dict[str, Any] = {"address": address}
    environment: dict[str, Any] = {"env_vars": THREADS}
    if address is None:
        where = {"address": "local", "num_cpus": workers, "include_dashboard": False}
        # Ray puts this into a shell's command as it stands: Python in a folder with a space starts no worker.
        environment["py_executable"] = shlex.quote(sys.executable)
    try:
        ray.init(
            **where,
            logging_level=logging.ERROR,
            log_to_driver=False,
            configure_logging=False,
            runtime_env=environment,
        )
    except Exception as error:  # Ray raises ConnectionError, RuntimeError, ValueError and its own
        raise LinkError(
            f"Ray cannot start or be reached at {address or 'this machine'} ({type(error).__name__}: "
            f"{error}); check --address, or add --here"
        ) from error


def _result(ray: Any, reference: Any) -> str:
    """A task's folder; an error of ours as itself."""
    try:
        folder: str = ray.get(reference)
    except ray.exceptions.RayTaskError as error:
        raise error.cause from error
    except ray.exceptions.WorkerCrashedError as error:
        raise LinkError(
            f"a fold's worker died {RETRIES + 1} times; start again, what is done stays"
        ) from error
    return folder
