"""The key follows content, and content is read once."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from myoedge.edge.errors import NotThereError
from myoedge.export.cache import CODE
from myoedge.export.cache_key import PACKAGE, code_key, code_of, files_key
from myoedge.export.data.table import DATASETS


def test_the_key_is_of_names_and_content_not_of_times(tmp_path: Path) -> None:
    root, cache = tmp_path / "set", tmp_path / "cache"
    (root / "a").mkdir(parents=True)
    (root / "a" / "x").write_bytes(b"1")
    first = files_key(root, cache)
    os.utime(root / "a" / "x", ns=(1, 1))
    assert files_key(root, cache) == first
    (root / "a" / "x").write_bytes(b"2")
    assert files_key(root, cache) != first
    (root / "a" / "x").write_bytes(b"1")
    assert files_key(root, cache) == first
    (root / "a" / "y").write_bytes(b"")
    assert files_key(root, cache) != first


def test_an_unchanged_file_is_not_read_again(tmp_path: Path) -> None:
    root, cache = tmp_path / "set", tmp_path / "cache"
    root.mkdir()
    (root / "x").write_bytes(b"1")
    first = files_key(root, cache)
    stat = (root / "x").stat()
    (root / "x").write_bytes(b"2")  # as long, and of the same time: taken for the same
    os.utime(root / "x", ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert files_key(root, cache) == first
    for memory in (cache / "files").iterdir():
        memory.write_text("no JSON")
    assert files_key(root, cache) != first


def test_no_folder_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(NotThereError):
        files_key(tmp_path / "nosuch", tmp_path)


def loaders() -> list[str]:
    return sorted({spec.loader.partition(":")[0] for spec in DATASETS.values()})


def test_other_code_has_another_key() -> None:
    one, other = "myoedge.edge.filter", "myoedge.edge.stream"
    assert code_key([one]) == code_key([one]) != code_key([other])


LOADED = """
import sys
from importlib import import_module
for loader in sys.argv[1:]:
    import_module(loader)
    print(loader, *(name for name in sys.modules if name.startswith("myoedge.export.data.")))
    for name in [name for name in sys.modules if name.startswith("myoedge")]:
        del sys.modules[name]
"""


def test_all_that_python_loads_of_the_folder_with_a_loader_is_in_its_key() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOADED, *loaders()], capture_output=True, text=True, timeout=120, check=True
    )
    lines = [line.split() for line in done.stdout.splitlines()]
    assert [line[0] for line in lines] == loaders()
    for loader, *names in lines:
        assert set(names) <= set(code_of((*CODE, loader)))


def test_a_change_in_any_file_that_a_loader_uses_changes_its_key(tmp_path: Path) -> None:
    for room in ("edge", "export"):
        shutil.copytree(PACKAGE / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__"))
    users = {path: (*CODE, one) for one in loaders() for path in code_of((*CODE, one), tmp_path).values()}
    assert {"ninapro_db8", "ninapro_files", "blocks", "matlab", "deferred"} <= {path.stem for path in users}
    for path, starts in users.items():
        first, source = code_key(starts, tmp_path), path.read_bytes()
        path.write_bytes(source + b"# changed\n")
        assert code_key(starts, tmp_path) != first, path
        path.write_bytes(source)


def test_another_name_for_a_label_changes_the_key(tmp_path: Path) -> None:
    for room in ("edge", "export"):
        shutil.copytree(PACKAGE / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__"))
    first = code_key(CODE, tmp_path)
    with (tmp_path / "export" / "data" / "labels.toml").open("a") as file:
        file.write("# another\n")
    assert code_key(CODE, tmp_path) != first


def test_a_sentence_of_an_error_changes_no_key() -> None:
    assert "myoedge.edge.errors" not in code_of(CODE)
