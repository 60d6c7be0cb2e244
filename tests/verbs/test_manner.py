import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from myoedge.__main__ import VERBS, main

HEAVY = ("numpy", "asyncio", "bleak", "bumble", "onnxruntime", "ai_edge_litert", "torch", "scipy", "logging")
HELP = """
import contextlib, io, json, sys
from myoedge.__main__ import VERBS, main
said = {}
for verb in ["", *VERBS]:
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.suppress(SystemExit):
        main([verb, "--help"] if verb else ["--help"])
    said[verb] = out.getvalue()
print(json.dumps({"said": said, "loaded": sorted(sys.modules)}))
"""


@pytest.fixture(scope="module")
def helped() -> dict[str, Any]:
    done = subprocess.run([sys.executable, "-c", HELP], capture_output=True, text=True, check=True)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


@pytest.mark.parametrize("verb", ["", *VERBS])
def test_help_ends_with_one_example(verb: str, helped: dict[str, Any]) -> None:
    text = helped["said"][verb]
    assert text.count("example: ") == 1
    assert text.strip().splitlines()[-1].startswith(f"example: myoedge {verb}".strip())


def test_help_loads_nothing_heavy(helped: dict[str, Any]) -> None:
    assert not set(HEAVY) & set(helped["loaded"])


def test_every_verb_takes_json_v_and_q(helped: dict[str, Any]) -> None:
    for verb in VERBS:
        assert {"--json", "-v", "-q"} <= {word.strip("[],") for word in helped["said"][verb].split()}, verb


def test_without_a_verb_the_overview_and_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "usage: myoedge VERB" in capsys.readouterr().out


def test_an_unknown_verb_names_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["nosuch"]) == 2
    assert capsys.readouterr().err.startswith("myoedge: no verb 'nosuch'; wanted one of demo, scan")


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        ("run", 2, "no armband given and none remembered"),
        ("run nosuch", 2, "no armband kind 'nosuch'"),
        ("run virtual:nosuch", 2, "no virtual armband 'nosuch'"),
        ("run virtual:myo?nosuch=1", 2, "no option 'nosuch'"),
        ("run virtual:myo?loss", 2, "wanted ?name=value"),
        ("run virtual:myo --nosuch", 2, "unrecognized arguments: --nosuch"),
        ("run virtual:myo --seconds abc", 2, "'abc' is no number above zero"),
        ("run virtual:myo --events 0", 2, "'0' is no whole number above zero"),
        ("run virtual:myo --to nosuch:", 2, "no sink 'nosuch:'"),
        ("run virtual:myo --to udp:nowhere", 2, "wanted udp:HOST:PORT"),
        ("run virtual:myo --profile nobody", 3, "no profile 'nobody'"),
        ("run virtual:myo --profile broken.json", 1, "is no profile"),
        ("run virtual:myo --bundle nosuch", 3, "no bundle 'nosuch'"),
        ("run virtual:myo --bundle broken", 4, "bears no signature"),
        ("run virtual:myo --bundle broken --unsigned", 1, "rebuild the bundle"),
        ("run virtual:myo --bundle classic", 4, "run `myoedge calibrate` first"),
        ("run virtual:myo --budget-ms 30", 4, "allow more with --budget-ms"),
        ("run recording:none.jsonl", 3, "no recording at none.jsonl"),
        ("replay none.jsonl", 3, "no recording at none.jsonl"),
        ("replay broken.json", 1, "broken.json"),
        ("calibrate virtual:myo", 2, "--profile"),
        ("calibrate virtual:myo --profile a/b", 2, "cannot name a profile"),
        ("calibrate virtual:myo --profile a --gestures fist,pinch", 2, "lacks rest"),
        ("calibrate virtual:myo --profile a --gestures rest,nosuch", 2, "cannot do nosuch"),
        ("calibrate --restore --profile nobody", 3, "no profile 'nobody'"),
        ("record virtual:myo a.jsonl --guided --seconds 3", 2, "leave --seconds out"),
        ("virtual nosuch --hci x", 2, "no virtual armband 'nosuch'"),
        ("forget", 3, "nothing to forget"),
        ("status virtual:myo", 3, "start it: myoedge run virtual:myo"),
        ("demo --from none", 2, "neither a psl nor a laval folder"),
    ],
)
def test_an_error_is_one_line_with_its_exit_code(
    words: str,
    code: int,
    says: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "broken").mkdir()
    for name in ("broken.json", "broken/bundle.json"):
        (tmp_path / name).write_text("{")
    monkeypatch.chdir(tmp_path)
    for name in ("XDG_RUNTIME_DIR", "MYOEDGE_DATA"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("MYOEDGE_CONFIG", str(tmp_path / "none.toml"))
    try:
        met = main(words.split())
    except SystemExit as error:
        met = int(str(error.code))
    heard = capfd.readouterr()
    assert (met, heard.out) == (code, "")
    last = heard.err.splitlines()
    assert len(last) == 1 and says in last[0], heard.err


def test_a_settings_file_is_read_and_the_command_line_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "myoedge.toml"
    config.write_text('armband = "virtual:kept"\nprofile = "kept"\n')
    monkeypatch.setenv("MYOEDGE_CONFIG", str(config))
    monkeypatch.setenv("MYOEDGE_DATA", str(tmp_path))
    assert main(["run"]) == 3
    assert "no profile 'kept'" in capfd.readouterr().err
    assert main(["run", "--profile", "asked"]) == 3
    assert "no profile 'asked'" in capfd.readouterr().err
    config.write_text('armband = "virtual:kept"\n')
    assert main(["run"]) == 2
    assert "'kept'" in capfd.readouterr().err
    assert main(["run", "virtual:asked"]) == 2
    assert "'asked'" in capfd.readouterr().err
    config.write_text("armband = ")
    assert main(["run"]) == 1
    assert str(config) in capfd.readouterr().err


def test_v_shows_where_an_error_came_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MYOEDGE_DATA", str(tmp_path))
    assert main(["run", "virtual:myo", "--profile", "nobody", "-v"]) == 3
    assert "Traceback" in capfd.readouterr().err


def test_a_bug_is_one_line_too(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    def broken(_: object) -> Callable[..., int]:
        raise ZeroDivisionError("of all\nthings")

    monkeypatch.setattr("myoedge.verbs.status.run", broken)
    assert main(["status"]) == 1
    assert capfd.readouterr().err == (
        "myoedge status: met ZeroDivisionError: of all things; this should not happen, -v shows where\n"
    )


def test_a_closed_stdout_is_no_traceback(desk: Any) -> None:
    process = desk.start("status", "--json")
    process.stdout.close()
    assert process.stderr.read() == ""
    assert process.wait(60) == 1
