"""Engines: right on this very machine or not used, and quiet towards the network."""

import io
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from myoedge.edge.bundle import Bundle
from myoedge.edge.chunk import Chunk
from myoedge.edge.engines import ENGINES, failed, golden_error, load_engine
from myoedge.edge.errors import NotThereError, ParityError
from myoedge.edge.pipeline import Pipeline
from myoedge.edge.profile import Profile
from myoedge.edge.stream import StreamSpec

Floats = NDArray[np.float32]
RNG = np.random.default_rng(0)
TO_SCORES = RNG.normal(size=(68, 2)).astype(np.float32)
TO_EMBEDDING = RNG.normal(size=(68, 4)).astype(np.float32)


def network() -> bytes:
    """68 features to scores and embedding, two matrix products, as .onnx."""
    onnx = pytest.importorskip(
        "onnx", reason="onnx is not installed here: it writes the network of this test"
    )
    from onnx import TensorProto, helper, numpy_helper

    nodes = [
        helper.make_node("MatMul", ["features", w], [out]) for w, out in (("a", "scores"), ("b", "embedding"))
    ]
    weights = [numpy_helper.from_array(TO_SCORES, "a"), numpy_helper.from_array(TO_EMBEDDING, "b")]
    inputs = [helper.make_tensor_value_info("features", TensorProto.FLOAT, [1, 68])]
    outputs = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, size])
        for name, size in (("scores", 2), ("embedding", 4))
    ]
    graph = helper.make_graph(nodes, "test", inputs, outputs, weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def golden(**changes: Floats) -> bytes:
    features = np.random.default_rng(1).normal(size=(3, 68)).astype(np.float32)
    right = {"features": features, "scores": features @ TO_SCORES, "embedding": features @ TO_EMBEDDING}
    file = io.BytesIO()
    arrays: dict[str, Any] = {**right, **changes}
    np.savez(file, **arrays)
    return file.getvalue()


Make = Callable[..., Bundle]


def file_of(engine: str) -> str:
    return engine + (".onnx" if engine.startswith("onnx") else ".tflite")


@pytest.fixture
def make(make_bundle: Make) -> Make:
    """A bundle with that network for each named engine, or with `files` in its place."""

    def bundle(*names: str, files: Mapping[str, bytes] | None = None, tolerance: float = 1e-3) -> Bundle:
        held = {
            "golden.npz": golden(),
            **{file_of(name): network() for name in names if name.startswith("onnx")},
            **(files or {}),
        }
        held |= {file_of(name): b"garbage" for name in names if file_of(name) not in held}
        return make_bundle(
            held,
            labels=["rest", "fist"],
            embedding=4,
            inputs=["features"],
            engines={name: file_of(name) for name in names},
            tolerance=dict.fromkeys(names, tolerance),
        )

    return bundle


@pytest.fixture
def runtime() -> None:
    pytest.importorskip("onnxruntime", reason="onnxruntime is not installed here")


@pytest.mark.usefixtures("runtime")
def test_an_engine_that_reproduces_the_golden_vectors_runs(make: Make, myo: Mapping[str, StreamSpec]) -> None:
    bundle = make("onnx")
    engine, refused = load_engine(bundle)
    assert engine is not None and engine.name == "onnx" and refused == []
    scores, embedding = engine({"features": np.ones((1, 68), np.float32)})
    np.testing.assert_allclose(scores, TO_SCORES.sum(axis=0), rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(embedding, TO_EMBEDDING.sum(axis=0), rtol=1e-4, atol=1e-4)
    assert Pipeline(bundle, engine, None, myo).engine is engine


@pytest.mark.usefixtures("runtime")
def test_the_networks_block_follows_the_closed_form_features(
    make: Make,
    myo: Mapping[str, StreamSpec],
    profile_of: Callable[..., Profile],
    counts: Callable[..., NDArray[np.float64]],
    chunks: Callable[..., list[Chunk]],
) -> None:
    bundle = make("onnx")
    engine, _ = load_engine(bundle)
    pipeline = Pipeline(bundle, engine, profile_of(bundle, myo), myo)
    (chunk,) = chunks(counts("fist", 40), 200, (40,))
    signal, _events = pipeline.condition(chunk)
    (window,) = pipeline.windows(signal)
    whole, closed = pipeline.embed(window, engine), pipeline.embed(window, None)
    np.testing.assert_array_equal(whole.embedding[:68], closed.embedding[:68])
    np.testing.assert_allclose(
        whole.embedding[68:], closed.embedding[:68] @ TO_EMBEDDING, rtol=1e-3, atol=1e-3
    )
    assert whole.used.all() and closed.used[:68].all() and not closed.used[68:].any()
    assert closed.scores is None and not closed.embedding[68:].any()


@pytest.mark.usefixtures("runtime")
@pytest.mark.parametrize("wrong", ["scores", "embedding"])
def test_golden_vectors_that_do_not_come_out_refuse_the_engine(make: Make, wrong: str) -> None:
    shape = (3, 2 if wrong == "scores" else 4)
    altered = golden(**{wrong: np.ones(shape, np.float32) * 40})
    with pytest.raises(ParityError, match="differs from the golden vectors"):
        load_engine(make("onnx", files={"golden.npz": altered}))


@pytest.mark.usefixtures("runtime")
def test_a_network_that_is_garbage_is_refused_in_our_words(make: Make) -> None:
    with pytest.raises(ParityError, match="onnx: cannot open the network"):
        load_engine(make("onnx", files={"onnx.onnx": b"garbage"}))


@pytest.mark.usefixtures("runtime")
def test_an_engine_that_is_silently_wrong_gives_way_to_the_next_and_it_is_said(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "wrong_engine.py").write_text(
        "import numpy as np\n"
        "class Wrong:\n"
        "    name = 'litert'\n"
        "    def __init__(self, model, inputs): pass\n"
        "    def __call__(self, inputs): return np.zeros(2, np.float32), np.zeros(4, np.float32)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(ENGINES, "litert", "wrong_engine:Wrong")
    engine, refused = load_engine(make("litert", "onnx"))
    assert engine is not None and engine.name == "onnx"
    assert len(refused) == 1 and refused[0].startswith("litert: differs from the golden vectors by")
    with pytest.raises(ParityError, match="litert: differs"):
        load_engine(make("litert", "onnx"), "litert")


@pytest.mark.usefixtures("runtime")
def test_the_float_file_runs_where_it_is_wanted_first_and_gives_way_where_it_is_wrong(make: Make) -> None:
    both = make("onnx", "onnx-fp32")
    for first, name in ((None, "onnx"), ("onnx-fp32", "onnx-fp32"), ("litert", "onnx")):
        engine, refused = load_engine(both, first=first)
        assert engine is not None and (engine.name, refused) == (name, [])
    broken = make("onnx", "onnx-fp32", files={"onnx-fp32.onnx": b"garbage"})
    engine, refused = load_engine(broken, first="onnx-fp32")
    assert engine is not None and engine.name == "onnx"
    assert len(failed(refused)) == 1 and refused[0].startswith("onnx-fp32: cannot open the network")


def test_an_engine_that_is_not_installed_has_not_failed() -> None:
    said = ["tflite: not installed (no module)", "onnx: the bundle carries litert", "litert: differs by 3"]
    assert failed(said) == ["litert: differs by 3"]


class Answer:
    """An engine that gives what it is told."""

    name = "onnx"

    def __init__(self, scores: object, embedding: object) -> None:
        self._answer = scores, embedding

    def __call__(self, inputs: Mapping[str, Floats]) -> tuple[Floats, Floats]:
        scores, embedding = self._answer
        if isinstance(scores, Exception):
            raise scores
        return np.asarray(scores, np.float32), np.asarray(embedding, np.float32)


@pytest.mark.parametrize(
    ("scores", "embedding", "why"),
    [
        ([np.nan, 0], [0] * 4, "no numbers"),
        ([0, 0], [np.inf] * 4, "no numbers"),
        ([0, 0, 0], [0] * 4, "another shape"),
        ([0, 0], [[0] * 4], "another shape"),
        ([0, 0], [0] * 4, "differs"),
        (RuntimeError("boom"), None, "boom"),
        (KeyError("scores"), None, "scores"),
    ],
)
def test_what_is_wrong_with_an_engine_is_told(
    make_bundle: Make, scores: object, embedding: object, why: str
) -> None:
    said = {
        "embedding": 4,
        "inputs": ["features"],
        "engines": {"onnx": "m.onnx"},
        "tolerance": {"onnx": 1e-3},
    }
    bundle = make_bundle({"m.onnx": b"", "golden.npz": golden()}, **said)
    assert why in str(golden_error(Answer(scores, embedding), bundle))


def test_a_bundle_without_a_network_needs_no_engine(classic: Bundle) -> None:
    assert load_engine(classic) == (None, [])


def test_an_engine_that_is_not_installed_says_how_to_get_one(
    make_bundle: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ENGINES:
        monkeypatch.setitem(ENGINES, name, "no_such_module_here:Engine")
    said = {
        "embedding": 4,
        "inputs": ["features"],
        "engines": {"onnx": "m.onnx"},
        "tolerance": {"onnx": 1e-3},
    }
    bundle = make_bundle({"m.onnx": b"", "golden.npz": golden()}, **said)
    with pytest.raises(NotThereError, match="pip install"):
        load_engine(bundle)
    with pytest.raises(NotThereError, match="carries onnx"):
        load_engine(bundle, "litert")
    with pytest.raises(NotThereError, match="carries onnx"):
        load_engine(bundle, "nonesuch")


QUIET = """
import os, sys
from myoedge.edge.bundle import load_bundle
from myoedge.edge.chunk import Chunk
from myoedge.edge.engines import load_engine
before = len(os.listdir("/proc/self/task"))
engine, refused = load_engine(load_bundle(sys.argv[1]), "onnx")
import numpy as np
for _ in range(20):
    engine({"features": np.ones((1, 68), np.float32)})
paths = [f"/proc/self/fd/{number}" for number in os.listdir("/proc/self/fd")]
sockets = [os.readlink(path) for path in paths if os.path.islink(path)]
print(len(os.listdir("/proc/self/task")) - before, sum("socket" in s for s in sockets))
"""


@pytest.mark.usefixtures("runtime")
def test_onnx_runtime_opens_no_socket_writes_no_file_and_starts_no_thread(make: Make, tmp_path: Path) -> None:
    if not Path("/proc/self/fd").is_dir():
        pytest.skip("no /proc here: threads and sockets cannot be counted")
    make("onnx")
    folder = next(p.parent for p in tmp_path.glob("*/bundle.json"))
    home = tmp_path / "home"
    home.mkdir()
    trace = tmp_path / "trace"
    command = [sys.executable, "-c", QUIET, str(folder)]
    strace = shutil.which("strace")
    traced = strace is not None and subprocess.run(
        [strace, "-f", "-o", os.devnull, "true"], capture_output=True, check=False
    ).returncode == 0  # fmt: skip
    if traced and strace:
        command = [strace, "-f", "-e", "trace=socket,connect", "-o", str(trace), *command]
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("XDG_", "ORT_"))}
    quiet = {**kept, "HOME": str(home), "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(command, capture_output=True, text=True, env=quiet, timeout=120, check=False)
    assert done.stdout.split() == ["0", "0"], done.stderr
    assert list(home.rglob("*")) == []
    if traced:
        opened = [line for line in trace.read_text().splitlines() if "socket(" in line or "connect(" in line]
        assert opened == []
