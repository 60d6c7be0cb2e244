"""A wheel holds the rooms themselves, not links to them, whether it is built here or from an sdist."""

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

pytest.importorskip("hatchling", reason="hatchling, which builds the wheel, is part of the dev group")


def build(kind: str, project: Path, into: Path) -> Path:
    """The one file that hatchling makes of the project."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(into)]
    answer = subprocess.run(command, cwd=project, capture_output=True, text=True)
    assert answer.returncode == 0, answer.stderr[-2000:]
    return next(into.glob("*.whl" if kind == "wheel" else "*.tar.gz"))


def contents(wheel: Path) -> dict[str, int]:
    with zipfile.ZipFile(wheel) as archive:
        return {
            entry.filename: entry.CRC for entry in archive.infolist() if ".dist-info/" not in entry.filename
        }


def test_wheel_and_sdist_hold_the_rooms(tmp_path: Path, root: Path, tracked: list[Path]) -> None:
    here = contents(build("wheel", root, tmp_path / "here"))
    with tarfile.open(build("sdist", root, tmp_path / "sdist")) as archive:
        archive.extraction_filter = getattr(
            tarfile, "data_filter", lambda member, _: member
        )  # 3.11.2 has none
        archive.extractall(tmp_path / "unpacked")
    (project,) = (tmp_path / "unpacked").iterdir()
    assert contents(build("wheel", project, tmp_path / "again")) == here

    rooms = ("edge", "firmware_bridge", "calibration", "boards", "export")
    own = [path.relative_to(root) for path in tracked]
    wanted = {f"myoedge/{path.as_posix()}" for path in own if path.parts[0] in rooms}
    wanted |= {path.relative_to("src").as_posix() for path in own if path.parts[0] == "src"}
    assert wanted <= set(here)
