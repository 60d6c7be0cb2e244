"""Made-up EMG that a head can tell apart, and an armband that plays it."""

from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from myoedge.calibration.stretch import Stretch, stretch_of
from myoedge.edge.bundle import Bundle, load_bundle
from myoedge.edge.chunk import Chunk
from myoedge.edge.recording import Arrival
from myoedge.edge.stream import Notice, StreamSpec

SPECS = {"emg": StreamSpec(200.0, 8, "count", 128.0)}
LABELS = ("rest", "fist", "hand open", "wrist flexion")
PERIOD_NS = 5_000_000


def emg(label: str, seconds: float, seed: int = 0, scale: float = 1.0) -> NDArray[np.float32]:
    """(time, 8) counts: every label has its own loud channels."""
    rng = np.random.default_rng([seed, LABELS.index(label)])
    loud = np.ones(8)
    if label != "rest":
        loud += 25 * np.exp(-(((np.arange(8) - 2.5 * LABELS.index(label)) / 1.5) ** 2))
    samples = np.round(rng.normal(size=(round(200 * seconds), 8)) * loud)
    return (np.clip(samples, -128, 127) * scale).astype(np.float32)


def stretches(repetitions: int = 2, seconds: float = 1.0, scale: float = 1.0) -> list[Stretch]:
    return [
        stretch_of(label, number, {"emg": emg(label, seconds, number, scale)}, {"emg": 200.0})
        for number in range(repetitions)
        for label in LABELS
    ]


@pytest.fixture(scope="session")
def labels() -> tuple[str, ...]:
    return LABELS


@pytest.fixture(scope="session")
def specs() -> Mapping[str, StreamSpec]:
    return SPECS


@pytest.fixture(scope="session")
def make_emg() -> Callable[..., NDArray[np.float32]]:
    return emg


@pytest.fixture(scope="session")
def make_stretches() -> Callable[..., list[Stretch]]:
    return stretches


@pytest.fixture
def played() -> "Played":
    return Played()


@pytest.fixture(scope="session")
def classic() -> Bundle:
    return load_bundle("classic")


class Played:
    """A wearer who obeys at once, on an armband whose samples come as fast as they are read."""

    def __init__(self, obey: bool = True) -> None:
        self.name = "made up"
        self.specs: Mapping[str, StreamSpec] = SPECS
        self.listeners: list[Callable[[Arrival], None]] = []
        self.doing = "rest"
        self.obey = obey
        self.notices: dict[int, Notice] = {}  # before which chunk
        self.jump_ns: dict[int, int] = {}  # time lost before which chunk
        self.chunks = 0
        self.end = 10**9
        self._rng = np.random.default_rng(5)

    def perform(self, label: str, _: float) -> None:
        self.doing = label if self.obey else "rest"

    async def __aiter__(self) -> AsyncIterator[Chunk | Notice]:
        t_ns = 10**9
        source = {label: emg(label, 20.0, 9) for label in LABELS}
        while self.chunks < self.end:
            if self.chunks in self.notices:
                yield self.notices[self.chunks]
            t_ns += self.jump_ns.get(self.chunks, 0)
            at = int(self._rng.integers(3000))
            samples = source[self.doing][at : at + 10]
            arrival_ns = t_ns + 10 * PERIOD_NS
            for listener in self.listeners:
                listener(Arrival(arrival_ns, "emg0", samples.astype(np.int8).tobytes()))
            self.chunks += 1
            yield Chunk("emg", samples, t_ns, arrival_ns)
            t_ns = arrival_ns


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder of this test's own."""
    monkeypatch.setenv("MYOEDGE_DATA", str(tmp_path / "data"))
    return tmp_path / "data"
