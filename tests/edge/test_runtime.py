"""The loop: late windows, silence, engines that stall, sinks that fail, and a replay that never differs."""

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from myoedge.edge import runtime as runtime_file
from myoedge.edge.budget import Budget, make_budget
from myoedge.edge.bundle import Bundle
from myoedge.edge.chunk import Chunk
from myoedge.edge.errors import LinkError
from myoedge.edge.event import Event
from myoedge.edge.pipeline import Pipeline
from myoedge.edge.profile import Profile
from myoedge.edge.runtime import BREATH, Runtime
from myoedge.edge.stream import Notice, StreamSpec

Floats = NDArray[np.float32]
Made = Callable[..., NDArray[np.float64]]
Specs = dict[str, StreamSpec]
Step = (
    Chunk | Notice | float | Exception
)  # a float is a wait in seconds, an exception is what the link raises
BUDGET = Budget(500, 0, 0, 0)
PERIOD_NS = 5_000_000


class Script:
    """A stream that plays what it is told; a chunk arrives when it is given out, however late it was made."""

    name = "script"

    def __init__(self, steps: Sequence[Step], specs: Specs) -> None:
        self._steps, self.specs = steps, specs
        self.given: list[Chunk] = []

    def __aiter__(self) -> AsyncIterator[Chunk | Notice]:
        return self._run()

    async def _run(self) -> AsyncIterator[Chunk | Notice]:
        for step in self._steps:
            if isinstance(step, float):
                await asyncio.sleep(step)
            elif isinstance(step, Exception):
                raise step
            elif isinstance(step, Notice):
                yield step
            else:
                self.given.append(replace(step, arrival_ns=time.monotonic_ns()))
                yield self.given[-1]


def live(raw: NDArray[np.float64], pause_s: float = 0.001, start_ns: int | None = None) -> list[Step]:
    """Packets of 2 rows with a pause after each; their clock starts now unless told."""
    start_ns = time.monotonic_ns() if start_ns is None else start_ns
    steps: list[Step] = []
    for at in range(0, len(raw), 2):
        steps += [Chunk("emg", raw[at : at + 2], start_ns + at * PERIOD_NS, 0), pause_s]
    return steps


def burst(steps: Sequence[Step]) -> list[Step]:
    return [step for step in steps if not isinstance(step, float)]


def run(
    pipeline: Pipeline, steps: Sequence[Step], budget: Budget = BUDGET, **options: Any
) -> tuple[list[Event], Runtime, Script]:
    found: list[Event] = []
    stream = Script(steps, {"emg": StreamSpec(200, 8, limit=128)})
    made = Runtime(stream, pipeline, [found.append], budget, **options)
    asyncio.run(asyncio.wait_for(made.run(), 60))
    return found, made, stream


def labels(found: Sequence[Event], kind: str = "status") -> list[str]:
    return [e.label for e in found if e.kind == kind]


@pytest.fixture
def pipeline(anna: Profile, classic: Bundle, myo: Specs) -> Callable[..., Pipeline]:
    return lambda **options: Pipeline(classic, None, anna, myo, **options)


def test_a_gesture_becomes_events_with_all_their_stamps(
    pipeline: Callable[..., Pipeline], counts: Made
) -> None:
    raw = np.concatenate([counts("rest", 200), counts("fist", 400), counts("rest", 200)])
    found, made, _ = run(pipeline(), live(raw))
    gestures = [e for e in found if e.kind == "gesture"]
    assert [f"{e.label} {e.phase}" for e in gestures] == ["fist start", "fist end"]
    for event in gestures:
        times = [event.arrival_ns, *(event.stamps[stop] for stop in runtime_file.STOPS), event.emitted_ns]
        assert times == sorted(times)
        assert event.utc and event.armband == "script"
    assert [e.seq for e in found] == list(range(len(found)))
    assert made.counters.events == len(found) == sum(made.counters.by_kind.values())
    assert made.counters.decisions + made.counters.late_windows_dropped == made.counters.windows == 77


