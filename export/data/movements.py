"""What a large set's label numbers stand for, in the words of its documents."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

REPEATED = "extend all fingers (without thumb), again"
_EXERCISES = {"1": "ABC", "2": "BCD", "3": "BCD", "5": "ABC", "7": "BC"}  # of the NinaPro sets


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("movements.toml").read_text(encoding="utf-8"))


def movement_names(key: str, largest: int = 0) -> tuple[str, ...]:
    """Names of the labels 1, 2, ... of a set; empty where its documents name none.

    `largest`: hdsemg65's largest label in the file. 66 means that the repeated block has a label of its own,
    65 that it shares 58; with neither, the six gestures after it stay without a name.
    """
    if key == "hdsemg65":
        named, last = _table()[key]["gestures"], _table()[key]["last"]
        return tuple(named + {66: [REPEATED, *last], 65: last}.get(largest, []))
    number = key.removeprefix("ninapro-db")
    if key == "ninapro-db8":
        return tuple(_table()["ninapro"]["DB8"])
    return tuple(name for part in _EXERCISES.get(number, "") for name in _table()["ninapro"][part])
