"""The monitor in a terminal: bars and sparklines where there is one, a line of words a second where not."""

import asyncio
import json
from collections import deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from myoedge.boards.monitor.hub import Hub
from myoedge.boards.monitor.view import Facts, Picture

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

EVERY_S = 0.125  # a terminal over ssh need not draw more often
SPAN_S = 4.0  # of traces
CELLS = 40  # of a sparkline at most; each is a part of the span
BLOCKS = " ▁▂▃▄▅▆▇█"
STATES = {"linked": "linked", "silent": "NO SAMPLES COME", "gone": "THE RUN HAS ENDED; waiting for the next"}


class Sparks:
    """Feed pictures; `rows` are the strength of each channel over the last seconds, as characters."""

    def __init__(self, channels: int, columns_hz: float, full: float) -> None:
        self._parts: deque[NDArray[np.float32]] = deque()
        self._length, self._channels = round(SPAN_S * columns_hz), channels
        self._full = full  # swing that fills a character; more does, too

    def feed(self, picture: Picture) -> None:
        """Take in what has come."""
        swing = picture.traces.high - picture.traces.low
        self._parts.append(np.concatenate([*self._parts, swing])[-self._length :])
        while len(self._parts) > 1:
            self._parts.popleft()

    def rows(self, cells: int = CELLS) -> list[str]:
        """One a channel, oldest first; a gap is a dot."""
        known = self._parts[-1] if self._parts else np.zeros((0, self._channels), np.float32)
        padded = np.full((self._length, self._channels), 0.0, np.float32)
        if len(known):
            padded[-len(known) :] = known
        parts = np.array_split(padded, min(cells, self._length))
        peaks = np.array([np.fmax.reduce(part, axis=0) for part in parts])  # (cell, channel)
        return ["".join(_block(float(value), self._full) for value in row) for row in peaks.T]


def _block(value: float, full: float) -> str:
    if value != value:
        return "·"
    share = min(1.0, max(0.0, value / full)) ** 0.5  # rest must be seen beside a fist
    return BLOCKS[round(share * (len(BLOCKS) - 1))]


async def show(hub: Hub, seconds: float | None, console: "Console") -> None:
    """Draw until cancelled, or for so long."""
    from rich.live import Live

    stir, sparks, seen = asyncio.Event(), None, 0
    hub.stirs.add(stir)
    ends = asyncio.get_running_loop().time() + (seconds or float("inf"))
    with Live(console=console, auto_refresh=False, screen=False) as live:
        drawn = 0.0
        while (now := asyncio.get_running_loop().time()) < ends:
            await _stirred(stir, ends - now)
            facts, picture = hub.facts, hub.picture
            if facts is None or picture is None:
                continue
            if sparks is None or seen != hub.runs:
                sparks, seen = Sparks(facts.channels, facts.columns_hz, _full(facts)), hub.runs
            sparks.feed(picture)
            if now - drawn >= EVERY_S:
                drawn = now
                live.update(draw(facts, picture, sparks, list(hub.events), console.width), refresh=True)


async def tell(
    hub: Hub, seconds: float | None, write: Callable[[str], Any], *, as_json: bool = False
) -> None:
    """A line a second, for a log, a pipe or a screen reader; with `as_json` one object a line."""
    ends = asyncio.get_running_loop().time() + (seconds or float("inf"))
    while asyncio.get_running_loop().time() < ends:
        await asyncio.sleep(min(1.0, max(0.0, ends - asyncio.get_running_loop().time())))
        if (facts := hub.facts) and (picture := hub.picture):
            write(json.dumps(in_json(facts, picture)) if as_json else in_words(facts, picture))


def draw(
    facts: Facts, picture: Picture, sparks: Sparks, events: Sequence[str], width: int = 80
) -> "RenderableType":
    """Everything at once."""
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    channels = Table(box=None, padding=(0, 1), show_header=False)
    cells = max(8, min(CELLS, width - 38))
    for number, row in enumerate(sparks.rows(cells)):
        good = picture.quality[number] == "good"
        words = f"{'✓' if good else '⚠'} {picture.quality[number]}"
        channels.add_row(
            f"{number}",
            row,
            f"{picture.rms[number]:6.1f}",
            Text(words, style="green" if good else "red bold"),
        )
    latency = Table(box=None, padding=(0, 1), header_style="dim")
    for name, justify in (("stop", "left"), ("median ms", "right"), ("99 % ms", "right")):
        latency.add_column(name, justify="right" if justify == "right" else "left")
    for stop, (p50, p99) in picture.latency_ms.items():
        latency.add_row(stop, f"{p50:.2f}", f"{p99:.2f}", style="bold" if " to " in stop else "")
    guess = f"nearest {picture.best}, not sure enough" if picture.rejected and picture.best else ""
    decision = Text(f" {picture.label.upper()} ", style="bold reverse")
    decision.append(
        f"  score {_bar(picture.score)}  level {_bar(picture.level)}  {guess}", style="not reverse"
    )
    state = Text(f"{facts.armband} · {facts.bundle} · {facts.engine} · {STATES[picture.state]}")
    state.stylize("" if picture.state == "linked" else "red bold")
    lately = Text("lately: " + (", ".join(list(events)[-4:][::-1]) or "nothing"), style="dim")
    return Group(state, decision, channels, latency, Text(_foot(facts, picture)), lately)


def in_words(facts: Facts, picture: Picture) -> str:
    """The same in one sentence."""
    bad = [f"channel {n} {word}" for n, word in enumerate(picture.quality) if word != "good"]
    quality = ", ".join(bad) or "all channels good"
    p50, p99 = picture.latency_ms.get("sample to event", (0.0, 0.0))
    decided = f"{picture.label}, score {picture.score:.0%}, level {picture.level:.0%}"
    return (
        f"{STATES[picture.state]}; {decided}; {quality}; sample to event {p50:.1f} ms, 99 % {p99:.1f} ms; "
        f"{_foot(facts, picture)}"
    )


def in_json(facts: Facts, picture: Picture) -> dict[str, Any]:
    """The same for a program."""
    names = ("state", "label", "best", "score", "level", "rejected", "late", "of", "dropped", "lost")
    said = {name: value for name, value in facts.to_json().items() if not name.startswith("axes")}
    return {
        **said,
        **{name: getattr(picture, name) for name in (*names, "profile", "battery")},
        "quality": list(picture.quality),
        "rms": [round(float(one), 2) for one in picture.rms],
        "latency_ms": {stop: {"p50": a, "p99": b} for stop, (a, b) in picture.latency_ms.items()},
        "t_ns": picture.oldest_ns,
    }


def _foot(facts: Facts, picture: Picture) -> str:
    battery = "battery unknown" if picture.battery is None else f"battery {picture.battery} %"
    return (
        f"budget {facts.budget_ms:g} ms, {facts.deadline_ms:g} of it from sample to event; "
        f"{picture.late} of the last {picture.of} decisions late; {100 * picture.lost:.1f} % lost; "
        f"{battery}; profile {picture.profile or 'none'}"
    )


def _bar(share: float) -> str:
    full = round(10 * min(1.0, max(0.0, share)))
    return f"{'█' * full}{'░' * (10 - full)} {share:4.0%}"


def _full(facts: Facts) -> float:
    """Swing within a hundredth of a second that is a strong contraction: half of full scale (our choice)."""
    return (facts.limit or 128.0) / 2


async def _stirred(stir: asyncio.Event, most_s: float) -> None:
    try:
        async with asyncio.timeout(min(0.5, most_s)):
            await stir.wait()
    except TimeoutError:
        return
    stir.clear()
