"""The table of data sets: licences, unseen people, late imports."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from myoedge.edge.errors import NotThereError, UsageError
from myoedge.export.data.table import DATASETS, load


@pytest.mark.parametrize("key", list(DATASETS))
def test_every_line_names_a_loader_that_is_there(key: str) -> None:
    module, _, function = DATASETS[key].loader.partition(":")
    assert callable(getattr(import_module(module), function))


def test_weights_ship_only_where_the_licence_lets_them_and_then_with_attribution() -> None:
    shipping = {key for key, spec in DATASETS.items() if spec.ship_weights}
    assert shipping == {"myo-psl", "myo-uci", "myo-longterm30", "folder"}
    assert all(bool(spec.attribution) == spec.ship_weights for spec in DATASETS.values())


def test_the_unseen_people_are_fixed() -> None:
    assert DATASETS["myo-psl"].unseen == ("person7", "person9", "person16")
    assert DATASETS["myo-uci"].unseen == ("21", "22", "23", "24", "25", "26")


def test_an_unknown_set_and_a_missing_root_are_errors(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="myo-psl"):
        load("myo-pls", tmp_path)
    with pytest.raises(NotThereError, match="--root"):
        load("myo-psl", tmp_path / "nowhere")


def test_reading_needs_neither_torch_nor_scipy() -> None:
    code = (
        "import sys; import myoedge.export.data.table, myoedge.export.data.split;"
        "from importlib import import_module as i;"
        "from myoedge.export.data.table import DATASETS;"
        "[i(s.loader.split(':')[0]) for s in DATASETS.values()];"
        "sys.exit(bool({'torch', 'scipy', 'pandas', 'onnx'} & sys.modules.keys()))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
