"""Reasons in the loop: told behind a gesture, and never at a decision's cost."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from myoedge.edge.budget import Budget
from myoedge.edge.bundle import Bundle
from myoedge.edge.chunk import Chunk
from myoedge.edge.embed import Embedded
from myoedge.edge.event import Event
from myoedge.edge.pipeline import Pipeline
from myoedge.edge.profile import Profile
from myoedge.edge.runtime import Runtime
from myoedge.edge.stream import Notice, StreamSpec
from myoedge.edge.window import Window

Floats = NDArray[np.float32]
Made = Callable[..., NDArray[np.float64]]
Specs = dict[str, StreamSpec]
PERIOD_NS = 5_000_000


class Played:
    """Samples as packets of 2 rows, each arriving when it is given out, 1 ms after the one before."""

    name = "played"

    def __init__(self, samples: NDArray[np.float64]) -> None:
        self._samples, self.specs = samples, {"emg": StreamSpec(200, 8, limit=128)}

    async def __aiter__(self) -> AsyncIterator[Chunk | Notice]:
        start_ns = time.monotonic_ns()
        for at in range(0, len(self._samples), 2):
            chunk = Chunk("emg", self._samples[at : at + 2], start_ns + at * PERIOD_NS, 0)
            yield replace(chunk, arrival_ns=time.monotonic_ns())
            await asyncio.sleep(0.001)


def run(pipeline: Pipeline, samples: NDArray[np.float64]) -> tuple[list[Event], Runtime]:
    found: list[Event] = []
    made = Runtime(Played(samples), pipeline, [found.append], Budget(500, 0, 0, 0))
    asyncio.run(asyncio.wait_for(made.run(), 60))
    return found, made


def labels(found: list[Event]) -> list[str]:
    return [event.label for event in found if event.kind == "status"]


class Network:
    """A network that answers zeros."""

    name = "test"

    def __call__(self, inputs: Any) -> tuple[Floats, Floats]:
        return np.zeros(0, np.float32), np.zeros(4, np.float32)


@pytest.fixture
def pipeline(make_bundle: Callable[..., Bundle], profile_of: Callable[..., Profile], myo: Specs) -> Pipeline:
    said = {"embedding": 4, "inputs": ["features"], "engines": {"onnx": "m.onnx"}, "tolerance": {"onnx": 1.0}}
    bundle = make_bundle({"m.onnx": b"", "golden.npz": b""}, **said)
    return Pipeline(bundle, Network(), profile_of(bundle, myo), myo, every=True, explain=True)


def in_an_explanation(pipeline: Pipeline, then: Callable[[], object]) -> Callable[[Window, Any], Embedded]:
    """The pipeline's `embed`, which does something at the first window with a channel left out."""
    embed = pipeline.embed
    done: list[bool] = []

    def watched(window: Window, engine: Any) -> Embedded:
        if window.masked.any() and engine is not None and not done:
            done.append(True)
            then()
        return embed(window, engine)

    return watched


def session(counts: Made) -> NDArray[np.float64]:
    return np.concatenate([counts("rest", 300), counts("fist", 500)])


def test_a_gesture_is_explained_behind_its_start(pipeline: Pipeline, counts: Made) -> None:
    found, made = run(pipeline, session(counts))
    told = [e for e in found if e.label == "explained"]
    assert [e.detail["gesture"] for e in told] == ["fist"]
    start = next(e for e in found if e.phase == "start" and e.label == "fist")
    assert start.seq < told[0].seq
    assert made.counters.stalls == 0
    assert made.counters.decisions + made.counters.late_windows_dropped == made.counters.windows


def test_an_engine_that_hangs_in_an_explanation_costs_the_explanation_and_falls_back_once(
    pipeline: Pipeline, counts: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = threading.Event()
    monkeypatch.setattr(pipeline, "embed", in_an_explanation(pipeline, release.wait))
    try:
        found, made = run(pipeline, session(counts))
    finally:
        release.set()
    assert labels(found) == ["fallback", "rest", "stopped"]
    assert made.counters.stalls == 1
    at = next(i for i, e in enumerate(found) if e.label == "fallback")
    assert len([e for e in found[at:] if e.kind == "gesture" and e.phase == "hold"]) > 10


def test_an_engine_that_fails_in_an_explanation_costs_the_explanation_alone(
    pipeline: Pipeline, counts: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise RuntimeError("no more answers")

    monkeypatch.setattr(pipeline, "embed", in_an_explanation(pipeline, fail))
    found, made = run(pipeline, session(counts))
    assert labels(found) == ["rest", "stopped"]
    assert made.counters.stalls == 0