def test_after_a_stall_only_the_newest_window_is_decided(
    pipeline: Callable[..., Pipeline], counts: Made
) -> None:
    steps = live(counts("fist", 440))
    found, made, _ = run(pipeline(every=True), [*steps[:80], 0.1, *burst(steps[80:]), 0.1])
    assert made.counters.windows == 41
    assert made.counters.late_windows_dropped >= 35
    decided = [e.t_ns for e in found if e.phase in ("start", "hold")]
    last = [s for s in steps if isinstance(s, Chunk)][-1]
    assert decided[-1] == last.t_ns + PERIOD_NS
    assert len(decided) == made.counters.decisions


def test_a_stream_that_never_waits_does_not_starve_the_decisions(
    pipeline: Callable[..., Pipeline], counts: Made
) -> None:
    steps = burst(live(counts("fist", 2 * 3 * BREATH)))
    _, made, _ = run(pipeline(), steps)
    assert made.counters.chunks == 3 * BREATH
    assert made.counters.decisions >= 3
    assert made.counters.decisions + made.counters.late_windows_dropped == made.counters.windows


def test_a_missed_deadline_is_said_and_counted(
    pipeline: Callable[..., Pipeline], classic: Bundle, counts: Made
) -> None:
    long_ago = time.monotonic_ns() - 60_000_000_000
    raw = counts("fist", 100)
    found, made, _ = run(pipeline(every=True), live(raw, start_ns=long_ago), make_budget(classic))
    decided = [e for e in found if e.kind == "gesture" and e.phase != "end"]
    assert decided and all(e.deadline_missed for e in decided)
    assert made.counters.deadline_missed == sum(e.deadline_missed for e in found) >= len(decided)
    soon, made, _ = run(pipeline(every=True), live(raw, start_ns=time.monotonic_ns() + 60_000_000_000))
    assert not any(e.deadline_missed for e in soon) and made.counters.deadline_missed == 0


def test_silence_is_told_then_rest_and_data_resumes_by_itself(
    pipeline: Callable[..., Pipeline], counts: Made
) -> None:
    steps = live(counts("fist", 400))
    found, _, stream = run(pipeline(), [*steps[:200], 0.8, *steps[200:]])
    last_ns = stream.given[99].arrival_ns
    told = [e for e in found if e.kind == "status"][:3]
    assert labels(told) == ["silent", "rest", "resumed"]
    assert told[0].t_ns - last_ns <= 250_000_000
    assert told[1].t_ns - last_ns <= 500_000_000
    assert told[1].emitted_ns < stream.given[100].arrival_ns  # while it is still silent
    assert [e.phase for e in found if e.kind == "gesture"] == ["start", "end", "start", "end"]


def test_a_link_that_never_sends_is_silent_too(pipeline: Callable[..., Pipeline]) -> None:
    found, _, _ = run(pipeline(), [Notice("linked", time.monotonic_ns(), "AA:BB"), 0.7])
    assert labels(found)[:3] == ["linked", "silent", "rest"]


def test_a_dropped_link_is_told(pipeline: Callable[..., Pipeline], counts: Made) -> None:
    dropped = Notice("dropped", time.monotonic_ns(), "out of reach")
    found, _, _ = run(pipeline(), [*live(counts("rest", 60)), dropped, 0.01])
    assert [e.detail["reason"] for e in found if e.label == "dropped"] == ["out of reach"]


class Network:
    """A network that answers zeros, or does what it is told at a given call."""

    name = "test"

    def __init__(self, trouble: Mapping[int, Callable[[], object]]) -> None:
        self.calls, self._trouble = 0, trouble

    def __call__(self, inputs: Mapping[str, Floats]) -> tuple[Floats, Floats]:
        self.calls += 1
        self._trouble.get(self.calls, lambda: None)()
        return np.zeros(0, np.float32), np.zeros(4, np.float32)


def networked(
    make_bundle: Callable[..., Bundle], profile_of: Callable[..., Profile], engine: Network, myo: Specs
) -> Pipeline:
    said = {"embedding": 4, "inputs": ["features"], "engines": {"onnx": "m.onnx"}, "tolerance": {"onnx": 1.0}}
    bundle = make_bundle({"m.onnx": b"", "golden.npz": b""}, **said)
    return Pipeline(bundle, engine, profile_of(bundle, myo), myo, every=True)


