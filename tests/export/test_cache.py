"""Windows are cut once, are those of the device, and are never another recipe's or file's."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from myoedge.edge.errors import FormatError, MismatchError, NotThereError, UsageError
from myoedge.export.cache import INDEX, cached_windows, default_cache, open_cached
from myoedge.export.data.table import load
from myoedge.export.windows import stacked, windows_of

Made = Any
MakeSet = Callable[..., Any]


def test_cached_windows_are_those_of_the_device(made: Made) -> None:
    recipe, cached = made.recipe(), made.cached()
    loaded = load("folder", made.root)
    assert len(cached.dataset.repetitions) == len(loaded.repetitions) == 36
    for kept, raw in zip(cached.dataset.repetitions, loaded.repetitions, strict=True):
        assert (kept.person, kept.label, kept.number) == (raw.person, raw.label, raw.number)
        windows = windows_of(recipe.front, loaded.spec.streams, raw.signals)
        for name in ("emg", "imu"):
            np.testing.assert_array_equal(cached.arrays[name][cached.rows([kept])], stacked(windows, name))


def test_a_repetition_from_the_cache_is_as_long_as_it_was_and_holds_nothing(made: Made) -> None:
    kept = made.cached().dataset.repetitions[0]
    assert kept.seconds == 1.0
    assert kept.signals["emg"].strides == (0, 0)


def test_what_is_there_is_not_cut_again(made: Made) -> None:
    folder = made.cached().folder
    before = (folder / INDEX).stat().st_mtime_ns
    said: list[str] = []
    assert cached_windows(made.recipe(), made.root, made.cache, said.append).folder == folder
    assert (folder / INDEX).stat().st_mtime_ns == before
    assert said == []


def test_another_front_or_another_file_gives_other_windows(make_set: MakeSet) -> None:
    made = make_set(people=("anna",))
    first = made.cached().folder
    assert made.cached(front={"hop_ms": 25}).folder != first
    assert made.cached(training={"epochs": 9}).folder == first
    path = made.root / "anna" / "1" / "fist_1.npy"
    np.save(path, np.load(path) + 1)
    assert made.cached().folder != first


def test_the_arrays_are_mapped_and_not_read(made: Made) -> None:
    assert all(isinstance(array, np.memmap) for array in made.cached().arrays.values())


def test_a_killed_writer_leaves_nothing_that_looks_finished(make_set: MakeSet) -> None:
    made = make_set(people=("anna",))
    folder = made.cached().folder
    shutil.move(folder, folder.with_name(f".{folder.name}.99999"))
    assert made.cached().folder == folder
    assert (folder / INDEX).is_file()


def test_a_damaged_cache_is_refused_by_name(make_set: MakeSet) -> None:
    made = make_set(people=("anna",))
    folder = made.cached().folder
    index = json.loads((folder / INDEX).read_text())
    (folder / INDEX).write_text(json.dumps({**index, "windows": 7}))
    with pytest.raises(FormatError, match="wanted 7 of each"):
        open_cached(folder)


def test_a_modality_that_the_set_lacks_is_refused(made: Made) -> None:
    front = {"modalities": {"emg": {"window_ms": 200}, "force": {"window_ms": 200}}}
    with pytest.raises(MismatchError, match="has no force; it has emg, imu"):
        made.cached(front=front, compare={"inputs": []})


def test_a_set_or_folder_that_is_not_there_is_refused(made: Made, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no data set 'nosuch'; wanted one of myo-psl"):
        made.cached(data={"dataset": "nosuch"})
    with pytest.raises(NotThereError, match="unpacked folder"):
        cached_windows(made.recipe(), tmp_path / "nosuch", tmp_path)


def test_windows_longer_than_every_repetition_are_refused(made: Made) -> None:
    front = {"modalities": {"emg": {"window_ms": 1500}, "imu": {"window_ms": 1500}}}
    with pytest.raises(FormatError, match="as long as a window"):
        made.cached(front=front)


def test_a_repetition_without_a_required_modality_gives_no_window(make_set: MakeSet) -> None:
    made = make_set(people=("anna",))
    front = {"modalities": {"emg": {"window_ms": 200}, "imu": {"window_ms": 200, "required": False}}}
    whole = len(made.cached().arrays["emg"])
    (made.root / "anna" / "1" / "fist_1.imu.npy").unlink()
    assert len(made.cached().arrays["emg"]) <= whole - 9 or made.cached().dataset.skipped
    assert made.cached(front=front).arrays["imu"].shape[1:] == (10, 3)


def test_the_cache_lies_where_the_user_keeps_caches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")
    assert default_cache() == Path("/somewhere/myoedge")
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert default_cache() == Path.home() / ".cache" / "myoedge"
