"""What streaming is worth: a hop of a streaming stand-in beside the same layers over whole windows, in turns.

`python -m myoedge.export.graph.hop [--json]`
"""

import argparse
import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from myoedge.export.graph.sizes import LABELS, STREAMS, WIDTHS, sized

if TYPE_CHECKING:
    from torch import nn

    from myoedge.edge.engines import Engine

SEGMENTS, WINDOWS = 4, 20  # five patches a segment; the first of so many windows is run whole
KINDS = (("litert", "fp32"), ("litert", "int8"), ("onnx", "fp32"), ("onnx", "int8"))

Example = dict[str, np.ndarray[Any, np.dtype[np.float32]]]


def streaming(narrow: int, wide: int) -> "nn.Module":
    """`sized` with its branches within segments and one token of each over all."""
    from myoedge.export.models import build_model

    return build_model(
        "streaming",
        labels=LABELS,
        inputs=STREAMS,
        segments=SEGMENTS,
        width=narrow,
        cross_width=wide,
        hidden=2 * narrow,
        cross_hidden=2 * wide,
        embedding=wide,
        patches=20,
        power=(),
    ).eval()


def windows() -> Example:
    """Noise, a hop apart."""
    noise = np.random.default_rng(0)
    found = {}
    for name, (time, channels) in STREAMS.items():
        hop = time // SEGMENTS
        long = noise.normal(size=(time + hop * (WINDOWS - 1), channels)).astype(np.float32)
        found[name] = np.stack([long[at * hop : at * hop + time] for at in range(WINDOWS)])
    return found


def converted(network: "nn.Module", example: Example, engine: str, precision: str) -> "Engine":
    """A module in that engine and precision."""
    from myoedge.export.graph.tflite import write_tflite
    from myoedge.export.parity import open_engine
    from myoedge.export.quantizers.converted import to_onnx
    from myoedge.export.quantizers.litert_dynamic import quantize_tflite
    from myoedge.export.quantizers.ort_dynamic import quantize_onnx

    if engine == "onnx":
        model = to_onnx(network, example)
        return open_engine(engine, quantize_onnx(model) if precision == "int8" else model, tuple(example))
    model = write_tflite(network, example)
    return open_engine(engine, quantize_tflite(model) if precision == "int8" else model, tuple(example))


def measure(narrow: int, wide: int) -> list[dict[str, Any]]:
    """A row an engine and precision: CPU time of a whole window and of a hop, and their ratio."""
    import torch

    from myoedge.edge.engines.streaming import STATE, StreamingEngine
    from myoedge.export.graph.lean import lean
    from myoedge.export.graph.step import Step, streaming_spec
    from myoedge.export.models.streaming import Streaming
    from myoedge.export.speed import microseconds

    torch.manual_seed(0)
    whole, model, given = sized(narrow, wide), streaming(narrow, wide), windows()
    if not isinstance(model, Streaming):
        raise TypeError("the table of models has another class under the name streaming")
    spec = streaming_spec(model)
    first = {name: x[:, : spec.rows[name]] for name, x in given.items()}
    first[STATE] = np.zeros((WINDOWS, spec.segments - 1, spec.token), np.float32)
    engines: dict[str, Engine] = {}
    for engine, precision in KINDS:
        key = f"{engine} {precision}"
        engines[f"{key} window"] = converted(lean(whole, engine), given, engine, precision)
        step = converted(Step(model, engine).eval(), first, engine, precision)
        engines[f"{key} hop"] = StreamingEngine(step, spec)
    times = microseconds(engines, given)
    return [
        {
            "engine": engine,
            "precision": precision,
            "window_us": times[f"{engine} {precision} window"],
            "hop_us": times[f"{engine} {precision} hop"],
            "ratio": round(times[f"{engine} {precision} hop"] / times[f"{engine} {precision} window"], 3),
        }
        for engine, precision in KINDS
    ]


def main(arguments: Sequence[str]) -> int:
    """Print a table a size."""
    import torch

    parser = argparse.ArgumentParser(prog="python -m myoedge.export.graph.hop", description=__doc__)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args(arguments)
    torch.set_num_threads(1)
    found = []
    for widths in WIDTHS:
        rows = measure(*widths)
        found.append({"widths": widths, "rows": rows})
        if not args.json:
            print(f"widths {widths[0]} and {widths[1]}        window us   hop us   ratio")
            for row in rows:
                name, times = f"{row['engine']} {row['precision']}", (row["window_us"], row["hop_us"])
                print(f"  {name:<20}{times[0]:>10.0f}{times[1]:>9.0f}{row['ratio']:>8.2f}", flush=True)
    if args.json:
        print(json.dumps(found, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
