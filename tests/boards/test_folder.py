from pathlib import Path

import numpy as np
import pytest

from myoedge.boards.folder import check_names, write_folder
from myoedge.calibration.plan import Plan
from myoedge.calibration.session import Session
from myoedge.calibration.stretch import Span
from myoedge.edge.chunk import Chunk
from myoedge.edge.errors import FormatError, MismatchError, UsageError
from myoedge.edge.stream import StreamSpec
from myoedge.export.data.table import load

EMG, IMU = StreamSpec(200.0, 8), StreamSpec(50.0, 10)
SPECS = {"emg": EMG, "imu": IMU}


def session(labels: tuple[str, ...] = ("rest", "hand open")) -> Session:
    """Each label held for 100 ms, one after another."""
    done = Session(Plan(labels, repetitions=1), EMG)
    for number, label in enumerate(labels):
        start_ns = number * 10**9
        for name, rows, columns in (("emg", 20, 8), ("imu", 5, 10)):
            samples = np.full((rows, columns), number + 1, np.int16)
            done.chunks.append(Chunk(name, samples, start_ns, start_ns + 10**8))
        done.spans[label, 0] = Span(label, 0, start_ns, start_ns + 10**8)
    return done


def test_every_repetition_becomes_a_private_file_a_stream(tmp_path: Path) -> None:
    files = write_folder(tmp_path, "anna", "day 1", session(), SPECS)
    assert [path.name for path in files] == [
        "rest_1.csv", "rest_1.imu.csv", "hand open_1.csv", "hand open_1.imu.csv"
    ]  # fmt: skip
    assert np.array_equal(np.loadtxt(files[2], delimiter=","), np.full((20, 8), 2.0))
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}


def test_a_second_session_of_the_same_name_is_numbered_on(tmp_path: Path) -> None:
    write_folder(tmp_path, "anna", "day 1", session(), SPECS)
    again = write_folder(tmp_path, "anna", "day 1", session(), SPECS)
    assert [path.name for path in again][::2] == ["rest_2.csv", "hand open_2.csv"]


def test_another_armband_is_refused(tmp_path: Path) -> None:
    write_folder(tmp_path, "anna", "day 1", session(), SPECS)
    with pytest.raises(MismatchError, match="another --folder"):
        write_folder(tmp_path, "anna", "day 2", session(), {"emg": StreamSpec(1000.0, 8)})


def test_what_its_owner_wrote_into_the_dataset_file_does_not_matter(tmp_path: Path) -> None:
    write_folder(tmp_path, "anna", "day 1", session(), SPECS)
    path = tmp_path / "dataset.toml"
    path.write_text("# ours\n" + path.read_text().replace("\nchannels", "  # Hz\nchannels"))
    assert len(write_folder(tmp_path, "anna", "day 2", session(), SPECS)) == 4


def test_a_dataset_file_that_is_none_is_said(tmp_path: Path) -> None:
    (tmp_path / "dataset.toml").write_text("streams = 3")
    with pytest.raises(FormatError, match="mend it"):
        write_folder(tmp_path, "anna", "day 1", session(), SPECS)


def test_a_gesture_may_be_named_in_any_script_and_is_read_back(tmp_path: Path) -> None:
    write_folder(tmp_path, "Åsa", "день 1", session(("rest", "握る")), SPECS)
    found = load("folder", tmp_path)
    assert found.people == ("Åsa",) and set(found.labels) == {"rest", "folder:握る"}
    assert not found.skipped


@pytest.mark.parametrize("label", ["✊", "a/b", "x" * 10_000, "v1.2", "", " a"])
def test_a_gesture_that_no_file_could_be_named_by_is_refused(label: str) -> None:
    with pytest.raises(UsageError, match="cannot name a gesture in a folder") as refused:
        check_names("anna", "day 1.2", ["rest", label])
    assert len(str(refused.value)) < 200


@pytest.mark.parametrize("name", ["a/b", "", "..", "-a"])
def test_a_name_that_is_no_folder_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="cannot name a folder"):
        write_folder(tmp_path, name, "day 1", session(), SPECS)
    assert not list(tmp_path.iterdir())
