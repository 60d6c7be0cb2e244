"""The tables of variants: each line of each leads to something that can be imported."""

import ast
import importlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("edge", "firmware_bridge", "calibration", "boards", "export", "src/myoedge")
TARGET = re.compile(r"myoedge(\.\w+)+:\w+|myoedge\.verbs\.\w+")  # whatever shape the table has
TABLES = {
    "ARMBANDS": "firmware_bridge/armbands/__init__.py",
    "LINKS": "firmware_bridge/links/__init__.py",
    "ENGINES": "edge/engines/__init__.py",
    "SINKS": "edge/sinks/__init__.py",
    "MODELS": "export/models/__init__.py",
    "DATASETS": "export/data/table.py",
    "VERBS": "src/myoedge/__main__.py",
}


def targets(path: Path) -> list[str]:
    """Every string of the file that names something of ours to be imported later."""
    nodes = ast.walk(ast.parse(path.read_text()))
    texts = [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return [text for text in texts if TARGET.fullmatch(text)]


ROWS = sorted(
    (f"{path.relative_to(ROOT)} {text}", text)
    for room in ROOMS
    for path in (ROOT / room).rglob("*.py")
    for text in targets(path)
)


@pytest.mark.parametrize("text", [text for _, text in ROWS], ids=[where for where, _ in ROWS])
def test_a_line_of_a_table_leads_somewhere(text: str) -> None:
    module, _, name = text.partition(":")
    found = importlib.import_module(module)
    assert not name or hasattr(found, name), f"{module} has no {name}"


@pytest.mark.parametrize("name", TABLES)
def test_a_table_of_the_house_stands_where_contributors_are_sent(name: str) -> None:
    path = ROOT / TABLES[name]
    assert targets(path)
    assert re.search(rf"^{name}\b.*=", path.read_text(), re.MULTILINE)
    if name != "VERBS":
        assert f"`{name}` in `{TABLES[name]}`" in (ROOT / "CONTRIBUTING.md").read_text()