def test_an_engine_that_hangs_for_ever_is_replaced_and_the_loop_ends(
    make_bundle: Callable[..., Bundle], profile_of: Callable[..., Profile], counts: Made, myo: Specs
) -> None:
    release = threading.Event()
    engine = Network({5: release.wait})
    try:
        found, made, _ = run(networked(make_bundle, profile_of, engine, myo), live(counts("fist", 800)))
    finally:
        release.set()
    assert labels(found) == ["fallback", "rest", "stopped"]
    assert (engine.calls, made.counters.stalls) == (5, 1)
    at = next(i for i, e in enumerate(found) if e.label == "fallback")
    after = [e for e in found[at:] if e.kind == "gesture" and e.phase == "hold"]
    assert len(after) > 10 and {e.label for e in after} == {"fist"}


def test_an_engine_that_raises_is_replaced(
    make_bundle: Callable[..., Bundle], profile_of: Callable[..., Profile], counts: Made, myo: Specs
) -> None:
    def fail() -> None:
        raise RuntimeError("out of memory")

    engine = Network(dict.fromkeys(range(3, 999), fail))
    found, made, _ = run(networked(make_bundle, profile_of, engine, myo), live(counts("fist", 400)))
    assert labels(found) == ["fallback", "rest", "stopped"]
    assert "out of memory" in next(str(e.detail) for e in found if e.label == "fallback")
    assert made.counters.decisions == made.counters.windows - made.counters.late_windows_dropped


