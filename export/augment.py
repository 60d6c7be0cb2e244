"""What may happen between two wearings of a band, done to windows: turned, mirrored, louder, a lead off."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
RNG = np.random.Generator


@dataclass(frozen=True, slots=True)
class Wearing:
    """How the band sits and the muscle speaks, as a change to recorded windows."""

    turn: float  # channels the band is turned by, any fraction
    mirrored: bool
    gain: NDArray[np.float64]  # (channel,) factor
    dropped: int | None  # a channel that gives nothing
    tilt: NDArray[np.float64]  # (3, 3) rotation of the forearm, for acceleration and angular rate
    smooth: float = 0.0  # share of the sample before: another band's or data set's spectrum is lower
    rough: float = 0.0  # noise in proportion to the signal: or higher

    @property
    def as_recorded(self) -> bool:
        """The band sits nearly as it did: labels of other people may still hold."""
        return not self.mirrored and abs((self.turn + 4) % 8 - 4) <= 1


def draw_wearing(rng: RNG, channels: int = 8) -> Wearing:
    """Any donning: in a third of the cases about where it was, else anywhere around the arm."""
    near = rng.random() < 0.35
    return Wearing(
        turn=float(rng.normal() * 0.25) if near else float(rng.random() * channels),
        mirrored=bool(not near and rng.random() < 0.3),
        gain=np.exp(rng.normal() * 0.35 + rng.normal(size=channels) * 0.08),
        dropped=int(rng.integers(channels)) if rng.random() < 0.06 else None,
        tilt=_rotation(rng.normal(size=3) * 0.3),
        smooth=float(rng.random() * 0.5) if rng.random() < 0.4 else 0.0,
        rough=float(rng.random() * 0.7) if rng.random() < 0.4 else 0.0,
    )


def drift(wearing: Wearing, rng: RNG) -> Wearing:
    """The same donning some minutes or an hour later; now and then the band has slipped or lost a lead."""
    channels = len(wearing.gain)
    slipped = rng.random() < 0.3
    dropped = int(rng.integers(channels)) if rng.random() < 0.06 else wearing.dropped
    return replace(
        wearing,
        turn=wearing.turn + (float(rng.normal() * 0.3) if slipped else 0.0),
        gain=wearing.gain * np.exp(rng.normal() * 0.15 + rng.normal(size=channels) * 0.06),
        dropped=dropped,
        tilt=wearing.tilt @ _rotation(rng.normal(size=3) * 0.1),
    )


def wear_emg(windows: Array, wearing: Wearing, rng: RNG, noise: float = 0.7) -> Array:
    """EMG windows as that wearing would have given them; (window, time, channel), noise in counts."""
    x: NDArray[np.floating[Any]] = turned(windows[..., ::-1] if wearing.mirrored else windows, wearing.turn)
    x = x * wearing.gain * (1 + wearing.rough * rng.standard_normal(x.shape))
    x[:, 1:] = (1 - wearing.smooth) * x[:, 1:] + wearing.smooth * x[:, :-1]
    x += noise * rng.random() * rng.standard_normal(x.shape)
    if wearing.dropped is not None:
        x[..., wearing.dropped] = 0
    return np.ascontiguousarray(x, np.float32)


def wear_imu(windows: Array, wearing: Wearing, rng: RNG) -> Array:
    """IMU windows (window, time, 6: acceleration, angular rate) with the forearm tilted."""
    parts = windows.reshape(*windows.shape[:2], 2, 3) @ wearing.tilt.T
    noise = 0.02 * rng.standard_normal(windows.shape)
    return np.asarray(parts.reshape(windows.shape) + noise, np.float32)


def turned(windows: NDArray[np.float32], turn: float) -> NDArray[np.float32]:
    """Channels read between two electrodes of the ring; the power of independent channels is kept."""
    whole = int(np.floor(turn))
    share = turn - whole
    near, far = np.roll(windows, whole, -1), np.roll(windows, whole + 1, -1)
    mixed = ((1 - share) * near + share * far) / np.hypot(1 - share, share)
    return np.asarray(mixed, np.float32)


def _rotation(vector: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rodrigues: the rotation about `vector` by its length in radians."""
    angle = float(np.linalg.norm(vector))
    x, y, z = vector / max(angle, 1e-9)
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.asarray(np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross)
