"""The tables of variants: each line of each leads to something that can be imported."""

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TARGET = re.compile(r"myoedge(\.\w+)+(:\w+)?")


def tables(tree: ast.Module) -> Iterator[tuple[str, dict[str, str]]]:
    """Dictionaries in capitals at the top of a module whose values are, or begin with, a `module:name`."""
    for node in tree.body:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        value = getattr(node, "value", None)
        if (
            isinstance(target, ast.Name)
            and target.id.isupper()
            and isinstance(value, ast.Dict)
            and value.keys
        ):
            texts = [leads_to(row) for row in value.values]
            named = zip(map(ast.unparse, filter(None, value.keys)), texts, strict=False)
            if all(TARGET.fullmatch(text) for text in texts):
                yield target.id, dict(named)


def leads_to(row: ast.expr) -> str:
    """The text of a table's value, or of its first part; empty where that is no text."""
    first = row.elts[0] if isinstance(row, ast.Tuple) and row.elts else row
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""


def rows() -> Iterator[tuple[str, str]]:
    """(where it stands, what it names) for every line of every table."""
    rooms = ("edge", "firmware_bridge", "calibration", "boards", "export")
    for folder in (*(ROOT / room for room in rooms), ROOT / "src" / "myoedge"):
        for path in sorted(folder.rglob("*.py")):
            for name, lines in tables(ast.parse(path.read_text())):
                for key, text in lines.items():
                    yield f"{path.relative_to(ROOT)} {name}[{key}]", text


ROWS = list(rows())


@pytest.mark.parametrize("text", [text for _, text in ROWS], ids=[where for where, _ in ROWS])
def test_a_line_of_a_table_leads_somewhere(text: str) -> None:
    module, _, name = text.partition(":")
    found = importlib.import_module(module)
    assert not name or hasattr(found, name), f"{module} has no {name}"


@pytest.mark.parametrize("name", ["ARMBANDS", "LINKS", "ENGINES", "SINKS", "VERBS"])
def test_the_tables_of_the_house_are_found(name: str) -> None:
    assert [where for where, _ in ROWS if f" {name}[" in where]
