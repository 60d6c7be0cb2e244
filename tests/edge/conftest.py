"""A person whose muscles are noise of a known covariance, with a bundle and a profile of their own."""

import copy
import json
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from myoedge.edge.bundle import Bundle, load_bundle, write_bundle
from myoedge.edge.chunk import Chunk
from myoedge.edge.head import Head
from myoedge.edge.modality import NS
from myoedge.edge.pipeline import Pipeline
from myoedge.edge.profile import LevelScale, Profile, Thresholds
from myoedge.edge.stream import StreamSpec

GESTURES = ("rest", "fist", "open")
Counts = NDArray[np.float64]


def make_counts(label: str, rows: int, channels: int = 8, seed: int = 0) -> Counts:
    """Whole counts of an 8-bit armband, (time, channel): about 1 at rest, up to 31 rms in a gesture."""
    rng = np.random.default_rng([seed, GESTURES.index(label)])
    strength = np.full(channels, 1.5)
    if label != "rest":
        away = np.arange(channels) - channels // 4 * (1 if label == "fist" else 3)
        strength = 6 + 25 * np.exp(-(away**2) / 4)
    return np.asarray(np.clip(np.round(rng.normal(size=(rows, channels)) * strength), -128, 127))


def cut(
    samples: Counts, rate_hz: float, sizes: Sequence[int] = (), modality: str = "emg", start_ns: int = 10 * NS
) -> list[Chunk]:
    """Chunks of the given sizes in turn (default 2 rows), each arriving 1 ms after its last sample."""
    period, made, at = round(NS / rate_hz), list[Chunk](), 0
    while at < len(samples):
        rows = sizes[len(made) % len(sizes)] if sizes else 2
        piece = samples[at : at + rows]
        t_ns = start_ns + at * period
        made.append(Chunk(modality, piece, t_ns, t_ns + (len(piece) - 1) * period + 1_000_000))
        at += rows
    return made


def make_profile(bundle: Bundle, specs: Mapping[str, StreamSpec], **changes: Any) -> Profile:
    """A Gaussian head on the closed-form features of every gesture, fitted on the device's own windows."""
    spec = specs["emg"]
    blank = _profile(bundle, spec.channels, None, changes)
    embedded: list[list[NDArray[np.float32]]] = []
    levels: list[float] = []
    for label in GESTURES:
        rows = round(spec.rate_hz * 6)
        pipeline = Pipeline(bundle, None, blank, specs)
        found = []
        for chunk in cut(make_counts(label, rows, spec.channels, seed=99), spec.rate_hz, (50,)):
            signal, _ = pipeline.condition(chunk)
            found += [pipeline.embed(window, None) for window in pipeline.windows(signal)]
        embedded.append([e.embedding for e in found])
        levels.append(float(np.mean([e.level for e in found])))
    head = _head(embedded, _blocks(bundle, spec.channels))
    return _profile(bundle, spec.channels, head, {"level": LevelScale(levels[0], max(levels)), **changes})


def _blocks(bundle: Bundle, channels: int) -> tuple[tuple[int, int], ...]:
    sizes = {"log_time_domain": 4 * channels, "tangent": channels * (channels + 1) // 2}
    edges = np.cumsum(
        [0, *(sizes[f] for f in bundle.features), *([bundle.embedding] * bool(bundle.embedding))]
    )
    return tuple((int(a), int(b)) for a, b in pairwise(edges))


def _profile(bundle: Bundle, channels: int, head: Head | None, changes: Mapping[str, Any]) -> Profile:
    blocks = _blocks(bundle, channels)
    size = blocks[-1][1]
    eyes = tuple(np.eye(b - a) for a, b in blocks)
    blank = Head(GESTURES, np.zeros((3, size)), np.ones(size), blocks, eyes)
    row: dict[str, Any] = {
        "wearer": "anna",
        "armband": "myo",
        "bundle": bundle.digest,
        "bundle_name": bundle.name,
        "created_utc": "2024-01-01T00:00:00+00:00",
        "order": tuple(range(channels)),
        "gain": 1.0,
        "head": head or blank,
        "thresholds": Thresholds(0.5, 1e6),
        "level": LevelScale(1.0, 20.0),
    }
    return Profile(**{**row, **changes})


def _head(embedded: list[list[NDArray[np.float32]]], blocks: tuple[tuple[int, int], ...]) -> Head:
    means = np.array([np.mean(rows, axis=0) for rows in embedded], float)
    inside = np.concatenate([np.array(rows) - mean for rows, mean in zip(embedded, means, strict=True)])
    spread = inside.std(axis=0) + 1e-3
    white = inside / spread
    covariances = tuple(
        0.5 * np.cov(white[:, a:b].T).reshape(b - a, b - a) + 0.5 * np.eye(b - a) for a, b in blocks
    )
    return Head(GESTURES, means / spread, spread, blocks, covariances)


CLASSIC: dict[str, Any] = {
    "name": "test",
    "task": "gesture",
    "labels": [],
    "modalities": {
        "emg": {
            "rate_hz": None,
            "channels": None,
            "window_ms": 200,
            "filters": [{"kind": "high_pass", "hz": 20}],
        }
    },
    "clock": "emg",
    "hop_ms": 50,
    "max_gap_ms": 60,
    "features": ["log_time_domain", "tangent"],
    "new_share": 0.5,
}


@pytest.fixture
def row() -> dict[str, Any]:
    """What a bundle.json says, less its files."""
    return copy.deepcopy(CLASSIC)


@pytest.fixture(scope="session")
def counts() -> Callable[..., Counts]:
    return make_counts


@pytest.fixture(scope="session")
def chunks() -> Callable[..., list[Chunk]]:
    return cut


@pytest.fixture
def make_bundle(tmp_path: Path) -> Callable[..., Bundle]:
    """Writes a bundle folder and loads it: its `files`, and what of bundle.json differs from CLASSIC."""

    def make(files: Mapping[str, bytes] | None = None, **changes: Any) -> Bundle:
        folder = tmp_path / f"bundle{len(list(tmp_path.iterdir()))}"
        write_bundle(folder, json.loads(json.dumps({**CLASSIC, **changes})), files or {})
        return load_bundle(folder)

    return make


@pytest.fixture(scope="session")
def classic() -> Bundle:
    return load_bundle("classic")


@pytest.fixture(scope="session")
def myo() -> dict[str, StreamSpec]:
    return {"emg": StreamSpec(200, 8, limit=128)}


@pytest.fixture(scope="session")
def profile_of() -> Callable[..., Profile]:
    return make_profile


@pytest.fixture(scope="session")
def anna(classic: Bundle, myo: dict[str, StreamSpec]) -> Profile:
    """Anna with a Myo and the classic bundle."""
    return make_profile(classic, myo)
