"""The curve of accuracy against reaction time: windows and hops of a bundle on recorded movements."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import Any

from myoedge.calibration.learn import PRIOR
from myoedge.edge.bundle import Bundle
from myoedge.edge.engines import Engine
from myoedge.edge.errors import UsageError
from myoedge.export.data.repetition import LoadedDataset
from myoedge.export.evaluate import evaluate
from myoedge.export.recorded import Recorded, fit_profile, measure_recorded

WINDOWS_MS, HOPS_MS = (100.0, 150.0, 200.0), (10.0, 25.0, 50.0)  # packets of the Myo hold 10 ms
PROTOCOL = "sessions"
Progress = Callable[[str], None]


def with_window(bundle: Bundle, window_ms: float) -> Bundle:
    """The bundle on windows of another length, without the prior that was made on its own.

    Raises UsageError for a bundle with a network, which was trained on one length.
    """
    if bundle.inputs:
        raise UsageError(
            f"bundle {bundle.name} has a network for windows of its own; train another one, or use classic"
        )
    clock = replace(bundle.modalities[bundle.clock], window_ms=window_ms)
    files = {name: data for name, data in bundle.files.items() if name != PRIOR}
    return replace(bundle, modalities={**bundle.modalities, bundle.clock: clock}, files=files)


def measure_curve(
    bundles: Sequence[tuple[Bundle, Engine | None]],
    dataset: LoadedDataset,
    recorded: Sequence[Recorded],
    hops_ms: Collection[float] = HOPS_MS,
    progress: Progress = lambda _: None,
) -> list[dict[str, Any]]:
    """A row for each bundle and hop: accuracy on the data set beside the reaction of the same people.

    A bundle without a network is measured on every one of `WINDOWS_MS`, others on their own window.
    """
    rows = []
    for bundle, engine in bundles:
        for subject in [bundle] if bundle.inputs else [with_window(bundle, ms) for ms in WINDOWS_MS]:
            accuracy = evaluate(subject, engine, dataset, PROTOCOL)["mean"]["accuracy"]
            profiles = {one.take.wearer: fit_profile(subject, engine, one) for one in recorded}
            for hop_ms in hops_ms:
                row = {
                    "bundle": subject.name,
                    "window_ms": subject.modalities[subject.clock].window_ms,
                    "accuracy": round(accuracy, 4),
                    **measure_recorded(subject, engine, recorded, hop_ms, profiles),
                }
                rows.append(row)
                progress(f"{row['bundle']} {row['window_ms']:g} ms every {hop_ms:g} ms")
    return rows
