"""A real browser without a screen, driven over its debugging socket; and a monitor for it to open."""

import base64
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

LONG_S = 60.0  # far more than anything here takes; a hang must not hang the suite
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--disable-extensions",
    "--disable-background-timer-throttling", "--disable-renderer-backgrounding", "--mute-audio",
    "--autoplay-policy=no-user-gesture-required", "--remote-debugging-port=0", "--remote-allow-origins=*",
)  # fmt: skip
KEYS = {"Tab": 9, "Enter": 13, "Escape": 27, "ArrowUp": 38, "ArrowDown": 40, " ": 32, "Backspace": 8}


class Tab:
    """One page: run scripts in it, press keys, look at it."""

    def __init__(self, url: str) -> None:
        from websockets.sync.client import connect

        self._stack = contextlib.ExitStack()
        self._socket = self._stack.enter_context(connect(url, max_size=None, compression=None))
        self._number = 0
        self.errors: list[str] = []
        for domain in ("Runtime", "Page", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **words: Any) -> dict[str, Any]:
        """One command; what else the browser says meanwhile is looked through for errors."""
        self._number += 1
        self._socket.send(json.dumps({"id": self._number, "method": method, "params": words}))
        while True:
            row = json.loads(self._socket.recv(timeout=LONG_S))
            if row.get("id") == self._number:
                assert "error" not in row, row
                return dict(row["result"])
            if row.get("method") == "Runtime.exceptionThrown":
                self.errors.append(json.dumps(row["params"]["exceptionDetails"])[:500])
            if row.get("method") == "Log.entryAdded" and row["params"]["entry"]["level"] == "error":
                self.errors.append(row["params"]["entry"]["text"])

    def run(self, script: str) -> Any:
        """The value of an expression in the page."""
        done = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in done, done["exceptionDetails"]
        return done["result"].get("value")

    def until(self, script: str, seconds: float = LONG_S) -> Any:
        """Wait until that is true in the page; fails with what the page shows when it never is."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if value := self.run(script):
                return value
            time.sleep(0.03)
        raise AssertionError(f"never: {script}; the page shows: {self.run('document.body.innerText')}")

    def press(self, key: str) -> None:
        """One key, down and up, wherever the focus is."""
        text = {"Enter": "\r"}.get(key, key if len(key) == 1 else "")
        code = KEYS.get(key, ord(key.upper()) if len(key) == 1 else 0)
        words = {"key": key, "code": key, "windowsVirtualKeyCode": code}
        self.call("Input.dispatchKeyEvent", type="keyDown", **words, **({"text": text} if text else {}))
        self.call("Input.dispatchKeyEvent", type="keyUp", **words)

    def tab_to(self, script: str) -> None:
        """Press Tab until the focused element fulfils that; it is called `it` there."""
        for _ in range(80):
            if self.run(f"((it) => {script})(document.activeElement)"):
                return
            self.press("Tab")
        raise AssertionError(f"the keyboard does not reach {script}")

    def front(self) -> None:
        """Be the page that is looked at; the others are dark."""
        self.call("Page.bringToFront")

    def look(self, width: int, height: int, scheme: str = "light") -> None:
        """Be a screen of that size and scheme."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self.call("Emulation.setDeviceMetricsOverride", **size)
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.call("Emulation.setEmulatedMedia", features=features)

    def picture(self, path: Path) -> None:
        """What is on the screen, as a PNG."""
        data = self.call("Page.captureScreenshot", format="png")["data"]
        path.write_bytes(base64.b64decode(data))

    def close(self) -> None:
        with contextlib.suppress(Exception):  # it may be gone already
            self.call("Page.close")
        self._stack.close()


class Browser:
    """A Chromium of this test's own."""

    def __init__(self, program: str, folder: Path) -> None:
        self._said = (folder / "said").open("wb")
        self._process = subprocess.Popen(
            [program, *QUIET, f"--user-data-dir={folder}", "about:blank"],
            stdout=self._said, stderr=self._said, env={**os.environ, "HOME": str(folder)},
        )  # fmt: skip
        port = folder / "DevToolsActivePort"
        end = time.monotonic() + LONG_S
        while not (port.exists() and port.read_text().strip()):
            assert self._process.poll() is None and time.monotonic() < end, (folder / "said").read_text()
            time.sleep(0.05)
        self._port = port.read_text().split()[0]
        self.tabs: list[Tab] = []

    def open(self, url: str) -> Tab:
        """A new page there."""
        address = f"http://127.0.0.1:{self._port}/json/new"
        with urllib.request.urlopen(urllib.request.Request(address, method="PUT"), timeout=LONG_S) as answer:
            self.tabs.append(Tab(json.load(answer)["webSocketDebuggerUrl"]))
        self.tabs[-1].call("Page.navigate", url=url)
        self.tabs[-1].until("document.readyState === 'complete' && typeof $ === 'function'")
        return self.tabs[-1]

    def close(self) -> None:
        for tab in self.tabs:
            tab._stack.close()
        self._process.terminate()
        self._process.wait(LONG_S)
        self._said.close()


@pytest.fixture(scope="module")
def browser() -> Generator[Browser, None, None]:
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        pytest.skip("no Chromium here to open the page in: apt-get install chromium")
    with tempfile.TemporaryDirectory(prefix="c", ignore_cleanup_errors=True) as folder:
        browser = Browser(program, Path(folder))
        yield browser
        browser.close()


class Monitor:
    """`myoedge monitor --web` as a person starts it, with a home of its own."""

    def __init__(self, home: Path, sockets: str, *words: str) -> None:
        (home / "tmp").mkdir(exist_ok=True)
        self.home = home
        self.env = {
            **{name: value for name, value in os.environ.items() if not name.startswith("MYOEDGE_CO")},
            "XDG_RUNTIME_DIR": sockets,
            "MYOEDGE_DATA": str(home / "data"),
            "MYOEDGE_CONFIG": str(home / "myoedge.toml"),
            "TMPDIR": str(home / "tmp"),
            "OMP_NUM_THREADS": "1",
        }
        command = [sys.executable, "-m", "myoedge", "monitor", *words, "--web", "--port", "0", "--json"]
        self.process = subprocess.Popen(
            command, env=self.env, cwd=home, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        assert self.process.stdout and self.process.stderr
        line = self.process.stdout.readline()
        assert line, self.process.stderr.read()
        self.told = json.loads(line)
        self.url = self.told["url"]

    def profiles(self, name: str) -> list[Path]:
        return sorted((self.home / "data" / "profiles" / name).glob("[0-9]*.json"))

    def close(self) -> int:
        self.process.terminate()
        self.process.communicate(timeout=LONG_S)
        return self.process.returncode


@pytest.fixture(scope="module")
def monitor(tmp_path_factory: pytest.TempPathFactory) -> Generator[Monitor, None, None]:
    """A monitor that had to start the run itself."""
    with tempfile.TemporaryDirectory(prefix="m") as sockets:  # short: a socket's path has 107 bytes
        monitor = Monitor(tmp_path_factory.mktemp("m"), sockets, "virtual:myo?wearer=anna&routine=cycle")
        yield monitor
        assert monitor.close() == 130
        assert not list(Path(sockets).glob("*/*.sock"))
