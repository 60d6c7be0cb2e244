"""What the fast graph is worth: all forms of the same weights in turns, at three sizes and of a real network.

`python -m myoedge.export.graph.sizes [--network default] [--converters] [--json]`
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from torch import nn

LABELS, EXAMPLES = 50, 8
STREAMS = {"emg": (400, 12), "acc": (400, 36)}
WIDTHS = ((32, 64), (64, 128), (128, 256))  # of the layers within a modality, and of those over both

Inputs = Mapping[str, NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Form:
    """One file of a network."""

    name: str
    engine: str
    model: bytes


def sized(narrow: int, wide: int) -> "nn.Module":
    """A stand-in, untrained: 12 EMG and 36 acceleration channels, 2 s at 200 Hz in patches of 20, two layers
    within each and two over both."""
    from myoedge.export.models import build_model

    return build_model(
        "hierarchical",
        labels=LABELS,
        inputs=STREAMS,
        width=narrow,
        cross_width=wide,
        hidden=[2 * narrow] * 4 + [2 * wide] * 2,
        embedding=wide,
        patches=20,
        power=(),
    ).eval()


def forms(model: "nn.Module", example: Inputs, converters: bool) -> list[Form]:
    """Every form, the plain float ONNX export first; `converters`: what litert-torch makes of it too."""
    from myoedge.export.graph.formats import fast_onnx, fast_tflite
    from myoedge.export.quantizers.converted import to_onnx, to_tflite
    from myoedge.export.quantizers.litert_dynamic import quantize_tflite
    from myoedge.export.quantizers.ort_dynamic import quantize_onnx

    plain, quick, light = to_onnx(model, example), fast_onnx(model, example), fast_tflite(model, example)
    found = [
        Form("onnx plain float", "onnx", plain),
        Form("onnx plain int8", "onnx", quantize_onnx(plain)),
        Form("onnx fast float", "onnx", quick),
        Form("onnx fast int8", "onnx", quantize_onnx(quick)),
        Form("litert fast float", "litert", light),
        Form("litert fast int8", "litert", quantize_tflite(light)),
    ]
    if converters:
        converted = to_tflite(model, example)
        found.append(Form("litert converted float", "litert", converted))
        found.append(Form("litert converted int8", "litert", quantize_tflite(converted)))
    return found


def measure(model: "nn.Module", example: Inputs, converters: bool = False) -> list[dict[str, Any]]:
    """A row a form: CPU time of one window, its ratio to the plain float ONNX export, difference, size."""
    from myoedge.export.parity import FloatEngine, largest_difference, open_engine, run_all
    from myoedge.export.speed import microseconds

    names = tuple(example)
    scores, embedding = run_all(FloatEngine(model, names), example)
    made = forms(model, example, converters)
    engines = {one.name: open_engine(one.engine, one.model, names) for one in made}
    times = microseconds(engines, example)
    first = times[made[0].name]
    return [
        {
            "form": one.name,
            "us": times[one.name],
            "ratio": round(times[one.name] / first, 3),
            "difference": largest_difference(engines[one.name], example, scores, embedding),
            "kb": round(len(one.model) / 1000, 1),
        }
        for one in made
    ]


def main(arguments: Sequence[str]) -> int:
    """Print one table a network."""
    import torch

    parser = argparse.ArgumentParser(prog="python -m myoedge.export.graph.sizes", description=__doc__)
    parser.add_argument(
        "--network", default="default", help="a float network beside the three sizes (default)"
    )
    parser.add_argument("--converters", action="store_true", help="litert-torch's graphs too: a minute each")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args(arguments)
    torch.set_num_threads(1)
    torch.manual_seed(0)
    found = []
    for title, model, inputs in _networks(args.network):
        noise = np.random.default_rng(0)
        example = {
            name: noise.normal(size=(EXAMPLES, *shape)).astype(np.float32) for name, shape in inputs.items()
        }
        rows = measure(model, example, args.converters)
        found.append({"network": title, "rows": rows})
        if not args.json:
            print(_text(title, rows), flush=True)
    if args.json:
        print(json.dumps(found, indent=1))
    return 0


def _networks(name: str) -> "list[tuple[str, nn.Module, Mapping[str, tuple[int, ...]]]]":
    from myoedge.export.models.cost import parameters
    from myoedge.export.network import load_network

    real = load_network(name)
    made = [(sized(*widths), STREAMS) for widths in WIDTHS]
    rows = [(f"{parameters(model) / 1000:.0f} k parameters", model, dict(inputs)) for model, inputs in made]
    return [*rows, (real.name, real.model, real.inputs)]


def _text(title: str, rows: Sequence[Mapping[str, Any]]) -> str:
    lines = [f"{title}{'us':>{32 - len(title)}}{'ratio':>8}{'kB':>8}  largest difference"]
    lines += [
        f"  {row['form']:<24}{row['us']:6.0f}{row['ratio']:8.2f}{row['kb']:8.0f}  {row['difference']:.1g}"
        for row in rows
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
