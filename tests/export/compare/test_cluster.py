"""Folds on Ray: a worker that is killed costs its fold and nothing else."""

import json
import os
import signal
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from myoedge.edge.errors import NotThereError
from myoedge.export.compare.cluster import do_on_ray
from myoedge.export.compare.comparison import Crew, compare
from myoedge.export.supervised_recipe import Axes
from myoedge.export.supervised_run import RUN, STARTS
from myoedge.export.supervised_state import CHECKPOINT

Made = Any
LONG_S = 240  # far more than it takes
ONE = Axes(inputs=(("emg", "imu"),), models=("hierarchical attention",))


@pytest.mark.skipif(find_spec("ray") is None, reason="Ray (the extra `cluster`) is not installed here")
def test_a_killed_worker_costs_only_its_fold(made: Made, tmp_path: Path) -> None:
    changes = {"training": {"epochs": 15, "patience": 0}}
    path, out = made.toml(tmp_path / "made.toml", **changes), tmp_path / "out"
    narrowed = ["--inputs", "emg+imu", "--models", "hierarchical attention", "--workers", "1"]
    folders = ["--root", str(made.root), "--cache", str(made.cache), "--out", str(out)]
    process = subprocess.Popen(
        [sys.executable, "-m", "myoedge", "compare", str(path), *folders, *narrowed, "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    run = out / "made" / "emg+imu" / "hierarchical-attention" / "ben-seed0"
    try:
        until = time.monotonic() + LONG_S
        while not (run / CHECKPOINT).exists() and time.monotonic() < until and process.poll() is None:
            time.sleep(0.02)
        os.kill(int((run / STARTS).read_text().split()[1]), signal.SIGKILL)
        printed, said = process.communicate(timeout=LONG_S)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=LONG_S)
    assert process.returncode == 0, said
    assert json.loads(printed)["cost"]["again"] == 1
    compare([made.recipe(**changes)], made.root, tmp_path / "here", made.cache, Crew(here=True), ONE, print)
    starts = {}
    for mine in sorted(out.rglob(RUN)):
        rows = [json.loads((one / mine.relative_to(out)).read_text()) for one in (out, tmp_path / "here")]
        starts[rows[0]["fold"]] = rows[0].pop("cost")["starts"]
        del rows[1]["cost"]
        assert rows[0] == rows[1]
    assert starts == {"anna": 1, "ben": 2, "chen": 1}


@pytest.mark.skipif(find_spec("ray") is None, reason="Ray (the extra `cluster`) is not installed here")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_comparison_is_gone_and_leaves_no_worker(
    made: Made, tmp_path: Path, number: int
) -> None:
    path, out = made.toml(tmp_path / "made.toml", training={"epochs": 9999, "patience": 0}), tmp_path / "out"
    narrowed = ["--inputs", "emg+imu", "--models", "hierarchical attention", "--workers", "1"]
    folders = ["--root", str(made.root), "--cache", str(made.cache), "--out", str(out)]
    process = subprocess.Popen(
        [sys.executable, "-m", "myoedge", "compare", str(path), *folders, *narrowed],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    run = out / "made" / "emg+imu" / "hierarchical-attention" / "anna-seed0"
    until = time.monotonic() + LONG_S
    while not (run / CHECKPOINT).exists() and time.monotonic() < until and process.poll() is None:
        time.sleep(0.02)
    worker = Path("/proc") / (run / STARTS).read_text().split()[1]
    assert worker.exists()
    process.send_signal(number)
    printed, said = process.communicate(timeout=LONG_S)
    while worker.exists() and time.monotonic() < until:
        time.sleep(0.02)
    assert (process.returncode, printed) == (130, "")
    assert not worker.exists()
    assert "Traceback" not in said


def test_without_ray_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(NotThereError, match=r"myoedge\[cluster\].*--here"):
        next(do_on_ray([], None, 1))
