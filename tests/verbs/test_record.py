import json
import signal
from typing import Any

Desk = Any


def test_ctrl_c_ends_a_recording_whole(desk: Desk) -> None:
    process = desk.start("record", "virtual:myo", "a.jsonl", "--json")
    file = desk.home / "a.jsonl"
    while not (file.exists() and file.stat().st_size > 0):
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    lines = file.read_text().splitlines()
    assert json.loads(out)["packets"] == len(lines) - 1
    assert json.loads(lines[0])["myoedge"] == "recording"
    json.loads(lines[-1])
    assert file.stat().st_mode & 0o777 == 0o600
    assert err == ""
    assert desk.orphans() == []


def test_a_guided_recording_holds_labels_and_gives_a_folder_data_set(desk: Desk) -> None:
    words = ("record", "virtual:myo", "a.jsonl.gz", "--gestures", "rest,fist", "--repetitions", "1",
             "--hold-s", "0.9", "--pause-s", "0.3", "--folder", "set", "--person", "anna")  # fmt: skip
    row = desk.json(*words)
    assert row["repetitions"] == 2
    home = desk.home / "set" / "anna" / "session"
    assert sorted(p.name for p in home.iterdir()) == [
        "fist_1.csv", "fist_1.imu.csv", "rest_1.csv", "rest_1.imu.csv"
    ]  # fmt: skip
    from myoedge.export.data.table import load

    dataset = load("folder", desk.home / "set")
    assert sorted(r.label for r in dataset.repetitions) == ["fist", "rest"]
    assert {name: x.shape[1] for name, x in dataset.repetitions[0].signals.items()} == {"emg": 8, "imu": 10}
    assert not dataset.skipped


def test_a_name_that_no_folder_could_bear_is_refused_before_anybody_is_asked(desk: Desk) -> None:
    done = desk.call("record", "virtual:myo", "a.jsonl", "--folder", "set", "--person", "a/b")
    assert done.returncode == 2 and "cannot name a folder" in done.stderr
    assert not (desk.home / "a.jsonl").exists() and not (desk.home / "set").exists()


def test_a_place_that_cannot_be_written_is_said(office: Desk) -> None:
    (office.home / "file").touch()
    done = office.call("record", "recording:session.jsonl", "file/a.jsonl")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1 and "choose another place" in done.stderr


def test_a_full_disk_ends_a_recording_with_a_word(office: Desk) -> None:
    done = office.call("record", "recording:session.jsonl", "/dev/full")
    assert done.returncode == 1
    assert "No space left" in done.stderr and "Traceback" not in done.stderr
