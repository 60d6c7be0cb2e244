"""Reads the views of every action: its name, its joints, its muscles, its purpose.

The four views are those of MyoSem (arXiv 2606.00174), which does not print its texts: these are ours. A
combination of forces, as "little bend + wrist bend", is put together from the texts of its parts.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from myoedge.edge.errors import FormatError, NotThereError, StorageError
from myoedge.export.data.labels import canonical, prefix
from myoedge.export.data.movements import movement_names

HERE = Path(__file__).parent
VIEWS = ("name", "joints", "muscles", "purpose")
_KEYS = {"also", "stage", "free", *VIEWS[1:]}
_JOIN = " + "
LARGEST = 1 << 20  # bytes of a file of actions. Our choice


@dataclass(frozen=True, slots=True)
class Action:
    """One action in four views."""

    name: str
    joints: str
    muscles: str
    purpose: str
    also: tuple[
        str, ...
    ] = ()  # what data sets call it, with `set:` before a name that means this in one set only
    free: bool = False  # whatever came to mind: a poor class for words

    @property
    def views(self) -> tuple[str, str, str, str]:
        """In the order of VIEWS."""
        return self.name, self.joints, self.muscles, self.purpose


@dataclass(frozen=True, slots=True)
class Actions:
    """All actions by name, and by what else they are called."""

    by_name: Mapping[str, Action]
    names: Mapping[str, str]  # lower-case name or other name -> name

    def find(self, text: str) -> Action | None:
        """The action called so; a combination of known ones is put together."""
        name = self.names.get(text.lower())
        if name is not None:
            return self.by_name[name]
        parts = [self.find(part) for part in text.split(_JOIN)] if _JOIN in text else []
        found = [part for part in parts if part is not None]
        return _combined(text, found) if parts and len(found) == len(parts) else None

    def of_label(self, key: str, native: str, largest: int = 0) -> Action | None:
        """The action that a data set's own label stands for; None where its documents do not name it.

        `largest`: hdsemg65's largest label in the file (see movement_names).
        """
        named = movement_names(key, largest)
        words = [canonical(key, native).removeprefix(f"{prefix(key)}:")]
        if native.isdigit() and 0 < int(native) <= len(named):
            words.append(named[int(native) - 1])
        return next((one for word in words for one in (self._of_set(key, word),) if one is not None), None)

    def _of_set(self, key: str, word: str) -> Action | None:
        own = self.find(f"{prefix(key)}:{word}")
        if own is not None:
            return own
        parts = word.split(_JOIN)
        if len(parts) > 1:
            known = [self._of_set(key, part) for part in parts]
            found = [one for one in known if one is not None]
            return _combined(word, found) if len(found) == len(parts) else None
        return self.find(word)


def _combined(name: str, parts: Iterable[Action]) -> Action:
    """Two or more done at once."""
    listed = list(parts)
    joints, muscles, purpose = (
        " At the same time: ".join(getattr(part, view) for part in listed) for view in VIEWS[1:]
    )
    return Action(name, joints, muscles, purpose)


def load_actions(extra: Iterable[Path] = ()) -> Actions:
    """The shipped actions, and those of a person's own files; an action of theirs replaces ours of that name.

    Raises NotThereError, StorageError, or FormatError naming file and action.
    """
    found = dict(_shipped())
    for path in extra:
        found.update(read_actions(path))
    return Actions(found, _names(found.values()))


@cache
def _shipped() -> dict[str, Action]:
    files = sorted(HERE.glob("*.toml"))
    return {name: one for path in files for name, one in read_actions(path).items()}


def _names(actions: Iterable[Action]) -> dict[str, str]:
    names: dict[str, str] = {}
    for one in actions:
        for text in (one.name, *one.also):
            other = names.setdefault(text.lower(), one.name)
            if other != one.name:
                raise FormatError(f"{text!r} is a name of two actions, {other!r} and {one.name!r}; keep one")
    return names


def read_actions(path: Path) -> dict[str, Action]:
    """One file of actions; raises NotThereError, StorageError or FormatError."""
    try:
        if path.stat().st_size > LARGEST:
            raise FormatError(
                f"{path.name} is larger than {LARGEST} bytes; wanted a few lines for each action"
            )
        table = tomllib.loads(path.read_bytes().decode("utf-8"))
    except FileNotFoundError:
        raise NotThereError(f"there is no file {path}; wanted a TOML file of actions") from None
    except OSError as error:
        raise StorageError(f"cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise FormatError(
            f"{path.name} is not UTF-8 (byte {error.start}); save it as UTF-8 and try again"
        ) from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise FormatError(f"{path.name} is no TOML: {error}") from error
    return {name: _action(path.name, name, row) for name, row in table.items()}


def _action(file: str, name: str, row: Any) -> Action:
    if not isinstance(row, dict) or set(row) - _KEYS or not set(VIEWS[1:]) <= set(row):
        met = ", ".join(sorted(row)) if isinstance(row, dict) else repr(row)
        raise FormatError(
            f"{file}, {name!r}: met {met or 'nothing'}; wanted the texts joints, muscles and purpose, "
            "and if need be also = [...]"
        )
    also, stage = row.get("also", []), row.get("stage")
    texts = [row[view] for view in VIEWS[1:]]
    named: list[Any] = [*also, *([] if stage is None else [stage])] if isinstance(also, list) else [None]
    if not all(isinstance(text, str) for text in [*named, *texts]):
        raise FormatError(f"{file}, {name!r}: wanted texts in quotes, and `also` as a list of them")
    return Action(name, texts[0], texts[1], texts[2], tuple(named), row.get("free", False) is True)
