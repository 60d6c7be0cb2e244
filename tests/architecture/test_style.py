"""What the house asks of every file and a machine can count."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

Files = dict[Path, ast.Module]
LONGEST_FILE, LONGEST_FUNCTION = 400, 60
SHAPELESS = {"utils", "util", "helpers", "helper", "common", "core", "manager", "base", "misc"}
# In pieces, so that this file does not name what it looks for.
ELSEWHERE = re.compile(
    "|".join(
        re.escape("".join(parts))
        for parts in (
            ("/wo", "rk/"),
            ("/fa", "rm/"),
            ("/ro", "ot/"),
            ("/tmp/", "data/"),
            (".lib", "rary"),
            ("pypi", ".org"),
            ("python", "hosted"),
            ("deb.", "debian.org"),
            ("security.", "debian.org"),
            ("registry.", "npmjs"),
        )
    ),
    re.IGNORECASE,
)


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def test_no_file_is_over_400_lines(root: Path, product: Files, tests: Files) -> None:
    lengths = {path: (root / path).read_text().count("\n") for path in (*product, *tests)}
    assert not {str(path): lines for path, lines in lengths.items() if lines > LONGEST_FILE}


def test_no_function_is_over_60_lines(product: Files, tests: Files) -> None:
    lengths = {
        f"{path}:{node.lineno} {node.name}": (node.end_lineno or node.lineno) - node.lineno + 1
        for path, tree in (product | tests).items()
        for node in functions(tree)
    }
    assert lengths, "no function was found: this test looks in the wrong place"
    assert not {name: lines for name, lines in lengths.items() if lines > LONGEST_FUNCTION}


def test_a_file_opens_by_saying_what_it_owns(product: Files) -> None:
    silent = [str(path) for path, tree in product.items() if tree.body and not ast.get_docstring(tree)]
    assert not silent


def test_the_product_never_asserts(product: Files) -> None:
    found = [
        f"{path}:{node.lineno}"
        for path, tree in product.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Assert)
    ]
    assert not found


def test_no_except_is_bare(product: Files, tests: Files) -> None:
    found = [
        f"{path}:{node.lineno}"
        for path, tree in (product | tests).items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler) and node.type is None
    ]
    assert not found


def test_a_file_is_named_after_a_thing(product: Files) -> None:
    assert not [str(path) for path in product if SHAPELESS & {path.stem, *path.parent.parts}]


def test_no_file_names_a_machine_or_a_registry(root: Path, tracked: list[Path]) -> None:
    found = []
    for path in tracked:
        if path.stat().st_size > 1 << 20:
            continue
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue  # a bundle's model, a picture
        lines = enumerate(text.splitlines(), 1)
        found += [f"{path.relative_to(root)}:{n}" for n, line in lines if ELSEWHERE.search(line)]
    assert not found


@pytest.mark.parametrize("room", ["edge", "firmware_bridge", "calibration", "boards", "export", "verbs"])
def test_a_test_file_bears_the_name_of_what_it_tests_or_says_it(room: str, root: Path, tests: Files) -> None:
    home = root / room if room != "verbs" else root / "src" / "myoedge" / "verbs"
    names = {path.stem for path in home.rglob("*") if path.suffix in {".py", ""}} | {room}
    strays = [
        str(path)
        for path, tree in tests.items()
        if path.is_relative_to(f"tests/{room}")
        and path.stem.startswith("test_")
        and not ast.get_docstring(tree)
        if not any(path.stem.removeprefix("test_").startswith(name) for name in names)
    ]
    assert not strays
