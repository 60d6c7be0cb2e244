"""One measured process: the controller, or a bare subscriber of the same link, for some seconds.

`python -m myoedge.boards.probe controller|bare ADDRESS SECONDS ...` prints one JSON object. It runs in a
process of its own so that CPU and memory are those of a user's controller, and nothing of the measuring
side's.
"""

import asyncio
import json
import resource
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from myoedge.edge.event import Event
from myoedge.edge.profile import load_profile
from myoedge.edge.runtime import Sink
from myoedge.edge.sinks import open_sink

NEVER_NS = 1 << 62
SETTLE_S = 2.0  # connection, imports and first windows are start-up, not the rate that is measured


def main(arguments: Sequence[str]) -> int:
    """kind address radio seconds udp-port bundle engine profile-file hop-ms ("" where not asked for)."""
    kind, address, radio, seconds, port, bundle, engine, profile, hop_ms = arguments
    if kind == "bare":
        row = asyncio.run(_bare(address, radio, float(seconds)))
    else:
        row = asyncio.run(_controller(address, radio, float(seconds), port, bundle, engine, profile, hop_ms))
    print(json.dumps(row))
    return 0


async def _bare(address: str, radio: str, seconds: float) -> dict[str, Any]:
    """Subscribes and keeps the bytes, decodes nothing: what anybody pays for these packets."""
    from myoedge.firmware_bridge.armbands import open_armband

    packets = 0

    def counted(_: object) -> None:
        nonlocal packets
        packets += 1

    async with open_armband(address, radio) as armband:
        armband.hush(NEVER_NS)
        await asyncio.sleep(SETTLE_S)
        meter = Meter()
        await asyncio.sleep(seconds)
        row = meter.read()
        armband.listeners.append(counted)
        reading = asyncio.create_task(armband.drain())
        await asyncio.sleep(0.1)
        reading.cancel()
        return {**row, "packets_per_s": packets / (SETTLE_S + seconds)}


async def _controller(
    address: str, radio: str, seconds: float, port: str, bundle: str, engine: str, profile: str, hop_ms: str
) -> dict[str, Any]:
    from myoedge.firmware_bridge.device import Choice, Device

    began_ns = time.monotonic_ns()
    log = EventLog()
    sinks: list[Sink] = [log, open_sink(f"udp:127.0.0.1:{port}")]
    choice = Choice(
        bundle=bundle,
        engine=engine or None,
        profile=load_profile(Path(profile)) if profile else None,
        budget_ms=1000,  # nothing is refused here: what is missed is what is measured
        hop_ms=float(hop_ms) if hop_ms else None,
        every=True,
    )
    async with Device(address, radio, choice, sinks) as device:
        stop = asyncio.Event()
        device.settle()
        running = asyncio.create_task(device.run(stop))
        await asyncio.sleep(SETTLE_S)
        meter, seen = Meter(), len(log.rows)
        await asyncio.sleep(seconds)
        row = meter.read()
        rows = log.rows[seen:]
        stop.set()
        await running
        return {
            **row,
            "rows": rows,
            "first_event_ms": (log.first_ns - began_ns) / 1e6 if log.first_ns else None,
            "linked_to_event_ms": (log.first_ns - log.linked_ns) / 1e6 if log.first_ns else None,
            "engine": device.loaded.engine.name if device.loaded.engine else None,
            "counters": device.status()["counters"],
            "link": dict(device.armband.counters),
        }


class EventLog:
    """A sink that keeps the times of every decision."""

    def __init__(self) -> None:
        self.rows: list[tuple[int, int, dict[str, int]]] = []  # arrival, emitted, stamps
        self.linked_ns = self.first_ns = 0

    def __call__(self, event: Event) -> None:
        if event.label == "linked" and not self.linked_ns:
            self.linked_ns = event.emitted_ns
        if event.kind == "gesture" and event.phase in ("hold", "start"):
            self.first_ns = self.first_ns or event.emitted_ns
            self.rows.append((event.arrival_ns, event.emitted_ns, dict(event.stamps)))


class Meter:
    """CPU and memory of this process since it was made."""

    def __init__(self) -> None:
        self._cpu_s, self._wall_s = time.process_time(), time.monotonic()

    def read(self) -> dict[str, float]:
        wall_s = time.monotonic() - self._wall_s
        return {
            "cpu_percent": 100 * (time.process_time() - self._cpu_s) / wall_s,
            "rss_mb": _resident_mb(),
            "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            "seconds": wall_s,
        }


def _resident_mb() -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return float("nan")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
