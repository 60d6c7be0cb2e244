import gzip
import json
from typing import Any

Desk = Any


def test_a_replay_is_byte_identical_and_the_same_through_run(office: Desk) -> None:
    first = office.call("replay", "session.jsonl", "--profile", "anna", "--every").stdout
    assert len(first.splitlines()) > 50
    assert office.call("replay", "session.jsonl", "--profile", "anna", "--every").stdout == first
    assert office.call("run", "recording:session.jsonl", "--profile", "anna", "--every").stdout == first
    zipped = office.home / "session.jsonl.gz"
    zipped.write_bytes(gzip.compress((office.home / "session.jsonl").read_bytes()))
    assert office.call("replay", zipped.name, "--profile", "anna", "--every").stdout == first


def test_a_replays_clock_is_the_recordings(office: Desk) -> None:
    out = office.call("replay", "session.jsonl", "--profile", "anna").stdout
    for event in map(json.loads, out.splitlines()):
        assert event["emitted_ns"] == event["arrival_ns"]
        assert set(event["stamps"].values()) == {0}
        assert event["deadline_missed"] is False


def test_timed_writes_real_times_at_the_recordings_pace(office: Desk) -> None:
    words = ("replay", "session.jsonl", "--profile", "anna", "--every", "--events", "10")
    slow = [json.loads(line) for line in office.call(*words, "--timed").stdout.splitlines()]
    events = [event for event in slow if event["kind"] == "gesture"]
    assert len(events) >= 8
    assert all(event["emitted_ns"] > event["arrival_ns"] for event in events)
    assert events[-1]["arrival_ns"] - events[0]["arrival_ns"] > 200_000_000
    assert all(event["stamps"]["decision"] >= event["stamps"]["chunk"] > 0 for event in events)


def test_a_torn_recording_is_replayed_and_the_loss_is_said(office: Desk) -> None:
    whole = (office.home / "session.jsonl").read_bytes()
    (office.home / "torn.jsonl").write_bytes(whole[:-20])
    done = office.call("replay", "torn.jsonl", "--profile", "anna", "--every")
    assert done.returncode == 0
    assert "torn" in done.stderr and "dropped" in done.stderr
    (office.home / "broken.jsonl").write_bytes(whole[:5000] + b"garbage" + whole[5000:])
    done = office.call("replay", "broken.jsonl", "--profile", "anna")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("myoedge replay: broken.jsonl: line ")


def test_a_profile_of_another_bundle_is_refitted_from_its_kept_recording(office: Desk) -> None:
    profiles = office.home / "data" / "profiles" / "anna"
    before = sorted(path.name for path in profiles.glob("*.json"))
    done = office.call("replay", "session.jsonl", "--profile", "anna", "--bundle", "default", "--every")
    assert done.returncode == 0, done.stderr
    bundle = json.loads(done.stdout.splitlines()[-1])["bundle"]
    if "default is no worse" in done.stderr:
        assert sorted(path.name for path in profiles.glob("*.json")) == [*before, "0002.json"]
        assert bundle == f"sha256:{json.loads((profiles / '0002.json').read_text())['bundle'][:12]}"
        assert office.json("calibrate", "--restore", "--profile", "anna")["path"].endswith("0001.json")
    else:
        assert "default would be worse" in done.stderr
        assert bundle == f"sha256:{json.loads((profiles / '0001.json').read_text())['bundle'][:12]}"


def test_a_profile_of_another_bundle_without_its_recording_is_refused(office: Desk) -> None:
    profile = next((office.home / "data" / "profiles" / "anna").glob("0001.json"))
    (office.home / "alone.json").write_bytes(profile.read_bytes())
    done = office.call("replay", "session.jsonl", "--profile", "alone.json", "--bundle", "default")
    assert done.returncode == 4
    assert "was made for bundle classic" in done.stderr