def test_a_stalled_engine_is_tried_again(
    make_bundle: Callable[..., Bundle],
    profile_of: Callable[..., Profile],
    counts: Made,
    myo: Specs,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(runtime_file, "RETRY_NS", 0)

    def fail() -> None:
        raise RuntimeError

    engine = Network(dict.fromkeys(range(3, 6), fail))
    found, made, _ = run(networked(make_bundle, profile_of, engine, myo), live(counts("fist", 400)))
    assert labels(found) == ["fallback", "resumed", "rest", "stopped"]
    assert made.counters.stalls == 3


def test_a_process_ends_though_its_engine_hangs() -> None:
    code = (
        "import threading\n"
        "from myoedge.edge.worker import Worker\n"
        "worker = Worker(lambda window: threading.Event().wait())\n"
        "print(worker(None, 0.05), worker.busy)\n"
        "worker.close()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "None True\n"


def test_so_many_events_end_the_run_and_the_output_rests(
    pipeline: Callable[..., Pipeline], counts: Made
) -> None:
    found, _, stream = run(pipeline(every=True), live(counts("fist", 2000)), events=3)
    assert [e.phase for e in found] == ["start", "hold", "hold", "end", None, None]
    assert labels(found) == ["rest", "stopped"]
    assert len(stream.given) < 1000


def test_stop_ends_the_loop_and_what_is_held(pipeline: Callable[..., Pipeline], counts: Made) -> None:
    found: list[Event] = []
    stream = Script([*live(counts("fist", 2000)), 60.0], {"emg": StreamSpec(200, 8, limit=128)})

    def stop(event: Event) -> None:
        found.append(event)
        if event.phase == "hold":
            made.stop()

    made = Runtime(stream, pipeline(every=True), [stop], BUDGET)
    asyncio.run(asyncio.wait_for(made.run(), 30))
    assert [f"{e.label} {e.phase}" for e in found] == [
        "fist start", "fist hold", "fist end", "rest None", "stopped None"
    ]  # fmt: skip


def test_stop_is_heard_though_the_engine_hangs(
    make_bundle: Callable[..., Bundle],
    profile_of: Callable[..., Profile],
    counts: Made,
    myo: Specs,
) -> None:
    release, found = threading.Event(), list[Event]()

    async def main() -> None:
        loop = asyncio.get_running_loop()

        def hang() -> None:
            loop.call_soon_threadsafe(made.stop)
            release.wait()

        pipeline = networked(make_bundle, profile_of, Network({3: hang}), myo)
        stream = Script([*live(counts("fist", 400)), 3600.0], myo)
        made = Runtime(stream, pipeline, [found.append], BUDGET)
        await made.run()

    try:
        asyncio.run(asyncio.wait_for(main(), 60))
    finally:
        release.set()
    assert labels(found) == ["fallback", "rest", "stopped"]


def test_a_sink_that_fails_is_dropped_and_the_others_hear_of_it(
    pipeline: Callable[..., Pipeline], counts: Made
) -> None:
    found: list[Event] = []
    calls: list[Event] = []

    def broken(event: Event) -> None:
        calls.append(event)
        if len(calls) == 3:
            raise BrokenPipeError("nobody reads")

    stream = Script(live(counts("fist", 200)), {"emg": StreamSpec(200, 8, limit=128)})
    made = Runtime(stream, pipeline(every=True), [broken, found.append], BUDGET)
    asyncio.run(made.run())
    assert (len(calls), made.counters.sinks_lost) == (3, 1)
    assert labels(found) == ["sink_lost", "rest", "stopped"]
    assert [e.seq for e in found] == list(range(len(found)))
    assert len(labels(found, "gesture")) > 5


def test_the_loop_goes_on_without_any_sink(pipeline: Callable[..., Pipeline], counts: Made) -> None:
    def broken(_: Event) -> None:
        raise ValueError

    stream = Script(live(counts("fist", 200)), {"emg": StreamSpec(200, 8, limit=128)})
    made = Runtime(stream, pipeline(every=True), [broken], BUDGET)
    asyncio.run(made.run())
    assert (made.counters.sinks_lost, made.counters.chunks) == (1, 100)


def test_the_links_error_is_the_runs_after_everything_rests(
    pipeline: Callable[..., Pipeline], counts: Made
) -> None:
    found: list[Event] = []
    steps = [*live(counts("fist", 200)), LinkError("the adapter is gone")]
    made = Runtime(Script(steps, {}), pipeline(), [found.append], BUDGET)
    with pytest.raises(LinkError, match="adapter is gone"):
        asyncio.run(made.run())
    assert [e.label for e in found] == ["fist", "fist", "rest", "stopped"]


def test_a_replay_writes_the_same_bytes_each_time(
    pipeline: Callable[..., Pipeline], counts: Made, chunks: Callable[..., list[Chunk]]
) -> None:
    class Recorded(Script):
        async def _run(self) -> AsyncIterator[Chunk | Notice]:
            for step in self._steps:
                if isinstance(step, Chunk):
                    yield step

    raw = np.concatenate([counts(label, 300) for label in ("rest", "fist", "open", "rest")])
    raw[500:800, 2] = np.nan

    def replay(**options: Any) -> list[Event]:
        found: list[Event] = []
        stream = Recorded(chunks(raw, 200), {})
        asyncio.run(Runtime(stream, pipeline(), [found.append], BUDGET, timed=False, **options).run())
        return found

    first, second = replay(), replay()
    assert "\n".join(e.to_json() for e in first) == "\n".join(e.to_json() for e in second)
    assert labels(first, "gesture") == ["fist", "fist", "open", "open"]
    assert all(e.emitted_ns == e.arrival_ns and set(e.stamps.values()) == {0} for e in first)
    assert not any(e.deadline_missed for e in first)
    assert [e.to_json() for e in replay(events=2)] == [e.to_json() for e in first[:2]]


def test_another_profile_takes_over_and_what_was_held_ends(
    pipeline: Callable[..., Pipeline], anna: Profile, classic: Bundle, myo: Specs, counts: Made
) -> None:
    found: list[Event] = []
    bert = Pipeline(classic, None, replace(anna, wearer="bert"), myo)

    def take_over(event: Event) -> None:
        found.append(event)
        if (event.phase, event.profile) == ("start", "anna"):
            asyncio.get_running_loop().call_soon(made.take_over, bert)

    stream = Script(live(counts("fist", 300)), {"emg": StreamSpec(200, 8, limit=128)})
    made = Runtime(stream, pipeline(), [take_over], BUDGET)
    asyncio.run(made.run())
    gestures = [(e.label, e.phase, e.profile) for e in found if e.kind == "gesture"]
    assert gestures == [
        ("fist", "start", "anna"),
        ("fist", "end", "anna"),
        ("fist", "start", "bert"),
        ("fist", "end", "bert"),
    ]
