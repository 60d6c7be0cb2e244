"""docs/own-data.md as a reader would follow it, but shorter: record, train on that alone, calibrate, run."""

import json
import re
import shlex
from pathlib import Path
from typing import Any

Desk = Any
PAGE = Path(__file__).resolve().parents[2] / "docs" / "own-data.md"
LONG_S = 600  # converting takes a minute; a hang must not hang the suite
SHORT = "--gestures rest,fist,wrist_extension --repetitions 2 --hold-s 1.2 --pause-s 0.3".replace("_", "\\ ")
LESS = {"record": SHORT, "calibrate": SHORT, "run": "--seconds 4"}  # what comes last wins
SMALL = "[model]\nwidth = 16\nhidden = 16\nheads = 2\nembedding = 8\n"


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE.read_text(), re.DOTALL)


def commands() -> list[list[str]]:
    """Every command of the page, shortened."""
    lines = [line for block in blocks("sh") for line in block.splitlines()]
    words = [shlex.split(line)[1:] for line in lines]
    return [[*one, *shlex.split(LESS.get(one[0], ""))] for one in words]


def write_recipe(desk: Desk) -> None:
    """The page's own, with a small network and few steps."""
    (text,) = blocks("toml")
    few = text.replace("steps = 100", "steps = 2").replace("every = 25", "every = 2")
    assert few.count(" = 2\n") == 1 and "every = 2 " in few
    (desk.home / "ours.toml").write_text(few.replace("[training]", f"{SMALL}\n[training]"))


def done(process: Any) -> str:
    out, err = process.communicate(timeout=LONG_S)
    assert process.returncode == 0, err
    return str(out)


def test_own_recordings_become_a_bundle_that_knows_a_wearer(desk: Desk) -> None:
    write_recipe(desk)
    said = {}
    lines = commands()
    for process in [desk.start(*words) for words in lines if words[0] == "record"]:
        done(process)
    for words in lines:
        if words[0] != "record":
            said[words[0]] = done(desk.start(*words))
    assert [words[0] for words in lines] == ["record"] * 3 + [
        "train",
        "evaluate",
        "calibrate",
        "run",
        "bundle",
    ]
    assert {path.name for path in (desk.home / "mine").iterdir()} == {"dataset.toml", "anna", "ben"}
    assert "folder sessions: ours sha256:" in said["evaluate"]
    events = [json.loads(line) for line in said["run"].splitlines()]
    assert {event["profile"] for event in events} == {"dara"}
    bundle = json.loads((desk.home / "my-bundle" / "bundle.json").read_text())
    assert bundle["name"] == "ours" and bundle["training"]["data"][0]["held_out"] == ["ben"]
    assert any(event["kind"] == "gesture" and event["phase"] == "start" for event in events)
    (desk.home / "data" / "keys" / "own.key").unlink()  # as on another machine
    refused = desk.call("run", "virtual:myo", "--profile", "dara", "--seconds", "1")
    assert refused.returncode == 4 and "--unsigned" in refused.stderr
