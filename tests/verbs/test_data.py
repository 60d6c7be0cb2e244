"""`myoedge data`: what it prints, its picture, and what it refuses."""

import json
from pathlib import Path

import numpy as np
import pytest

from myoedge.__main__ import main


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "mine"
    for session in ("monday", "tuesday"):
        for label in ("rest", "fist"):
            for turn in (1, 2):
                path = folder / "anna" / session / f"{label}_{turn}.csv"
                path.parent.mkdir(parents=True, exist_ok=True)
                seed = [ord(session[0]), ord(label[0]), turn]
                np.savetxt(path, np.random.default_rng(seed).integers(-99, 99, (300, 4)), "%d", ",")
    (folder / "dataset.toml").write_text(
        'name = "mine"\nrest = "rest"\n[streams.emg]\nrate_hz = 200\nchannels = 4\nunit = "count"\n'
    )
    return folder


def test_json_is_the_result_and_nothing_else(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "anna" / "monday" / "fist_2.csv").write_text("1,2\n")
    assert main(["data", "show", "folder", "--root", str(root), "--json"]) == 0
    row = json.loads(capsys.readouterr().out)
    anna = row["people"]["anna"]
    assert anna["files"] == 7 and anna["seconds"] == 10.5 and anna["sessions"] == ["monday", "tuesday"]
    assert anna["labels"]["fist"] == {"repetitions": [1, 2], "seconds": 4.5}
    assert any("fist_2.csv" in note and "refused" in note for note in anna["notes"])


def test_a_person_reads_lines_and_gets_a_picture(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    drawn = root / "signals.svg"
    assert main(["data", "show", "folder", "--root", str(root), "--picture", str(drawn)]) == 0
    out = capsys.readouterr().out
    assert "anna: 8 files, 12 s, hand unknown; emg 4 x 200 Hz" in out
    assert drawn.read_text().startswith("<svg")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["show", "myo-pls", "--root", "."], 2, "no data set"),
        (["show", "folder", "--root", "nowhere"], 3, "no folder"),
        (["show", "folder", "--root", "ROOT", "--people", "eve"], 2, "people found: anna"),
        (["show", "folder", "--root", "ROOT", "--modalities", "imu"], 2, "folder has no imu; it has emg"),
        (["show", "folder", "--root", "ROOT", "--picture", "a.png"], 2, "ends in .svg"),
        (["show", "folder", "--root", "ROOT", "--picture", "nowhere/a.svg"], 1, "cannot write"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    root: Path, capsys: pytest.CaptureFixture[str], words: list[str], code: int, said: str
) -> None:
    assert main(["data", *(str(root) if word == "ROOT" else word for word in words), "-q"]) == code
    err = capsys.readouterr().err
    assert said in err and err.count("\n") == 1
