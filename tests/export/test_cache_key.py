"""The key follows content, and content is read once."""

import os
from pathlib import Path

import pytest

from myoedge.edge import filter, window
from myoedge.edge.errors import NotThereError
from myoedge.export.cache_key import code_key, files_key


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


def test_other_code_has_another_key() -> None:
    assert code_key([filter]) == code_key([filter]) != code_key([window])
