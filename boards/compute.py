"""The compute bench: every engine and precision that a bundle carries, in turns, on this very computer."""

import time
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.bundle import Bundle
from myoedge.edge.engines import ENGINES, FLOAT, Engine, golden_error, open_engine
from myoedge.edge.engines.timing import ratio, timed

NEAR = 0.97  # an engine takes the place of one before it in the table where it is faster than this (ours)


def bench_compute(bundle: Bundle) -> dict[str, Any]:
    """The row of `bench compute --json`; `chosen` is a name of ENGINES, None where no engine is right.

    `ratio_to_fp32` is to ONNX Runtime in float where the bundle carries that, else to its other float file,
    else null. Only engines that reproduce the golden vectors here are timed.
    """
    engines, load_ms, refused = _open_all(bundle)
    times = timed(engines, _inputs(bundle)) if engines else {}
    floats = [name for name in ("onnx" + FLOAT, "litert" + FLOAT, "tflite" + FLOAT) if name in times]
    base = floats[0] if floats else None
    rows = [
        {
            "name": name,
            "engine": name.removesuffix(FLOAT),
            "precision": "fp32" if name.endswith(FLOAT) else "int8",
            "us_p50": round(float(np.median(of)), 1),
            "us_p99": round(float(np.percentile(of, 99)), 1),
            "ratio_to_fp32": None if base is None else round(ratio(of, times[base]), 3),
            "kb": round(len(bundle.files[bundle.engines[name]]) / 1000, 1),
            "load_ms": round(load_ms[name], 1),
        }
        for name, of in times.items()
    ]
    return {
        "bundle": bundle.name,
        "bundle_digest": bundle.short_digest,
        "rows": rows,
        "fp32": base,
        "refused": refused,
        "chosen": fastest(times),
    }


def fastest(times: Mapping[str, NDArray[np.float64]]) -> str | None:
    """The name to run, of times in the table's order, (round, window) each."""
    best: str | None = None
    for name, of in times.items():
        if best is None or ratio(of, times[best]) < NEAR:
            best = name
    return best


def _open_all(bundle: Bundle) -> tuple[dict[str, Engine], dict[str, float], list[str]]:
    """Engines that are right here, the CPU time of loading and testing each, and why others are not."""
    engines: dict[str, Engine] = {}
    load_ms: dict[str, float] = {}
    refused: list[str] = []
    for name in (name for name in ENGINES if name in bundle.engines):
        try:
            open_engine(name, bundle)  # once before the clock starts: a library's import is no engine's
            start_ns = time.thread_time_ns()
            engine = open_engine(name, bundle)
            wrong = golden_error(engine, bundle)
        except Exception as error:  # each engine has errors of its own
            wrong = f"not installed ({error})" if isinstance(error, ImportError) else f"cannot open ({error})"
        if wrong is not None:
            refused.append(f"{name}: {wrong}")
            continue
        load_ms[name] = (time.thread_time_ns() - start_ns) / 1e6
        engines[name] = engine
    return engines, load_ms, refused


def _inputs(bundle: Bundle) -> dict[str, NDArray[np.float32]]:
    golden = bundle.golden()
    return {name: golden[name] for name in bundle.inputs}
