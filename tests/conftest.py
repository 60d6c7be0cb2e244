"""What every test can ask for: the recordings beside the clone, mercy where a library is left out."""

import os
import re
from collections.abc import Generator
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


def left_out(config: pytest.Config, names: set[str]) -> str | None:
    """The first of the modules not found that may be missing here."""
    allowed = set(str(config.getoption("--missing-ok")).split(","))
    return next((name for name in sorted(names) if name.split(".")[0] in allowed), None)


def not_found(error: BaseException | None) -> set[str]:
    """The modules whose absence led to this error, itself or as its cause."""
    names = set[str]()
    while error is not None:
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
