"""Judges the views of actions: none names its action, no two say the same, none is too short or too long."""

import re
import unicodedata
from collections.abc import Iterable

from myoedge.export.actions.action import VIEWS, Action

LONGEST_NAME = 60  # characters. Our choice, as are the others
SHORTEST, LONGEST = 20, 240  # of a view
MOST_SENTENCES = 2
_WORDS = re.compile(r"[\w-]+")


def faults(actions: Iterable[Action]) -> list[str]:
    """One sentence for each fault, empty where there is none."""
    listed = list(actions)
    return [fault for one in listed for fault in _own(one)] + _alike(listed)


def _own(one: Action) -> list[str]:
    found = []
    if not one.name.strip() or len(one.name) > LONGEST_NAME or not one.name.isprintable():
        found.append(f"{one.name[:LONGEST_NAME]!r}: a name has 1 to {LONGEST_NAME} printable characters")
    for view in VIEWS[1:]:
        text = getattr(one, view)
        if not SHORTEST <= len(text) <= LONGEST:
            found.append(f"{one.name!r}, {view}: {len(text)} characters; wanted {SHORTEST} to {LONGEST}")
        if not text.isprintable():
            found.append(f"{one.name!r}, {view}: holds a control character or a line break")
        if len(re.findall(r"[.!?](?:\s|$)", text)) > MOST_SENTENCES:
            found.append(f"{one.name!r}, {view}: wanted one sentence or two")
        found += [
            f"{one.name!r}, {view}: says its own name {name!r}; describe it without naming it"
            for name in (one.name, *one.also)
            if _says(text, name.rpartition(":")[2])
        ]
    return found


def _says(text: str, name: str) -> bool:
    words, wanted = plain(text).split(), plain(name).split()
    return bool(wanted) and any(
        words[at : at + len(wanted)] == wanted for at in range(len(words) - len(wanted) + 1)
    )


def _alike(actions: list[Action]) -> list[str]:
    seen: dict[tuple[str, str], str] = {}
    found = []
    for one in actions:
        for view in VIEWS:
            key = (view, plain(getattr(one, view)))
            other = seen.setdefault(key, one.name)
            if other != one.name:
                found.append(f"{one.name!r} and {other!r} have the same {view}; say what tells them apart")
    return found


def plain(text: str) -> str:
    """Lower-case words alone, accents folded: under it two spellings of one sentence are alike."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(_WORDS.findall(folded))
