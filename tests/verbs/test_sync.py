import json
from pathlib import Path
from typing import Any

Desk = Any


def test_a_refreshed_profile_is_in_use_until_sync_restores_the_one_before(office: Desk) -> None:
    home: Path = office.home / "data" / "profiles" / "anna"
    done = office.call("calibrate", "virtual:myo?wearer=anna", "--profile", "anna", "--refresh", "--json")
    assert done.returncode in (0, 1), done.stderr
    row = json.loads(done.stdout)
    assert row["path"] == str(home / "0002.json") and (home / "0002.recording.jsonl").is_file()
    assert row["taken_over"] is False and "rest" in row["labels"]
    back = office.call("sync", "--profile", "anna", "--restore", "--json")
    assert json.loads(back.stdout)["path"] == str(home / "0001.json")
    assert office.orphans() == []


def test_sync_wants_a_profile_and_gestures_that_it_knows(office: Desk) -> None:
    none = office.call("sync", "virtual:myo")
    assert none.returncode == 2 and "no profile given and none remembered" in none.stderr
    strange = office.call("sync", "virtual:myo", "--profile", "anna", "--gestures", "fist,salute")
    assert strange.returncode == 2 and "does not know salute" in strange.stderr
    nobody = office.call("calibrate", "virtual:myo", "--profile", "nobody", "--refresh")
    assert nobody.returncode == 3 and "no profile 'nobody'" in nobody.stderr
