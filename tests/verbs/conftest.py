"""The command as a person calls it: a process of its own, with settings, profiles and sockets of its own."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest

LONG_S = 60  # far more than any call takes; a hang must not hang the suite


class Desk:
    """A person's computer: every call shares one home, and whatever still runs is ended with it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._run = tempfile.TemporaryDirectory(prefix="m")  # short: a socket's path has 107 bytes
        self.sockets = Path(self._run.name) / "myoedge"
        (home / "tmp").mkdir()
        self.env = {
            **{name: value for name, value in os.environ.items() if not name.startswith("MYOEDGE_CO")},
            "XDG_RUNTIME_DIR": self._run.name,
            "MYOEDGE_DATA": str(home / "data"),
            "MYOEDGE_CONFIG": str(home / "myoedge.toml"),
            "TMPDIR": str(home / "tmp"),
            "OMP_NUM_THREADS": "1",
        }
        self.started: list[subprocess.Popen[str]] = []

    def start(self, *words: str, **more: Any) -> "subprocess.Popen[str]":
        """Begin a verb."""
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL, **more}
        process = subprocess.Popen(
            [sys.executable, "-m", "myoedge", *words], env=self.env, cwd=self.home, text=True, **pipes
        )
        self.started.append(process)
        return process

    def call(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """Call a verb and wait for its end."""
        process = self.start(*words)
        out, err = process.communicate(timeout=LONG_S)
        return subprocess.CompletedProcess(words, process.returncode, out, err)

    def json(self, *words: str) -> Any:
        """Call a verb that must end well, and read its result."""
        done = self.call(*words, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def orphans(self) -> list[str]:
        """Virtual armbands of this home that still run."""
        mark = f"TMPDIR={self.env['TMPDIR']}".encode()
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if mark in (folder / "environ").read_bytes().split(b"\0"):
                    found.append((folder / "cmdline").read_bytes().replace(b"\0", b" ").decode())
            except OSError:
                continue  # it has just ended
        return [line for line in found if "firmware_bridge.virtual" in line]

    def close(self) -> None:
        for process in self.started:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                try:
                    process.communicate(timeout=LONG_S)
                except subprocess.TimeoutExpired:
                    process.kill()
            for pipe in (process.stdout, process.stderr):
                if pipe and not pipe.closed:
                    pipe.close()
        self._run.cleanup()


@pytest.fixture
def desk(tmp_path: Path) -> Generator[Desk, None, None]:
    desk = Desk(tmp_path)
    yield desk
    desk.close()


@pytest.fixture(scope="module")
def office(
    tmp_path_factory: pytest.TempPathFactory, calibration_recording: Callable[..., None]
) -> Generator[Desk, None, None]:
    """A desk for a whole file, with the profile `anna` (classic) and the recording `session.jsonl`."""
    desk = Desk(tmp_path_factory.mktemp("o"))
    calibration_recording(desk.home / "session.jsonl")
    keep_profile(desk)
    yield desk
    desk.close()


def keep_profile(desk: Desk) -> None:
    """What `calibrate` would have kept of the recording."""
    from myoedge.boards.refit import read
    from myoedge.calibration.learn import learn
    from myoedge.calibration.store import Store
    from myoedge.edge.bundle import load_bundle

    store = Store(desk.home / "data" / "profiles")
    copy = store.new_recording("anna")
    copy.write_bytes((desk.home / "session.jsonl").read_bytes())
    stretch, specs = asyncio.run(read(desk.home / "session.jsonl"))
    learned = learn(load_bundle("classic"), None, [stretch], specs, wearer="anna", armband="virtual:myo")
    store.save("anna", learned.profile, copy)


@pytest.fixture
def call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., "subprocess.CompletedProcess[str]"]:
    """Calls a verb that opens no armband within this process, which is sooner; its home is `tmp_path`."""
    from myoedge.__main__ import main

    monkeypatch.setenv("MYOEDGE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("MYOEDGE_CONFIG", str(tmp_path / "myoedge.toml"))
    monkeypatch.chdir(tmp_path)

    def call(*words: str) -> "subprocess.CompletedProcess[str]":
        try:
            code = main([*words])
        except SystemExit as ended:  # of wrong usage
            code = int(ended.code or 0)
        said = capsys.readouterr()
        return subprocess.CompletedProcess(words, code, said.out, said.err)

    return call


@pytest.fixture
def first_line() -> Callable[["subprocess.Popen[str]"], str]:
    """The next line that a started verb writes to stdout; fails with its errors when there is none."""

    def read(process: "subprocess.Popen[str]") -> str:
        assert process.stdout and process.stderr
        line = process.stdout.readline()
        assert line, process.stderr.read()
        return line

    return read
