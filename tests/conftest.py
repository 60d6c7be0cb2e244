"""What every test can ask for: the recordings beside the clone, mercy where a library is left out."""

import os
import re
from collections.abc import Callable, Generator
from pathlib import Path

import pytest

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
