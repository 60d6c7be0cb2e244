"""NinaPro DB8's rate and inertial columns, which differ between copies of the set."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.errors import FormatError
from myoedge.edge.stream import StreamSpec
from myoedge.export.data import matlab
from myoedge.export.data.ninapro_files import columns_of, people_of
from myoedge.export.data.spec import DatasetSpec

# 1111 Hz as recorded, 2000 Hz in copies that were up-sampled; a movement lasts 6 to 9 s.
RATES_HZ, MOVEMENT_S = (1111.0, 2000.0), (6.0, 9.0)


def db8_declared(spec: DatasetSpec, root: Path) -> DatasetSpec:
    """Its rate by the length of its movements, its inertial columns as the first whole file has them."""
    for file in (file for found in people_of(root)[0].values() for file in found):
        try:
            shapes = matlab.variables(file.path)
            rate_hz, why = rate_of(columns_of(file, shapes)[0])
        except FormatError:
            continue  # load says what is wrong with it
        every = round(rate_hz / 100)
        slow = {"glove": spec.streams["glove"].channels}
        slow |= {name: int(shapes[name][1]) for name in ("acc", "gyro", "mag") if name in shapes}
        streams: dict[str, StreamSpec] = {"emg": replace(spec.streams["emg"], rate_hz=rate_hz)}
        streams |= {name: StreamSpec(rate_hz / every, channels, "raw") for name, channels in slow.items()}
        return replace(spec, streams=streams, cautions=(*spec.cautions, why))
    return spec


def rate_of(labels: NDArray[np.int64]) -> tuple[float, str]:
    """Rate by the median movement, and how it was found."""
    edges = np.flatnonzero(np.diff(labels, prepend=0, append=0))
    lengths = [int(b - a) for a, b in pairwise(edges) if labels[a] != 0]
    rows = float(np.median(lengths)) if lengths else 0.0
    for rate_hz in RATES_HZ:
        if MOVEMENT_S[0] <= rows / rate_hz <= MOVEMENT_S[1]:
            return rate_hz, f"{rate_hz:g} Hz, as its movements then last {rows / rate_hz:.1f} s"
    native = RATES_HZ[0]
    return native, f"movements of {rows:g} rows fit neither known rate: taken as {native:g} Hz, as recorded"


def same_rate(labels: NDArray[np.int64], rate_hz: float) -> None:
    """Refuses (FormatError) a file whose movements tell of another rate than the set's."""
    found, how = rate_of(labels)
    if found != rate_hz and "neither" not in how:
        raise FormatError(f"{how}, while other files of the set are at {rate_hz:g} Hz; wanted one rate")
