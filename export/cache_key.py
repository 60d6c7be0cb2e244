"""What the cache's key is made from: the content of data files and of the code that cuts windows.

Contents are hashed once: a file whose size and time of change are as before keeps its digest.
"""

import ast
import json
import os
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from pathlib import Path

from myoedge.edge.errors import NotThereError

BLOCK = 1 << 20
PACKAGE = Path(__file__).parents[1]  # holds every room
WORDS = "myoedge.edge.errors"  # its sentences reach no window: a better one must not cut all anew


def files_key(root: Path, cache: Path) -> str:
    """One digest for every file below `root`, by name and content; raises NotThereError."""
    if not root.is_dir():
        raise NotThereError(f"no folder {root}; wanted the unpacked folder of the data set")
    name = blake2b(str(root.resolve()).encode(), digest_size=12).hexdigest()
    memory = cache / "files" / f"{name}.json"
    known: dict[str, list[object]] = _read(memory)
    now: dict[str, list[object]] = {}
    for path in sorted(p for p in root.rglob("*") if p.is_file()):
        stat, relative = path.stat(), path.relative_to(root).as_posix()
        seen = known.get(relative, [])
        same = seen[:2] == [stat.st_size, stat.st_mtime_ns]
        now[relative] = [stat.st_size, stat.st_mtime_ns, seen[2] if same else _digest(path)]
    if now != known:
        _write(memory, now)
    rows = [(relative, row[2]) for relative, row in now.items()]
    return blake2b(json.dumps(rows).encode(), digest_size=16).hexdigest()


def code_key(starts: Iterable[str], package: Path = PACKAGE) -> str:
    """One digest for the source of these modules and of all of this package that they import."""
    total = blake2b(digest_size=16)
    for name, path in sorted(code_of(starts, package).items()):
        total.update(name.encode() + path.read_bytes())
        table = path.with_suffix(".toml")  # what the module of its name reads
        total.update(table.read_bytes() if table.is_file() else b"")
    return total.hexdigest()


def code_of(starts: Iterable[str], package: Path = PACKAGE) -> dict[str, Path]:
    """The files of modules by name, those that they import among them, wherever in the file they do."""
    found: dict[str, Path] = {}
    waiting = [*starts]
    while waiting:
        name = waiting.pop()
        path = package.joinpath(*name.split(".")[1:]).with_suffix(".py")
        if name not in found and name != WORDS and path.is_file():
            found[name] = path
            waiting += _imported(path)
    return found


def _imported(path: Path) -> Iterator[str]:
    """Names that a file imports from this package; some are of modules, some of what is in them."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("myoedge."):
            yield str(node.module)
            yield from (f"{node.module}.{one.name}" for one in node.names)


def _digest(path: Path) -> str:
    total = blake2b(digest_size=16)
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            total.update(block)
    return total.hexdigest()


def _read(memory: Path) -> dict[str, list[object]]:
    try:
        found = json.loads(memory.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}  # nothing remembered: everything is read again
    return found if isinstance(found, dict) else {}


def _write(memory: Path, rows: dict[str, list[object]]) -> None:
    memory.parent.mkdir(parents=True, exist_ok=True)
    place = memory.with_name(f"{memory.name}.{os.getpid()}")
    place.write_text(json.dumps(rows), encoding="utf-8")
    place.replace(memory)
