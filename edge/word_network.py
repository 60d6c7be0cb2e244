"""The word network on the device: one small transformer a modality, run by numpy once a movement.

54 thousand numbers and a quarter of a million products a movement: an engine would take longer to call. The
weights are int8 an output channel with a float scale, as export/words_network.py and the bundle have them.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.errors import FormatError

Array = NDArray[np.float32]

HEADS, QUARTERS = 4, 4
EPSILON = 1e-5  # of a layer norm, as torch has it
OUTLETS = ("emg", "imu", "both")


class WordNetwork:
    """Standardised tokens of one or more movements to unit embeddings."""

    def __init__(self, weights: Mapping[str, Array]) -> None:
        """`weights` by the names torch gives them; raises FormatError when one is missing or misshapen."""
        self._w = weights
        try:
            inlets = [weights[f"{name}.inlet.weight"] for name in ("emg", "imu")]
            self.values = inlets[0].shape[1], inlets[1].shape[1]  # a token's, EMG and IMU
            tokens = len(weights["emg.place"])
            found = self(*(np.zeros((1, tokens, values), np.float32) for values in self.values))
        except (KeyError, ValueError, IndexError) as error:
            raise FormatError(
                f"a word network that lacks or misstates {error}; rebuild the bundle"
            ) from error
        self.size = found["both"].shape[1]

    def __call__(self, emg: Array, imu: Array) -> dict[str, Array]:
        """(movement, token, value) of both -> `OUTLETS`, (movement, embedding) each."""
        pooled = {"emg": self._branch("emg", emg), "imu": self._branch("imu", imu)}
        pooled["both"] = np.concatenate([pooled["emg"], pooled["imu"]], axis=1)
        found = {}
        for name in OUTLETS:
            z = self._linear(f"outlets.{name}", self._norm(f"norms.{name}", pooled[name]))
            found[name] = z / np.maximum(np.sqrt((z * z).sum(axis=1, keepdims=True)), 1e-12)
        return found

    def _branch(self, name: str, x: Array) -> Array:
        """One pre-norm layer over the tokens, then the mean of each quarter: (movement, quarter * width)."""
        x = self._linear(f"{name}.inlet", x) + self._w[f"{name}.place"]
        n, tokens, width = x.shape
        qkv = self._linear(f"{name}.qkv", self._norm(f"{name}.norm_1", x))
        q, k, v = qkv.reshape(n, tokens, 3, HEADS, width // HEADS).transpose(2, 0, 3, 1, 4)
        alike = q @ k.swapaxes(-1, -2) / np.float32((width // HEADS) ** 0.5)
        alike = np.exp(alike - alike.max(axis=-1, keepdims=True))
        mixed = (alike / alike.sum(axis=-1, keepdims=True)) @ v
        x = x + self._linear(f"{name}.mix", mixed.swapaxes(1, 2).reshape(n, tokens, width))
        up = np.maximum(self._linear(f"{name}.up", self._norm(f"{name}.norm_2", x)), 0)
        x = x + self._linear(f"{name}.down", up)
        return np.asarray(x.reshape(n, QUARTERS, tokens // QUARTERS, width).mean(axis=2).reshape(n, -1))

    def _linear(self, name: str, x: Array) -> Array:
        return np.asarray(x @ self._w[f"{name}.weight"].T + self._w[f"{name}.bias"])

    def _norm(self, name: str, x: Array) -> Array:
        away = x - x.mean(axis=-1, keepdims=True)
        deviation = np.sqrt((away * away).mean(axis=-1, keepdims=True) + EPSILON)
        return np.asarray(away / deviation * self._w[f"{name}.weight"] + self._w[f"{name}.bias"])


def unpack_weights(arrays: Mapping[str, NDArray[np.generic]]) -> dict[str, Array]:
    """The network's weights of words.npz: int8 matrices times their scale; other arrays are left alone."""
    weights: dict[str, Array] = {}
    for key, array in arrays.items():
        name, _, kind = key.removeprefix("net.").rpartition(":")
        if key.startswith("net.") and kind == "int8":
            weights[name] = array.astype(np.float32) * arrays[f"net.{name}:scale"].astype(np.float32)[:, None]
        elif key.startswith("net.") and kind == "float":
            weights[name] = array.astype(np.float32)
    return weights
