"""A streaming network run hop by hop gives what it gives for whole windows, also after gaps."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

torch = pytest.importorskip("torch", reason="torch is not installed here")
pytest.importorskip("ai_edge_litert", reason="ai-edge-litert is not installed here")

from myoedge.edge.engines import Engine  # noqa: E402
from myoedge.edge.engines.streaming import STATE, StreamingEngine  # noqa: E402
from myoedge.export.graph.step import Step, streaming_spec  # noqa: E402
from myoedge.export.graph.tflite import write_tflite  # noqa: E402
from myoedge.export.models import build_model  # noqa: E402
from myoedge.export.parity import FloatEngine, open_engine  # noqa: E402

SHAPES = {"emg": (41, 8), "imu": (10, 6), "features": (12,)}  # 8 and 2 samples a hop, one of EMG left out
HOPS = {"emg": 8, "imu": 2}
INPUTS = (*SHAPES, STATE)


def network() -> Any:
    torch.manual_seed(3)
    model = build_model(
        "streaming", labels=5, inputs=SHAPES, segments=5, width=16, heads=2, hidden=24, cross_width=24,
        branch_layers=2, cross_layers=2, embedding=12, patches={"emg": 10, "imu": 5}, power=["emg"],
        raw={"emg": "squeeze", "imu": "z"},
    )  # fmt: skip
    return model.eval()


def first_step(model: Any) -> dict[str, NDArray[np.float32]]:
    spec = streaming_spec(model)
    shapes = {**{name: (1, rows, SHAPES[name][1]) for name, rows in spec.rows.items()}, "features": (1, 12)}
    shapes[STATE] = (1, spec.segments - 1, spec.token)
    return {name: np.zeros(shapes[name], np.float32) for name in INPUTS}


def streamed(model: Any, form: str) -> StreamingEngine:
    step = Step(model, form).eval()
    inner: Engine = FloatEngine(step, INPUTS)
    if form == "litert":
        inner = open_engine("litert", write_tflite(step, first_step(model)), INPUTS)
    return StreamingEngine(inner, streaming_spec(model))


def windows(count: int, seed: int = 0) -> list[dict[str, NDArray[np.float32]]]:
    """One after the other, a hop apart."""
    noise = np.random.default_rng(seed)
    made = {}
    for name, hop in HOPS.items():
        time, channels = SHAPES[name]
        long = noise.normal(size=(time + hop * (count - 1), channels)).astype(np.float32)
        made[name] = [long[None, at * hop : at * hop + time] for at in range(count)]
    features = noise.normal(size=(count, 1, 12)).astype(np.float32)
    return [{"emg": made["emg"][at], "imu": made["imu"][at], "features": features[at]} for at in range(count)]


def differences(
    engine: StreamingEngine, model: Any, given: list[dict[str, NDArray[np.float32]]]
) -> list[float]:
    whole = FloatEngine(model, tuple(SHAPES))
    found = []
    for one in given:
        got, want = engine(one), whole(one)
        assert [x.shape for x in got] == [x.shape for x in want]
        found.append(max(float(np.abs(a - b).max()) for a, b in zip(got, want, strict=True)))
    return found


def test_hop_by_hop_is_the_whole_window_and_runs_one_segment_a_hop() -> None:
    model = network()
    engine = streamed(model, "litert")
    assert max(differences(engine, model, windows(12))) < 1e-5
    assert engine.steps == 5 + 11


@pytest.mark.parametrize("broken", ["a gap", "another mask", "one modality late", "reset"])
def test_what_does_not_go_on_is_run_from_its_first_segment(broken: str) -> None:
    model = network()
    engine = streamed(model, "torch")
    given = windows(8)
    if broken == "a gap":
        given = [*given[:3], *given[5:]]
    if broken == "another mask":
        for one in given[3:]:
            one["emg"] = one["emg"] * np.array([0, 1, 1, 1, 1, 1, 1, 1], np.float32)
    if broken == "one modality late":
        for one, late in zip(given[3:], windows(8, 7), strict=False):
            one["imu"] = late["imu"]
    assert max(differences(engine, model, given[:3])) < 1e-5
    if broken == "reset":
        engine.reset()
    assert max(differences(engine, model, given[3:])) < 1e-5
    assert engine.steps == 5 + 2 + 5 + (len(given) - 4)


def test_an_engine_that_fails_midway_leaves_nothing_behind() -> None:
    model = network()
    engine = streamed(model, "torch")
    given = windows(6)
    differences(engine, model, given[:3])
    inner, engine._engine = engine._engine, FloatEngine(torch.nn.Identity(), ())
    with pytest.raises(TypeError):
        engine(given[3])
    engine._engine = inner
    assert max(differences(engine, model, given[3:])) < 1e-5


def test_a_whole_window_has_a_fast_graph_too() -> None:
    model, (one,) = network(), windows(1)
    engine = open_engine("litert", write_tflite(model, one), tuple(SHAPES))
    got, want = engine(one), FloatEngine(model, tuple(SHAPES))(one)
    assert max(float(np.abs(a - b).max()) for a, b in zip(got, want, strict=True)) < 1e-5


def test_every_input_of_a_streaming_network_counts() -> None:
    model = network()
    (one,) = windows(1)
    before = FloatEngine(model, tuple(SHAPES))(one)[0]
    for name in SHAPES:
        assert (
            np.abs(FloatEngine(model, tuple(SHAPES))({**one, name: one[name] + 1})[0] - before).max() > 1e-4
        )
