"""Profiles on disk: the last good one is always whole."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from myoedge.calibration.learn import learn
from myoedge.calibration.store import KEPT, Store, load, recording_of, report_path
from myoedge.calibration.stretch import Stretch
from myoedge.edge.bundle import Bundle
from myoedge.edge.errors import FormatError, NotThereError, StorageError, UsageError
from myoedge.edge.profile import Profile
from myoedge.edge.stream import StreamSpec


@pytest.fixture(scope="module")
def profile(
    classic: Bundle, specs: Mapping[str, StreamSpec], make_stretches: Callable[..., list[Stretch]]
) -> Profile:
    return learn(classic, None, make_stretches(1, 0.6), specs, wearer="anna", armband="myo").profile


def gained(profile: Profile, gain: float) -> Profile:
    return replace(profile, gain=gain)


def recorded(store: Store, name: str, text: str) -> Path:
    path = store.new_recording(name)
    path.write_text(text)
    return path


def test_what_was_saved_is_loaded_by_name_and_by_file(home: Path, profile: Profile) -> None:
    path = Store().save("anna", profile)
    assert path.is_relative_to(home)
    assert load("anna").to_json() == load(str(path)).to_json()
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_the_recording_is_kept_beside_its_profile(home: Path, profile: Profile) -> None:
    store = Store()
    first = store.save("anna", profile, recorded(store, "anna", "one"))
    second = store.save("anna", profile, recorded(store, "anna", "two"))
    kept = [recording_of(path) for path in (first, second)]
    assert [p.read_text() for p in kept if p] == ["one", "two"]
    assert kept[1] and load("anna").facts["recording"] == kept[1].name


def test_restore_brings_the_one_before_back_and_again(home: Path, profile: Profile) -> None:
    store = Store()
    for gain in (1.0, 2.0, 3.0):
        store.save("anna", gained(profile, gain), recorded(store, "anna", str(gain)))
    store.restore("anna")
    assert store.load("anna").gain == 2.0
    store.restore("anna")
    assert store.load("anna").gain == 1.0
    with pytest.raises(NotThereError, match="older"):
        store.restore("anna")
    store.save("anna", gained(profile, 4.0))
    assert store.load("anna").gain == 4.0
    store.restore("anna")
    assert store.load("anna").gain == 1.0


def test_old_profiles_are_kept_up_to_a_number(home: Path, profile: Profile) -> None:
    store = Store()
    for gain in range(1, KEPT + 6):
        store.save("anna", gained(profile, float(gain)), recorded(store, "anna", str(gain)))
    versions = store.versions("anna")
    assert len(versions) == KEPT + 1
    assert all(recording_of(path) for path in versions)
    assert len(list(versions[0].parent.iterdir())) == 2 * (KEPT + 1)


def test_every_wearer_is_listed_and_can_be_deleted(home: Path, profile: Profile) -> None:
    store = Store()
    assert store.list() == []
    store.save("bob", profile)
    path = store.save("anna", profile)
    path.write_text("{")
    anna, bob = store.list()
    assert (anna.name, bob.name, bob.versions, bob.trouble) == ("anna", "bob", 1, "")
    assert "restore" in anna.trouble
    with pytest.raises(FormatError, match="restore"):
        store.load("anna")
    store.delete("anna")
    assert [entry.name for entry in store.list()] == ["bob"]


@pytest.mark.parametrize("name", ["", "../anna", "a/b", ".anna", "anna\n", "x" * 65, "\u0000", "anna "])
def test_a_name_that_is_no_file_name_is_refused(home: Path, name: str) -> None:
    with pytest.raises(UsageError):
        Store().home(name)


def test_a_profile_that_is_not_there_says_how_to_make_it(home: Path) -> None:
    with pytest.raises(NotThereError, match="myoedge calibrate"):
        load("nobody")
    with pytest.raises(NotThereError):
        load("./nobody.json")


def test_sessions_that_died_are_swept_away_and_running_ones_are_not(home: Path, profile: Profile) -> None:
    store = Store()
    alive = recorded(store, "anna", "running")
    dead = alive.with_name(".999999999.recording.jsonl.part")
    torn = alive.with_name(".0003.json.999999999.tmp")
    for path in (dead, torn):
        path.write_text("left over")
    store.save("anna", profile)
    assert alive.exists() and not dead.exists() and not torn.exists()


SAVER = """
import sys
from dataclasses import replace
from pathlib import Path
from myoedge.calibration.store import Store
from myoedge.edge.profile import load_profile
profile = load_profile(Path(sys.argv[1]))
store, gain = Store(), float(sys.argv[2])
print("ready", flush=True)
while True:
    gain += 1
    part = store.new_recording("anna")
    part.write_text(str(gain))
    store.save("anna", replace(profile, gain=gain), part)
    print(gain, flush=True)
