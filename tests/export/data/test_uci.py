"""myo-uci: volts to counts, held rows to 200 Hz, runs of the class column to repetitions."""

from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from myoedge.edge.errors import FormatError, NotThereError
from myoedge.export.data.table import load
from myoedge.export.data.uci import continuous, on_grid


def test_runs_of_the_class_column_become_repetitions(tmp_path: Path, generate: ModuleType) -> None:
    generate.uci(tmp_path)
    loaded = load("myo-uci", tmp_path)
    assert loaded.people == ("01", "21")
    assert loaded.labels == (
        "fist",
        "radial deviation",
        "rest",
        "ulnar deviation",
        "wrist extension",
        "wrist flexion",
    )
    first = [r for r in loaded.repetitions if r.person == "01" and r.session == "series1"]
    assert [(r.native, r.number) for r in first] == [(str(k), n) for n in (0, 1) for k in range(1, 7)]


def test_volts_become_counts_of_the_converter_at_200_hz(tmp_path: Path, generate: ModuleType) -> None:
    generate.uci(tmp_path, people=("01",))
    one = load("myo-uci", tmp_path).repetitions[0]
    assert one.rates == {"emg": 200.0}
    assert one.seconds == pytest.approx(0.4, abs=0.02)
    source = generate.emg_counts(1, 10_000)
    assert np.abs(one.signals["emg"]).max() <= np.abs(source).max()
    assert np.abs(one.signals["emg"]).max() > 20


def test_repeated_rows_give_lines_between_fresh_values_not_steps() -> None:
    t_ms = np.arange(0.0, 41.0)
    held = np.repeat([[0.0, 100.0], [10.0, 50.0], [20.0, 0.0], [30.0, 0.0], [40.0, 0.0]], 10, axis=0)[:41]
    grid = on_grid(t_ms, held)
    assert np.allclose(grid[:, 0], [0, 5, 10, 15, 20, 25, 30, 35])
    assert np.allclose(grid[:5, 1], [100, 75, 50, 25, 0])


def test_a_slip_of_the_class_column_is_left_out_and_counted(tmp_path: Path, generate: ModuleType) -> None:
    generate.uci(tmp_path, people=("01",))
    path = next((tmp_path / "01").glob("1_*"))
    lines = path.read_text().splitlines()
    lines[50:60] = [line.rsplit("\t", 1)[0] + "\t6" for line in lines[50:60]]
    path.write_text("\n".join(lines))
    loaded = load("myo-uci", tmp_path)
    assert len(loaded.repetitions) == 24
    assert any("shorter than 200 ms" in note for note in loaded.notes)


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda lines: [*lines[:-1], lines[-1][:20]], "columns"),
        (lambda lines: [*lines[:9], lines[9].replace("\t", "\tvolt", 1), *lines[10:]], "row 10"),
        (lambda lines: [*lines[:9], lines[12], *lines[9:]], "time goes back"),
        (lambda lines: [*lines[:9], lines[9][:-1] + "9", *lines[10:]], "classes"),
        (lambda lines: lines[:1], "empty"),
    ],
)
def test_a_broken_file_is_refused_by_name_and_the_rest_goes_on(
    tmp_path: Path, generate: ModuleType, spoil: "object", why: str
) -> None:
    generate.uci(tmp_path, people=("01",))
    path = next((tmp_path / "01").glob("1_*"))
    assert callable(spoil)
    path.write_text("\n".join(spoil(path.read_text().splitlines())))
    loaded = load("myo-uci", tmp_path)
    assert {r.session for r in loaded.repetitions} == {"series2"}
    assert len(loaded.skipped) == 1
    assert path.name in loaded.skipped[0] and why in loaded.skipped[0]


def test_a_set_of_broken_files_only_is_an_error(tmp_path: Path, generate: ModuleType) -> None:
    generate.uci(tmp_path, people=("01",))
    for path in (tmp_path / "01").glob("*.txt"):
        path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(FormatError, match="refused"):
        load("myo-uci", tmp_path)


def test_the_real_set_reads_whole(unpack: "object") -> None:
    assert callable(unpack)
    loaded = load("myo-uci", unpack("myo-uci", "myo-uci", "01/"), ["01"])
    assert len(loaded.repetitions) == 24
    assert loaded.skipped == ()
    assert max(float(np.abs(r.signals["emg"]).max()) for r in loaded.repetitions) <= 128


def test_a_series_can_be_had_as_it_ran(tmp_path: Path, generate: ModuleType) -> None:
    generate.uci(tmp_path, people=("01",))
    samples, classes = continuous(tmp_path, "01", 2)
    assert samples.shape == (len(classes), 8)
    assert list(dict.fromkeys(classes[classes > 0].tolist())) == [1, 2, 3, 4, 5, 6]
    assert (classes == 0).any()
    marked = next(r for r in load("myo-uci", tmp_path).repetitions if r.session == "series2")
    start = int(np.flatnonzero(classes == 1)[0])
    inside = samples[start + 2 : start + 40]
    assert np.abs(inside - marked.signals["emg"][2:40]).mean() < np.abs(inside).mean()
    for person, series in (("02", 2), ("01", 3)):
        with pytest.raises(NotThereError, match="series"):
            continuous(tmp_path, person, series)
