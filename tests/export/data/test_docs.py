"""docs/data.md: its example runs, its dataset.toml is read, its table is the table."""

import re
from pathlib import Path
from types import ModuleType

import pytest

from myoedge.export.data.table import DATASETS, load

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "data.md").read_text(encoding="utf-8")


def test_the_example_runs_on_a_folder(
    tmp_path: Path, generate: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    generate.folder(tmp_path / "my-recordings")
    monkeypatch.chdir(tmp_path)
    (example,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    names: dict[str, object] = {}
    exec(example, names)
    assert "one" in names


def test_the_dataset_toml_is_read(tmp_path: Path, generate: ModuleType) -> None:
    (declared,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "dataset.toml").write_text(declared)
    generate.csv_table(tmp_path / "anna" / "monday" / "fist_1.csv", generate.emg_counts(1, 40))
    assert load("folder", tmp_path).labels == ("fist",)


def test_every_set_has_its_line_and_says_whether_weights_ship() -> None:
    lines = dict(re.findall(r"^\| `([\w-]+)` \|.*\| ([^|]+) \|$", PAGE, re.MULTILINE))
    assert lines.keys() == DATASETS.keys()
    for key, ships in lines.items():
        assert ships.startswith("yes" if DATASETS[key].ship_weights else "no") or key == "folder"
