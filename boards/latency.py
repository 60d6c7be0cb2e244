"""The latency bench: controller and bare subscriber of the same link, in turn, in one run."""

import json
import os
import platform
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from myoedge.edge.errors import MyoedgeError

STOPS = ("chunk", "signal", "window", "engine", "decision")


@dataclass(frozen=True, slots=True)
class Plan:
    """What is measured."""

    address: str = "virtual:myo"
    radio: str = "bluez"
    seconds: float = 20.0
    bundle: str = "default"
    engine: str = ""
    profile: str = ""  # a file
    hop_ms: str = ""  # "" is the bundle's
    decisions_per_s: float = 20.0


def bench_latency(plan: Plan) -> dict[str, Any]:
    """Run the bare subscriber, then the controller; the row of `bench latency --json`."""
    load = os.getloadavg()[0]
    bare = _probe("bare", plan, 0)
    heard = _Datagrams()
    ours = _probe("controller", plan, heard.port)
    heard.close()
    rows = ours.pop("rows")
    if not rows:
        raise MyoedgeError(
            "the controller made no decision; run `myoedge run` on the same armband to see why"
        )
    expected = round(ours["seconds"] * plan.decisions_per_s)
    return {
        "armband": plan.address,
        "bundle": plan.bundle,
        "engine": ours["engine"],
        "decisions": len(rows),
        "expected": expected,
        "missed": max(0, expected - len(rows)),
        "ms": _milliseconds(rows, heard.received),
        "cpu_percent": ours["cpu_percent"],
        "bare_cpu_percent": bare["cpu_percent"],
        "above_bare_cpu_percent": ours["cpu_percent"] - bare["cpu_percent"],
        "rss_mb": ours["rss_mb"],
        "peak_rss_mb": ours["peak_rss_mb"],
        "bare_rss_mb": bare["rss_mb"],
        "linked_to_event_ms": ours["linked_to_event_ms"],
        "first_event_ms": ours["first_event_ms"],
        "packets_per_s": bare["packets_per_s"],
        "counters": ours["counters"],
        "link": ours["link"],
        "board": platform.machine(),
        "cpus": os.cpu_count(),
        "load": load,
    }


def _probe(kind: str, plan: Plan, port: int) -> dict[str, Any]:
    words = (
        kind,
        plan.address,
        plan.radio,
        str(plan.seconds),
        str(port),
        plan.bundle,
        plan.engine,
        plan.profile,
    )
    command = (sys.executable, "-m", "myoedge.boards.probe", *words, plan.hop_ms)
    done = subprocess.run(command, capture_output=True, text=True, timeout=plan.seconds + 90, check=False)
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise MyoedgeError(f"the {kind} process failed: {said[-1] if said else done.returncode}")
    row: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return row


class _Datagrams:
    """Receives the controller's UDP events in this process: the whole way to a listener."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self.received: dict[int, int] = {}  # arrival_ns -> received_ns
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while data := self._socket.recv(1 << 16):
            now_ns = time.monotonic_ns()
            row = json.loads(data)
            if row["kind"] == "gesture":
                self.received.setdefault(row["arrival_ns"], now_ns)

    def close(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
            end.sendto(b"", ("127.0.0.1", self.port))
        self._thread.join(1)
        self._socket.close()


def _milliseconds(rows: Sequence[Sequence[Any]], received: Mapping[int, int]) -> dict[str, dict[str, float]]:
    """arrival_to_event and arrival_to_listener, then each stop's own time."""
    out = {"arrival_to_event": _spread([(emitted - arrival) / 1e6 for arrival, emitted, _ in rows])}
    heard = [(received[arrival] - arrival) / 1e6 for arrival, _, _ in rows if arrival in received]
    if heard:
        out["arrival_to_listener"] = _spread(heard)
    before = [arrival for arrival, _, _ in rows]
    for stop in STOPS:
        now = [stamps[stop] for _, _, stamps in rows]
        out[stop] = _spread([(b - a) / 1e6 for a, b in zip(before, now, strict=True)])
        before = now
    return out


def _spread(values: Sequence[float]) -> dict[str, float]:
    p50, p95, p99 = np.percentile(values, (50, 95, 99))
    return {"p50": float(p50), "p95": float(p95), "p99": float(p99), "max": float(np.max(values))}
