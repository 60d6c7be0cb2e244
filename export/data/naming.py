"""Finds a data set's folders and files in the order people count them."""

import re
from collections.abc import Iterable
from pathlib import Path

from myoedge.edge.errors import NotThereError


def natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """Sort key under which day2 comes before day10."""
    parts = re.split(r"(\d+)", name)
    return tuple((0, int(part), part) if part.isdigit() else (1, 0, part) for part in parts if part)


def ranges(numbers: Iterable[int]) -> str:
    """Whole numbers as a person writes them: 1-3, 7."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)


def folders(parent: Path) -> list[Path]:
    """Visible sub-folders in natural order."""
    return _sorted(path for path in parent.iterdir() if path.is_dir() and not path.name.startswith("."))


def files(parent: Path, suffix: str) -> list[Path]:
    """Visible files with this suffix in natural order."""
    found = (p for p in parent.iterdir() if p.is_file() and p.suffix == suffix and not p.name.startswith("."))
    return _sorted(found)


def wanted_folder(root: Path, name: str, key: str) -> Path:
    """`root/name`; raises NotThereError when it is missing."""
    path = root / name
    if not path.is_dir():
        raise NotThereError(f"no folder {name} in {root}; --root is the unpacked folder of {key}")
    return path


def _sorted(paths: Iterable[Path]) -> list[Path]:
    return sorted(paths, key=lambda path: natural(path.name))
