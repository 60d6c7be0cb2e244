"""`myoedge bundle` as a person calls it: one signed file that runs wherever its key is trusted."""

import json
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from myoedge.edge.bundle import SHIPPED

Call = Callable[..., "CompletedProcess[str]"]
Desk = Any


def row_of(done: "CompletedProcess[str]") -> Any:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def elsewhere(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Calls a verb as on another machine: with other keys."""

    def call_there(*words: str) -> "CompletedProcess[str]":
        with monkeypatch.context() as there:
            there.setenv("MYOEDGE_DATA", str(tmp_path / "elsewhere"))
            return call(*words)

    return call_there


def test_a_bundle_packed_here_is_trusted_elsewhere_once_its_key_is(
    call: Call, elsewhere: Call, tmp_path: Path
) -> None:
    packed = row_of(call("bundle", "pack", "default", "--out", "default.tar", "--json"))
    again = row_of(call("bundle", "pack", "default", "--out", "again.tar", "--json"))
    one, other = ((tmp_path / row["file"]).read_bytes() for row in (packed, again))
    assert one == other and len(one) == packed["bytes"]
    assert row_of(call("bundle", "verify", "default.tar", "--json"))["trust"] == "own"
    refused = elsewhere("bundle", "verify", "default.tar")
    assert refused.returncode == 4 and f"trust add {packed['key']}" in refused.stderr
    assert refused.stdout == "" and len(refused.stderr.splitlines()) == 1
    assert elsewhere("trust", "add", packed["key"], "--label", "maker").returncode == 0
    assert row_of(elsewhere("bundle", "verify", "default.tar", "--json"))["trust"] == "key:maker"
    assert elsewhere("trust", "remove", "maker").returncode == 0
    assert elsewhere("bundle", "verify", "default.tar").returncode == 4


def test_a_signed_file_runs_as_its_folder_does_and_not_where_its_key_is_unknown(office: Desk) -> None:
    packed = office.json("bundle", "pack", "classic", "--out", "classic.tar")
    run = ("replay", "session.jsonl", "--profile", "anna", "--events", "5", "--bundle")
    here, plain = office.call(*run, "classic.tar"), office.call(*run, "classic")
    assert here.returncode == 0 and here.stdout == plain.stdout and len(here.stdout.splitlines()) == 5
    (office.home / "data" / "keys" / "own.key").rename(office.home / "away.key")
    refused = office.call(*run, "classic.tar")
    assert refused.returncode == 4 and f"trust add {packed['key']}" in refused.stderr
    assert office.call(*run, "classic.tar", "--unsigned").stdout == here.stdout


def test_a_changed_file_is_refused_by_every_verb(call: Call, tmp_path: Path) -> None:
    row_of(call("bundle", "pack", "classic", "--out", "classic.tar", "--json"))
    data = bytearray((tmp_path / "classic.tar").read_bytes())
    data[700] ^= 1
    (tmp_path / "changed.tar").write_bytes(data)
    for words in (
        ("bundle", "verify", "changed.tar"),
        ("bundle", "show", "changed.tar", "--unsigned"),
        ("bundle", "sign", "changed.tar"),
        ("bundle", "pack", "changed.tar", "--out", "new.tar"),
        ("run", "virtual:myo", "--bundle", "changed.tar", "--unsigned"),
        ("evaluate", "changed.tar", "--dataset", "folder", "--root", ".", "--protocol", "sessions"),
    ):
        done = call(*words)
        assert done.returncode == 4 and "signature does not hold" in done.stderr, (words, done.stderr)
    assert not (tmp_path / "new.tar").exists()
    assert (tmp_path / "changed.tar").read_bytes() == data


def test_a_plain_tar_or_folder_is_trusted_once_it_is_signed(call: Call, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(SHIPPED / "classic", tmp_path / "ours"))
    text = (folder / "bundle.json").read_text()
    (folder / "bundle.json").write_text(text.replace('"classic"', '"ours"'))
    with tarfile.open(tmp_path / "ours.tar", "w") as tar:
        for file in sorted(folder.iterdir()):
            tar.add(file, file.name)
    for name in ("ours", "ours.tar"):
        refused = call("bundle", "verify", name)
        assert refused.returncode == 4 and "bears no signature" in refused.stderr
        shown = row_of(call("bundle", "show", name, "--json"))
        assert (shown["bundle"], shown["trust"], shown["labels"]) == ("ours", "unsigned", [])
        assert set(shown["files"]) == {"bundle.json", "prior.npz"}
        signed = row_of(call("bundle", "sign", name, "--json"))
        assert signed["key"] == row_of(call("trust", "list", "--json"))["own"]["key"]
        assert row_of(call("bundle", "verify", name, "--json"))["trust"] == "own"
    assert (folder / "bundle.sig").exists()


def test_another_secret_key_signs_where_it_is_named(call: Call, elsewhere: Call, tmp_path: Path) -> None:
    assert elsewhere("trust", "own").returncode == 0
    key = tmp_path / "elsewhere" / "keys" / "own.key"
    row = row_of(call("bundle", "pack", "classic", "--out", "theirs.tar", "--key", str(key), "--json"))
    assert row["key"] == elsewhere("trust", "own", "-q").stdout.strip()
    assert call("bundle", "verify", "theirs.tar").returncode == 4
    resigned = call("bundle", "sign", "theirs.tar")
    assert resigned.returncode == 4 and "not trusted here" in resigned.stderr
    assert call("bundle", "sign", "classic.tar", "--key", "nix.key").returncode == 3


def test_what_is_not_there_or_cannot_be_written_is_said_in_a_line(call: Call) -> None:
    for code, *words in (
        (3, "bundle", "show", "nix"),
        (3, "bundle", "verify", "nix.tar"),
        (3, "bundle", "sign", "default"),
        (2, "bundle"),
        (2, "bundle", "pack", "default"),
        (2, "bundle", "burn", "default"),
        (1, "bundle", "pack", "classic", "--out", "/dev/full"),
        (1, "bundle", "pack", "classic", "--out", "/proc/classic.tar"),
    ):
        done = call(*words)
        assert done.returncode == code, (words, done.stderr)
        assert len(done.stderr.splitlines()) == 1 and done.stdout == ""


def test_show_tells_of_a_shipped_bundle(call: Call) -> None:
    done = call("bundle", "show", "default")
    assert "trusted: shipped" in done.stdout and "onnx runs model.onnx" in done.stdout
    assert "emg: 8 channels at 200 Hz" in done.stdout
