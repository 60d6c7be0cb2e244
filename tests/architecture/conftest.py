"""The project's own files, as the architecture tests read them."""

import ast
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("edge", "firmware_bridge", "calibration", "boards", "export")


def python_files(folder: Path) -> list[Path]:
    """Every Python file below, in order; links are not followed, so a room is read once, where it lies."""
    files = (path for path in folder.rglob("*.py") if "__pycache__" not in path.parts)
    return sorted(path.relative_to(ROOT) for path in files)


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def product() -> dict[Path, ast.Module]:
    """The product's Python files, parsed, by their path from the root."""
    own = [ROOT / "src" / "myoedge" / "verbs", *(ROOT / room for room in ROOMS)]
    files = [path for folder in own for path in python_files(folder)]
    files += [path.relative_to(ROOT) for path in sorted((ROOT / "src" / "myoedge").glob("*.py"))]
    return {path: ast.parse((ROOT / path).read_text()) for path in files}


@pytest.fixture(scope="session")
def tests() -> dict[Path, ast.Module]:
    """The tests' Python files, parsed, by their path from the root."""
    return {path: ast.parse((ROOT / path).read_text()) for path in python_files(ROOT / "tests")}


@pytest.fixture(scope="session")
def tracked() -> list[Path]:
    """Every file git knows of, links left out; skips where the project is not a clone."""
    answer = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if answer.returncode != 0:
        pytest.skip(f"not a git clone: {answer.stderr.strip()}")
    paths = (ROOT / name for name in answer.stdout.split("\0") if name)
    return [path for path in paths if path.is_file() and not path.is_symlink()]
