"""The unit that flows: a run of consecutive samples of one modality, with the time of the first."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.floating[Any]] | NDArray[np.signedinteger[Any]]


@dataclass(frozen=True, slots=True)
class Chunk:
    """One packet's worth of one modality, or any part or run of it.

    All times are nanoseconds of the host's CLOCK_MONOTONIC (in a replay: of the recording's clock).
    """

    modality: str  # "emg", "imu", ...
    samples: Samples  # (time, channel), raw counts; NaN stands for a value the armband could not give
    t_ns: int  # time of samples[0] on the armband's recovered clock
    arrival_ns: int  # when the packet that holds samples[-1] reached the host
    lost: int = 0  # samples missing just before samples[0]
