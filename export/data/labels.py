"""What a data set's own labels are called here: canonical names from labels.toml, else a prefixed one."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from myoedge.edge.errors import FormatError


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("labels.toml").read_text(encoding="utf-8"))


def canonical_names() -> tuple[str, ...]:
    """Every canonical gesture name, rest first."""
    return tuple(_table()["canonical"])


def prefix(key: str) -> str:
    """What unmapped labels of a set begin with: `psl` for `myo-psl`."""
    return key.removeprefix("myo-")


def canonical(key: str, native: str) -> str:
    """The canonical name of a set's label, else `prefix:native`.

    Words that are canonical or an alias ("hand_close") count for every set; numbers by the set's own map.
    """
    table = _table()
    mapped = table.get(key, {}).get(native)
    if mapped is not None:
        if mapped not in table["canonical"]:
            raise FormatError(f"labels.toml maps {key} {native} to {mapped!r}, which is no canonical name")
        return str(mapped)
    word = native.replace("_", " ").strip().lower()
    if word in table["canonical"]:
        return word
    if word in table["aliases"]:
        return str(table["aliases"][word])
    return native if ":" in native else f"{prefix(key)}:{native}"
