"""Training never sees the people who stand for unseen, nor data whose weights may not ship."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from myoedge.edge.errors import NotThereError, UsageError
from myoedge.export.pool import fill_pool, trainable
from myoedge.export.recipe import Recipe, Source, load_recipe


def write_uci(root: Path, people: tuple[str, ...]) -> None:
    """Two series a person: classes 1 to 4, each twice, 1.2 s, in the set's own layout."""
    rng = np.random.default_rng(0)
    for person in people:
        folder = root / "myo-uci" / person
        folder.mkdir(parents=True)
        for series in (1, 2):
            lines = ["time\t" + "\t".join(f"channel{i}" for i in range(1, 9)) + "\tclass"]
            classes = [0, 1, 0, 2, 0, 3, 0, 4, 0, 1, 0, 2, 0, 3, 0, 4, 0]
            for at, label in enumerate(np.repeat(classes, 1200)):
                volts = rng.integers(-40, 40, 8) * 1e-5
                lines.append(f"{at + 1}\t" + "\t".join(f"{v:.5f}" for v in volts) + f"\t{label}")
            (folder / f"{series}_raw_data_1.txt").write_text("\n".join(lines) + "\n")


def small(*held_out: str) -> Recipe:
    return replace(load_recipe("default"), sources=(Source("myo-uci", held_out=held_out),))


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recordings")
    write_uci(folder, ("01", "02", "21"))
    return folder


def test_unseen_people_are_never_loaded(root: Path) -> None:
    assert trainable(Source("myo-uci"), root).people == ("01", "02")


def test_people_held_out_are_not_trained_on(root: Path) -> None:
    pool = fill_pool(small("02"), root, lambda _: None)
    assert [group.person for group in pool.groups] == ["01"]
    assert [group.person for group in pool.held_out] == ["02"]


def test_repetitions_are_counted_through_all_series(root: Path) -> None:
    group = fill_pool(small(), root, lambda _: None).groups[0]
    assert group.labels == ("fist", "rest", "wrist extension", "wrist flexion")
    assert group.repetitions == (0, 1, 2, 3)
    assert len(np.unique(group.all)) == group.windows


def test_windows_of_a_set_without_imu_have_zeros_for_it(root: Path) -> None:
    pool = fill_pool(small(), root, lambda _: None)
    assert pool.imu.shape == (len(pool.emg), 10, 6)
    assert not pool.imu.any()
    assert not len(pool.with_imu)


def test_data_whose_weights_may_not_ship_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"GPL-3\.0"):
        trainable(Source("myo-laval"), tmp_path)


def write_own(
    root: Path, people: tuple[str, ...], labels: tuple[str, ...] = ("rest", "fist", "key turn")
) -> None:
    """A session of each, two repetitions a label, as `record --folder` writes them."""
    rng = np.random.default_rng(1)
    root.mkdir(exist_ok=True)
    stream = '[streams.emg]\nrate_hz = 200\nchannels = 8\nunit = "count"\n'
    (root / "dataset.toml").write_text(f'name = "own"\nrest = "rest"\n{stream}')
    for person in people:
        folder = root / person / "day 1"
        folder.mkdir(parents=True)
        for label in labels:
            for number in (1, 2):
                rows = rng.integers(-40, 40, (120, 8))
                np.savetxt(folder / f"{label}_{number}.csv", rows, fmt="%d", delimiter=",")


def test_own_recordings_are_found_where_the_recipe_says(tmp_path: Path) -> None:
    write_own(tmp_path / "mine", ("anna", "ben"))
    recipe = replace(small(), sources=(Source("folder", path="mine", held_out=("ben",)),))
    pool = fill_pool(recipe, tmp_path, lambda _: None)
    assert [group.labels for group in (*pool.groups, *pool.held_out)] == [
        ("fist", "folder:key turn", "rest")
    ] * 2
    inside = replace(small(), sources=(Source("folder", path="."),))
    assert len(fill_pool(inside, tmp_path / "mine", lambda _: None).groups) == 2


def test_nobody_to_train_on_is_said(tmp_path: Path) -> None:
    write_own(tmp_path, ("anna",), ("rest", "fist"))
    with pytest.raises(UsageError, match="3 gestures, each at least twice"):
        fill_pool(replace(small(), sources=(Source("folder", path="."),)), tmp_path, lambda _: None)


def test_a_set_that_is_not_there_is_named_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(NotThereError, match=r"no .*/mine: the recipe wants folder there"):
        trainable(Source("folder", path="mine"), tmp_path)
