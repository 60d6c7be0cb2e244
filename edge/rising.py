"""The first moments of a contraction, judged on the newest samples alone.

A window of 200 ms that is half rest looks like neither rest nor gesture. So while the arm was quiet a moment
ago and the newest samples are not, a second head decides: fitted by calibration on ramps from the wearer's
own rest into each of the wearer's gestures, on the same closed-form features of 80 ms. What the whole window
says is heard beside it, a little: it knows late what the newest samples only guess.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.errors import FormatError
from myoedge.edge.features import log_time_domain, tangent
from myoedge.edge.head import Head, head_from_json

NEWEST_MS = 80.0  # what is judged (our choice: longer is surer and later)
QUIET_MS = ((150.0, 110.0), (200.0, 160.0))  # before the end: the arm was quiet in either of these spans
SCORE = 0.7  # posterior that is believed (our choice, on simulated wearers)
WHOLE = 0.2  # power in which the whole window's posterior counts (our choice; docs/bench.md has others)
LEAST = 1e-3, 1e-6  # posteriors of the whole window and of the newest samples count no less than this
REST = "rest"


@dataclass(frozen=True, slots=True)
class Rising:
    """One wearer's ramps; the head's labels repeat, once for each stage of a ramp."""

    head: Head
    quiet: float  # mean absolute value, in the window's units, that rest hardly ever exceeds

    def __call__(
        self, samples: NDArray[np.float32], rate_hz: float, whole: Mapping[str, float]
    ) -> tuple[str, float] | None:
        """Label and posterior while a contraction may be rising in the (time, channel) window; else None.

        `whole` is the posterior by label that the wearer's other head finds in all of the window. "rest"
        means: not sure yet.
        """
        if not any(self._is_quiet(samples, rate_hz, *span) for span in QUIET_MS):
            return None
        newest = samples[-rows_of(NEWEST_MS, rate_hz) :]
        if strength(newest) <= self.quiet:
            return None
        distances = self.head.distances(ramp_features(newest))
        nearest: dict[str, float] = {}
        for label, distance in zip(self.head.labels, distances, strict=True):
            nearest[label] = min(distance, nearest.get(label, np.inf))
        labels = tuple(nearest)
        posterior = self.head.posterior(np.array([*nearest.values()]), len(self.head.spread))
        beside = np.array([whole.get(label, 0.0) for label in labels])
        posterior = (posterior + LEAST[1]) * (beside + LEAST[0]) ** WHOLE
        posterior /= posterior.sum()
        best = int(posterior.argmax())
        score = float(posterior[best])
        return (labels[best], score) if score >= SCORE else (REST, score)

    def _is_quiet(
        self, samples: NDArray[np.float32], rate_hz: float, start_ms: float, stop_ms: float
    ) -> bool:
        start, stop = rows_of(start_ms, rate_hz), rows_of(stop_ms, rate_hz)
        return start <= len(samples) and strength(samples[-start:-stop]) < self.quiet

    def to_json(self) -> dict[str, Any]:
        return {"head": self.head.to_json(), "quiet": self.quiet}


def strength(samples: NDArray[np.float32]) -> float:
    """Mean absolute value of (time, channel) samples."""
    return float(np.add.reduce(np.abs(samples), axis=None)) / samples.size


def rows_of(ms: float, rate_hz: float) -> int:
    """Samples in so many milliseconds."""
    return max(1, round(ms * rate_hz / 1000))


def ramp_features(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Log time-domain and tangent features of a short stretch, (time, channel) -> (feature,)."""
    return np.concatenate([log_time_domain(samples), tangent(samples)])


def ramp_blocks(channels: int) -> tuple[tuple[int, int], ...]:
    """The two blocks of `ramp_features`."""
    first = 4 * channels
    return (0, first), (first, first + channels * (channels + 1) // 2)


def rising_from_json(row: Mapping[str, Any] | None) -> Rising | None:
    """Read it from a profile; raises KeyError, TypeError or ValueError."""
    if row is None:
        return None
    quiet = float(row["quiet"])
    if not 0 <= quiet < np.inf:
        raise FormatError(f"a level of rest of {quiet}; calibrate again")
    return Rising(head_from_json(row["head"]), quiet)