"""


def killed(given: Path, gain: float, after_s: float) -> list[float]:
    """Save again and again in a process that is killed in mid-work; what it said to have saved."""
    command = [sys.executable, "-c", SAVER, str(given), str(gain)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        if not writer.stdout:
            pytest.fail("no pipe")
        writer.stdout.readline()
        time.sleep(after_s)
        writer.send_signal(signal.SIGKILL)
        return [float(line) for line in writer.stdout.read().split()]


def test_kill_at_any_moment_leaves_the_last_good_one(home: Path, tmp_path: Path, profile: Profile) -> None:
    given = tmp_path / "given.json"
    given.write_text(json.dumps(profile.to_json()))
    gain, rng = 0.0, random.Random(1)
    for _ in range(6):
        said = killed(given, gain, rng.uniform(0.0, 0.03))
        newest = Store().versions("anna")
        if not newest:
            continue
        found = Store().load("anna").gain
        recording = recording_of(newest[-1])
        assert found >= max(said, default=gain), "what was said to be saved is there"
        assert recording and recording.read_text() == str(found)
        gain = found
    assert gain > 0


def test_a_full_disk_leaves_the_last_good_profile_and_the_calibration(
    home: Path, tmp_path: Path, profile: Profile
) -> None:
    store = Store()
    store.save("anna", gained(profile, 1.0))
    part = recorded(store, "anna", "new calibration")
    script = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from myoedge.calibration.store import Store; from myoedge.edge.errors import StorageError\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "store = Store(); profile = store.load('anna')\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "try:\n    store.save('anna', profile, Path(sys.argv[1]))\n"
        "except StorageError as error:\n    print(error); sys.exit(7)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(part)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 7, done.stderr
    assert "free some space" in done.stdout
    assert store.load("anna").gain == 1.0 and len(store.versions("anna")) == 1
    assert part.read_text() == "new calibration"
    assert not list(part.parent.glob("*.tmp"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_is_not_ours_is_told(home: Path, profile: Profile) -> None:
    home.mkdir(mode=0o500)
    with pytest.raises(StorageError, match="MYOEDGE_DATA"):
        Store().save("anna", profile)


@pytest.mark.parametrize(
    "name", ["\N{SIGN OF THE HORNS}", "a/b", "../up", "", ".", " anna", "a" * 10_000, "a\nb"]
)
def test_a_name_that_is_none_is_refused_in_few_words(home: Path, name: str) -> None:
    for refused in (Store().home, Store().files, Store().delete):
        with pytest.raises(UsageError, match="cannot name a profile") as error:
            refused(name)
        assert len(str(error.value)) < 300


def test_a_path_without_end_is_refused_in_few_words(home: Path) -> None:
    with pytest.raises(UsageError, match="10000 characters"):
        load("/" * 10_000)


def test_deleting_removes_all_there_is_also_what_was_put_aside(home: Path, profile: Profile) -> None:
    store = Store()
    for text in ("one", "two"):
        path = store.save("anna", profile, recorded(store, "anna", text))
        report_path(path).write_text("a report")
    store.restore("anna")
    store.save("ben", profile)
    store.new_recording("anna").write_text("half")
    gone = store.delete("anna")
    assert len(gone) == 7 and not store.home("anna").exists()
    assert [entry.name for entry in store.list()] == ["ben"]
    with pytest.raises(NotThereError, match="known: ben"):
        store.delete("anna")


def test_a_wearer_whose_only_profile_was_damaged_away_can_be_deleted(home: Path, profile: Profile) -> None:
    store = Store()
    path = store.save("anna", profile, recorded(store, "anna", "one"))
    path.unlink()
    assert [p.name for p in store.delete("anna")] == ["0001.recording.jsonl"]


def test_reports_go_with_the_profiles_they_tell_of(home: Path, profile: Profile) -> None:
    store = Store()
    for _ in range(KEPT + 3):
        report_path(store.save("anna", profile)).write_text("a report")
    stems = {p.name.split(".")[0] for p in store.files("anna")}
    assert stems == {p.stem for p in store.versions("anna")}
