"""Which engine `bench compute` found the fastest on this very computer: a small file, read when a run starts.

`engines.json` in the data place:
{"myoedge": "engines", "v": 1, "chosen": {"DIGEST OF THE BUNDLE, PROCESSOR": ENGINE}}
"""

import hashlib
import json
import platform
from pathlib import Path

from myoedge.edge.bundle import Bundle
from myoedge.edge.engines import ENGINES
from myoedge.edge.places import data_dir, write_atomically

MOST = 64  # choices kept; the oldest go (ours)
CPUINFO = Path("/proc/cpuinfo")
# What a processor is told by, on x86 and on ARM: the extensions decide which int8 kernels there are
TELLING = ("model name", "flags", "CPU implementer", "CPU part", "Features")


def choice_file() -> Path:
    """Where choices are kept, whether there are any or not."""
    return data_dir() / "engines.json"


def remember(bundle: Bundle, engine: str) -> Path:
    """Keep the choice for this bundle on this processor; gives the file. Raises StorageError."""
    path = choice_file()
    try:
        kept = _read(path)
    except (OSError, ValueError, RecursionError):
        kept = {}  # there is none, or one that says nothing
    kept.pop(_key(bundle), None)
    kept[_key(bundle)] = engine
    row = {"myoedge": "engines", "v": 1, "chosen": dict(list(kept.items())[-MOST:])}
    write_atomically(path, (json.dumps(row, indent=1) + "\n").encode())
    return path


def remembered(bundle: Bundle) -> tuple[str | None, str | None]:
    """The engine kept for this bundle and processor, if any, and a word where what is kept is of no use."""
    path = choice_file()
    try:
        engine = _read(path).get(_key(bundle))
    except FileNotFoundError:
        return None, None
    except (OSError, ValueError, RecursionError) as error:
        return None, f"choice in {path} is not read ({error}); run `myoedge bench compute` again"
    if engine is not None and (engine not in ENGINES or engine not in bundle.engines):
        return (
            None,
            f"choice {engine!r} in {path} is none of this bundle's; run `myoedge bench compute` again",
        )
    return engine, None


def processor() -> str:
    """What tells this processor from others that run the same file faster or slower."""
    try:
        lines = CPUINFO.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    said = sorted({line for line in lines if line.partition("\t")[0].partition(":")[0].strip() in TELLING})
    return hashlib.sha256("\n".join([platform.machine(), *said]).encode()).hexdigest()[:12]


def _key(bundle: Bundle) -> str:
    return f"{bundle.digest} {processor()}"


def _read(path: Path) -> dict[str, str]:
    """The choices; raises OSError, or ValueError for a file that holds none."""
    row = json.loads(path.read_bytes())
    if not isinstance(row, dict) or row.get("myoedge") != "engines" or row.get("v") != 1:
        raise ValueError("it is no list of engines")
    chosen = row.get("chosen")
    if not isinstance(chosen, dict) or not all(isinstance(name, str) for name in chosen.values()):
        raise ValueError("its choices are none")
    return chosen
