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
    """Dictionaries in capitals at the top of a module whose values are all `module:name` of ours."""
    for node in tree.body:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        value = getattr(node, "value", None)
        if (
            isinstance(target, ast.Name)
            and target.id.isupper()
            and isinstance(value, ast.Dict)
            and value.values
        ):
            rows = [
                (ast.unparse(key or value), row) for key, row in zip(value.keys, value.values, strict=True)
            ]
            lines = {key: row.value for key, row in rows if isinstance(row, ast.Constant)}
            texts = {key: text for key, text in lines.items() if isinstance(text, str)}
            if len(texts) == len(rows) and all(TARGET.fullmatch(text) for text in texts.values()):
                yield target.id, texts


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


@pytest.mark.parametrize("name", ["ARMBANDS", "LINKS", "ENGINES", "SINKS"])
def test_the_tables_of_the_house_are_found(name: str) -> None:
    assert [where for where, _ in ROWS if f" {name}[" in where]
