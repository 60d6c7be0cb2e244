"""Stop 7: the network behind one protocol, trusted only after it reproduces the golden vectors."""

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.bundle import Bundle
from myoedge.edge.engines.streaming import STATE, StreamingEngine, streaming_from_json
from myoedge.edge.errors import NotThereError, ParityError

# name -> module:class; tried in this order, the first that is installed and passes the golden test runs.
# A name that ends in FLOAT runs the bundle's float file, where it carries one: int8 is not the faster on
# every processor (`bench compute` finds out).
FLOAT = "-fp32"
ENGINES = {
    "litert": "myoedge.edge.engines.litert:LiteRTEngine",
    "onnx": "myoedge.edge.engines.onnx:OnnxEngine",
    "litert-fp32": "myoedge.edge.engines.litert:LiteRTFloatEngine",
    "onnx-fp32": "myoedge.edge.engines.onnx:OnnxFloatEngine",
    "tflite": "myoedge.edge.engines.tflite:TFLiteEngine",
    "tflite-fp32": "myoedge.edge.engines.tflite:TFLiteFloatEngine",
}


class Engine(Protocol):
    """One network ready to run."""

    @property
    def name(self) -> str: ...

    def __call__(
        self, inputs: Mapping[str, NDArray[np.float32]]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """(1, ...) inputs by name to scores (label,) and embedding (feature,)."""
        ...


def load_engine(
    bundle: Bundle, wanted: str | None = None, first: str | None = None
) -> tuple[Engine | None, list[str]]:
    """The first engine that is installed and right on this very machine, and what was said of those refused.

    `wanted` and no other; or `first`, and where that is not right the others in their order. Returns None
    for a bundle without a network. Raises NotThereError when `wanted` is not there, ParityError when none is
    right.
    """
    if not bundle.engines:
        return None, []
    refused: list[str] = []
    for name in [wanted] if wanted else sorted(ENGINES, key=lambda name: name != first):
        if name not in ENGINES or name not in bundle.engines:
            if wanted:
                refused.append(f"{name}: the bundle carries {', '.join(bundle.engines)}")
            continue
        try:
            engine = open_engine(name, bundle)
        except ImportError as error:
            refused.append(f"{name}: not installed ({error})")
            continue
        except (
            Exception
        ) as error:  # each engine has errors of its own; one that cannot open the file is refused
            refused.append(f"{name}: cannot open the network ({error})")
            continue
        wrong = golden_error(engine, bundle)
        if wrong is None:
            return engine, refused
        refused.append(f"{name}: {wrong}")
    message = f"no engine can run bundle {bundle.name}: " + "; ".join(refused)
    if not failed(refused):
        raise NotThereError(message + "; install one with `pip install 'myoedge[litert]'` or `[onnx]`")
    raise ParityError(message + "; use --bundle classic, or another engine")


def failed(refused: Sequence[str]) -> list[str]:
    """Of what load_engine said of engines refused, those that are there and did not do what they should."""
    return [line for line in refused if "not installed" not in line and "the bundle carries" not in line]


def open_engine(name: str, bundle: Bundle) -> Engine:
    """One engine, not yet tested; raises ImportError where its library is not installed."""
    module, kind = ENGINES[name].split(":")
    make, model = getattr(import_module(module), kind), bundle.files[bundle.engines[name]]
    streaming = bundle.facts.get("streaming")
    if streaming is None:
        engine: Engine = make(model, bundle.inputs)
        return engine
    return StreamingEngine(make(model, (*bundle.inputs, STATE)), streaming_from_json(streaming))


def golden_error(engine: Engine, bundle: Bundle) -> str | None:
    """None when the engine gives the golden vectors within the bundle's tolerance, else why not."""
    golden = bundle.golden()
    worst = 0.0
    for i in range(len(golden["scores"])):
        try:
            scores, embedding = engine({name: golden[name][i : i + 1] for name in bundle.inputs})
        except Exception as error:  # whatever an engine raises
            return f"fails on the golden vectors ({error})"
        both = ((scores, golden["scores"][i]), (embedding, golden["embedding"][i]))
        if any(got.shape != want.shape or not np.isfinite(got).all() for got, want in both):
            return "gives no numbers, or of another shape, on the golden vectors"
        worst = max(worst, *(float(np.abs(got - want).max()) for got, want in both))
    allowed = bundle.tolerance.get(
        engine.name, bundle.tolerance.get("litert", 0.0)
    )  # tflite reads litert's file
    if worst <= allowed:
        return None
    return f"differs from the golden vectors by {worst:.3g}, allowed {allowed:.3g}"
