"""The arm held otherwise: what a calibration would have looked like with the forearm in other postures.

A minute of calibration is done in one posture, daily use is not. A head fitted on one posture takes every
other one for something it has never seen. So parts of each repetition are looked at as if the forearm had
been turned: the motion sensor's two vectors, acceleration and angular rate, rotated in space.
"""

from dataclasses import replace
from itertools import cycle

import numpy as np
from numpy.typing import NDArray

from myoedge.calibration.embedding import StreamEmbedder
from myoedge.calibration.example import Example
from myoedge.calibration.stretch import Stretch
from myoedge.edge.chunk import Chunk

IMU = "imu"
VECTORS = (
    slice(4, 7),
    slice(7, 10),
)  # acceleration and angular rate behind the quaternion, as the Myo sends them
POSTURES = 4  # for each repetition, the recorded one among them (our choice)
TILT_RAD = (
    1.0  # standard deviation of a turn about each axis (our choice: a raised or lowered arm is about 1)
)


def posed_examples(embedder: StreamEmbedder, stretch: Stretch, seed: int) -> list[Example]:
    """The examples of a stretch, windows taken from several postures in turn; plain without an IMU.

    No window appears twice, so the EMG's part of the embedding is what it would be anyway.
    """
    recorded = embedder.examples(stretch)
    if IMU not in embedder.present or not any(chunk.modality == IMU for chunk in stretch.chunks):
        return recorded
    turns = np.random.default_rng(seed).normal(scale=TILT_RAD, size=(POSTURES - 1, 3))
    views = [recorded, *(embedder.examples(_turned(stretch, rotation(turn))) for turn in turns)]
    return [_in_turn(list(same)) for same in zip(*views, strict=True)]


def rotation(vector: NDArray[np.float64]) -> NDArray[np.float64]:
    """The rotation matrix of a rotation vector in radians (Rodrigues)."""
    angle = float(np.linalg.norm(vector))
    if angle == 0:
        return np.eye(3)
    x, y, z = vector / angle
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.asarray(np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross)


def _turned(stretch: Stretch, turn: NDArray[np.float64]) -> Stretch:
    return replace(
        stretch, chunks=[_turned_chunk(c, turn) if c.modality == IMU else c for c in stretch.chunks]
    )


def _turned_chunk(chunk: Chunk, turn: NDArray[np.float64]) -> Chunk:
    samples = chunk.samples.astype(np.float64)
    for vector in VECTORS:
        samples[:, vector] = samples[:, vector] @ turn.T
    return replace(chunk, samples=samples)


def _in_turn(views: list[Example]) -> Example:
    """Window 0 of the first view, window 1 of the second, and so on, round and round."""
    first = views[0]
    embeddings = first.embeddings.copy()
    for window, view in zip(range(len(first)), cycle(views), strict=False):
        embeddings[window] = view.embeddings[window]
    return replace(first, embeddings=embeddings)
