"""A store with one wearer in it, and their calibration."""

import asyncio
import tempfile
from collections.abc import Callable, Generator
from pathlib import Path

import pytest

from myoedge.boards.refit import read
from myoedge.calibration.learn import learn
from myoedge.calibration.store import Store
from myoedge.edge.bundle import load_bundle


@pytest.fixture(autouse=True)
def runtime(monkeypatch: pytest.MonkeyPatch) -> Generator[None, None, None]:
    """Locks and sockets of this test's own, under a path short enough for a socket."""
    with tempfile.TemporaryDirectory(prefix="m") as folder:
        monkeypatch.setenv("XDG_RUNTIME_DIR", folder)
        yield


@pytest.fixture
def anna(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, calibration_recording: Callable[..., None]) -> Path:
    """The profile in use of `anna`, fitted to the classic bundle; its recording lies beside it."""
    monkeypatch.setenv("MYOEDGE_DATA", str(tmp_path / "data"))
    recording = Store().new_recording("anna")
    calibration_recording(recording)
    stretch, specs = asyncio.run(read(recording))
    learned = learn(load_bundle("classic"), None, [stretch], specs, wearer="anna", armband="virtual:myo")
    return Store().save("anna", learned.profile, recording)
