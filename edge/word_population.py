"""What a bundle knows of movements from other people: scales, factors, the network, weights, thresholds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.bundle import Bundle
from myoedge.edge.errors import FormatError
from myoedge.edge.segment import Cut
from myoedge.edge.word_cells import cells_of, tokens_of
from myoedge.edge.word_features import see
from myoedge.edge.word_match import Factor
from myoedge.edge.word_network import WordNetwork, unpack_weights
from myoedge.edge.word_scale import Scale

FILE = "words.npz"
USES = ("both", "emg", "imu")  # which modalities are there
BY_FRAMES = "warped"  # the block of frames in the time of each word, beside the distance itself:
WARPED = "frames_emg"

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Movement:
    """One movement in the values that words are told by, not yet about the wearer's mean."""

    emg: Array  # log-covariance, span by span
    imu: Array | None
    frames_emg: Array  # (frame, value), turned so that a word's repetitions differ by 1 in every value
    tokens_emg: NDArray[np.float32]
    tokens_imu: NDArray[np.float32]


@dataclass(frozen=True)
class Population:
    """Read from words.npz of a bundle."""

    statistics: Scale
    warped_mean: Array  # of pooled frames
    frames_turn: Array  # (value, value)
    tokens: Scale
    factors: Mapping[str, Factor]  # by block: emg, warped, imu, net_emg, net_imu, net_both
    network: WordNetwork
    weights: Mapping[str, Mapping[str, float]]  # by what is there, by block and WARPED
    least: Mapping[str, float]  # by what is there: score above which a movement is a taught word

    def measure(self, cut: Cut, rate_hz: float, imu_rate_hz: float) -> Movement:
        """The values of one movement; other channels than the population's raise FormatError."""
        seen = see(cut, rate_hz, imu_rate_hz)
        if len(seen.emg) != len(self.statistics.emg_mean):
            raise FormatError(
                f"a movement of {cut.emg.shape[1]} channels; the bundle's words were learned from "
                f"{len(self.frames_turn) // 2}: use such an armband"
            )
        emg, imu = tokens_of(cells_of(cut, imu_rate_hz))
        return Movement(seen.emg, seen.imu, seen.emg_frames @ self.frames_turn.T, emg, imu)


def load_population(bundle: Bundle) -> Population | None:
    """None where the bundle brings none; raises FormatError when its file makes no sense."""
    if FILE not in bundle.files:
        return None
    arrays = bundle.arrays(FILE)
    try:
        return population_of(arrays)
    except (KeyError, ValueError, IndexError) as error:
        raise FormatError(f"bundle {bundle.name}: {FILE} lacks or misstates {error}; rebuild it") from error


def population_of(arrays: Mapping[str, NDArray[Any]]) -> Population:
    """From the arrays of words.npz; raises KeyError, ValueError or FormatError."""

    def scale(name: str) -> Scale:
        return Scale(
            *(arrays[f"{name}.{part}"] for part in ("emg_mean", "emg_spread", "imu_mean", "imu_spread"))
        )

    blocks = [key.removesuffix(":turn") for key in arrays if key.endswith(":turn")]
    factors = {
        name: Factor(arrays[f"{name}:turn"].astype(np.float64), arrays[f"{name}:between"].astype(np.float64))
        for name in blocks
    }
    names = (*blocks, WARPED)
    weights = {use: dict(zip(names, arrays[f"weights.{use}"].tolist(), strict=True)) for use in USES}
    least = dict(zip(USES, arrays["least"].tolist(), strict=True))
    return Population(
        scale("statistics"),
        arrays["warped.mean"].astype(np.float64),
        arrays["frames.turn"].astype(np.float64),
        scale("tokens"),
        factors,
        WordNetwork(unpack_weights(arrays)),
        weights,
        least,
    )
