"""Every example in docs/commands.md and docs/api.md, as a reader would try it."""

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from myoedge.__main__ import VERBS, main
from myoedge.edge.settings import load_settings

DOCS = Path(__file__).resolve().parents[2] / "docs"
Desk = Any


def blocks(name: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", (DOCS / name).read_text(), re.DOTALL)


def test_the_session_of_the_commands_page_works_from_top_to_bottom(desk: Desk) -> None:
    lines = blocks("commands.md", "sh")[0].splitlines()
    assert len(lines) == 7
    for line in lines:
        done = desk.call(*shlex.split(line)[1:])
        assert done.returncode == 0, f"{line}: {done.stderr}"


def test_every_example_of_the_table_is_read(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    examples = re.findall(r"\| `(myoedge [^`]+)` \|", (DOCS / "commands.md").read_text())
    seen = {line.split()[1] for line in examples}
    assert seen == set(VERBS) - {"forget", "evaluate", "train", "wearer"}
    read: list[object] = []

    def instead(args: object) -> int:
        read.append(args)
        return 0

    for line in examples:
        words = shlex.split(line)[1:]
        monkeypatch.setattr(f"myoedge.verbs.{words[0]}.run", instead)
        assert main(words) == 0, capsys.readouterr().err
    assert len(read) == len(examples)


def test_the_example_of_a_settings_file_is_one(tmp_path: Path) -> None:
    path = tmp_path / "myoedge.toml"
    path.write_text(blocks("commands.md", "toml")[0])
    assert load_settings(path).to == ("-", "udp:127.0.0.1:9000")


def test_the_ten_lines_of_python_read_events(office: Desk) -> None:
    code = blocks("api.md", "python")[0]
    assert len(code.strip().splitlines()) <= 10
    assert '"virtual:myo?wearer=anna"' in code
    moving = code.replace("wearer=anna", "wearer=anna&routine=cycle")
    ended = moving.replace(".level)\n", ".level)\n            break\n")
    done = subprocess.run(
        [sys.executable, "-c", ended], env=office.env, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    label, score, level = done.stdout.rsplit(maxsplit=2)
    assert label and 0 < float(score) <= 1 and 0 <= float(level) <= 1
    assert office.orphans() == []


def test_an_armband_that_cannot_be_opened_raises_in_python(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import myoedge
    from myoedge.edge.errors import MismatchError, NotThereError, UsageError

    monkeypatch.setenv("MYOEDGE_DATA", str(tmp_path))
    with pytest.raises(UsageError, match="no armband kind"), myoedge.open("nosuch"):
        pass
    with pytest.raises(NotThereError, match="no profile"):
        myoedge.open("virtual:myo", profile="nobody")
    with pytest.raises(NotThereError), myoedge.open("recording:nosuch.jsonl"):
        pass
    with pytest.raises(MismatchError), myoedge.open(f"recording:{recorded(tmp_path)}", bundle="classic"):
        pass


def test_a_recording_in_python_ends_with_its_last_event(tmp_path: Path, calibration_recording: Any) -> None:
    import myoedge

    calibration_recording(tmp_path / "a.jsonl")
    with myoedge.open(f"recording:{tmp_path / 'a.jsonl'}", every=True) as armband:
        events = list(armband)
        assert armband.status()["bundle"] == "default"
    assert len(events) > 50
    armband.close()


def recorded(folder: Path) -> Path:
    from myoedge.edge.recording import Header, RecordingWriter
    from myoedge.firmware_bridge.codec import MyoCodec

    with RecordingWriter(folder / "b.jsonl", Header("myo", "", MyoCodec().specs)):
        return folder / "b.jsonl"
