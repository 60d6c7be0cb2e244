"""What every test can ask for: the recordings beside the clone, mercy where a library is left out."""

import os
import re
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from numpy.typing import NDArray

if TYPE_CHECKING:
    from myoedge.calibration.embedding import StreamEmbedder
    from myoedge.edge.word_population import Population

ROOT = Path(__file__).resolve().parent.parent


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--missing-ok",
        default="",
        metavar="MODULES",
        help="comma-separated import names this environment leaves out on purpose: tests that need one skip",
    )


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of recordings beside the clone (or where MYOEDGE_SHARED says)."""
    folder = Path(os.environ.get("MYOEDGE_SHARED", ROOT.parent / "shared"))
    if not (folder / "data").is_dir():
        pytest.skip(f"no recordings at {folder}: set MYOEDGE_SHARED to the folder that holds them")
    return folder


@pytest.fixture(scope="session")
def calibration_recording() -> Callable[..., None]:
    """Writes what a Myo would have sent while a simulated wearer was calibrated, with its labels."""
    return write_session


def write_session(
    path: Path, gestures: tuple[str, ...] = ("rest", "fist"), repetitions: int = 2, held_s: float = 1.5
) -> None:
    from myoedge.edge.recording import Arrival, Header, Label, RecordingWriter
    from myoedge.firmware_bridge.codec import MyoCodec
    from myoedge.firmware_bridge.wearer import make_wearer

    wearer, t_ns, packet = make_wearer("anna"), 3_600_000_000_000, 0
    with RecordingWriter(path, Header("myo", "made up", MyoCodec().specs)) as writer:
        for number, gesture in ((n, g) for n in range(repetitions) for g in gestures):
            for label, seconds in (("rest", 1.0), (gesture, 0.5), (gesture, held_s)):
                if label != wearer.gesture:
                    wearer.perform(label)
                if seconds == held_s:
                    writer(Label(t_ns, gesture, number, "start"))
                for _ in range(round(seconds * 100)):
                    t_ns, packet = t_ns + 10_000_000, packet + 1
                    data = wearer.emg(2).astype("i1").tobytes()
                    writer(Arrival(t_ns, f"emg{packet % 4}", data))
            writer(Label(t_ns, gesture, number, "end"))


class Moves:
    """Made-up movements of an arm as a Myo's counts: a second of movement between rests."""

    words = ("turn page", "wave", "knock")

    def __init__(self) -> None:
        from myoedge.edge.stream import StreamSpec

        self.specs = {
            "emg": StreamSpec(200.0, 8, "count", 128.0),
            "imu": StreamSpec(50.0, 10, "count", 32768.0),
        }

    def __call__(self, word: str, seed: int = 0) -> dict[str, NDArray[np.float32]]:
        """2.5 s of one word; "grip" moves only the muscles, any other name nothing."""
        rng = np.random.default_rng([seed, len(word)])
        time = np.arange(125) / 50
        inside = np.sqrt(np.clip(np.sin(np.pi * (time - 0.5)), 0, 1)) * ((time >= 0.5) & (time < 1.5))
        imu = np.zeros((len(time), 10))
        imu[:, 0] = 16384
        imu[:, 4:7] = np.array([0.2, -0.3, 0.93]) * 2048 + rng.normal(size=(len(time), 3)) * 10
        imu[:, 7:] = rng.normal(size=(len(time), 3)) * 5
        loud = np.full(8, 20.0 if word == "grip" else 1.5)
        if word in self.words:
            axis = self.words.index(word)
            phase = 2 * np.pi * (axis + 1) * (time - 0.5) + rng.normal() * 0.1
            imu[:, 7 + axis] += 4000 * (1 + 0.1 * rng.normal()) * np.cos(phase) * inside
            imu[:, 4 + axis] += 600 * np.sin(phase) * inside
            loud = 3 + 25 * np.exp(-(((np.arange(8) - 2.5 * axis) / 1.5) ** 2))
        emg = rng.normal(size=(500, 8)) * (1.5 + (loud - 1.5) * np.repeat(inside, 4)[:, None])
        return {
            "emg": np.clip(np.round(emg), -128, 127).astype(np.float32),
            "imu": np.round(imu).astype(np.float32),
        }

    def chunks(self, words: Sequence[str], seed: int = 0, rows: int = 8, imu: bool = True) -> list[Any]:
        """One movement after the other, in chunks of so many EMG rows, the IMU's beside them."""
        from myoedge.edge.chunk import Chunk

        made = [self(word, seed + i) for i, word in enumerate(words)]
        names = ("imu", "emg") if imu else ("emg",)
        joined = {name: np.concatenate([one[name] for one in made]) for name in names}
        found: list[Chunk] = []
        for at in range(0, len(joined["emg"]), rows):
            for name in names:
                every = 4 if name == "imu" else 1
                start, stop = -(-at // every), -(-(at + rows) // every)
                t_ns, arrival_ns = start * every * 5_000_000, (at + rows) * 5_000_000
                if len(piece := joined[name][start:stop]):
                    found.append(Chunk(name, piece, 10**10 + t_ns, 10**10 + arrival_ns))
        return found


@pytest.fixture(scope="session")
def moves() -> Moves:
    """Movements that anybody can teach as words."""
    return Moves()


@pytest.fixture(scope="session")
def population() -> "Population":
    """What the shipped bundle knows of other people's movements."""
    from myoedge.edge.bundle import load_bundle
    from myoedge.edge.word_population import load_population

    found = load_population(load_bundle("default"))
    if found is None:
        pytest.skip("the shipped bundle was built without words")
    return found


@pytest.fixture(scope="module")
def embedder(moves: Moves) -> "StreamEmbedder":
    """The shipped bundle without its network, on a Myo's streams."""
    from myoedge.calibration.embedding import StreamEmbedder
    from myoedge.edge.bundle import load_bundle

    return StreamEmbedder(load_bundle("default"), None, moves.specs)


def left_out(config: pytest.Config, names: set[str]) -> str | None:
    """The first of the modules not found that may be missing here."""
    allowed = set(str(config.getoption("--missing-ok")).split(","))
    return next((name for name in sorted(names) if name.split(".")[0] in allowed), None)


def not_found(error: BaseException | None) -> set[str]:
    """The modules whose absence led to this error: itself, its cause, or what a child process said."""
    names = set[str]()
    while error is not None:
        names |= set(re.findall(r"No module named '([\w.]+)'", str(error)))
        if isinstance(error, ModuleNotFoundError) and error.name:
            names.add(error.name)
        error = error.__cause__ or error.__context__
    return names


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    if report.outcome == "failed":
        name = left_out(
            collector.config, set(re.findall(r"No module named '([\w.]+)'", str(report.longrepr)))
        )
        if name:
            report.outcome = "skipped"
            report.longrepr = (str(collector.path), 1, f"Skipped: {name} is not installed here")
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.outcome == "failed" and call.excinfo is not None:
        name = left_out(item.config, not_found(call.excinfo.value))
        if name:
            report.outcome = "skipped"
            report.longrepr = (str(item.path), 1, f"Skipped: {name} is not installed here")
    return report
