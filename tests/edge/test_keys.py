"""Keys: made once, private, named; a damaged or open file counts for nothing."""

import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from myoedge.edge.errors import NotThereError, TrustError, UsageError
from myoedge.edge.keys import (
    add_key,
    fingerprint,
    keys_dir,
    load_seed,
    own_path,
    own_public,
    own_seed,
    public_from,
    read_public,
    remove_key,
    text_of,
    trusted_keys,
    trusted_path,
    who,
)
from myoedge.edge.signature import public_of

A, B = bytes(range(32)), bytes(range(32, 64))


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MYOEDGE_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_own_key_is_made_once_and_for_its_owner_alone() -> None:
    assert own_public() is None and not own_path().exists()
    seed = own_seed()
    assert own_seed() == seed and own_public() == public_of(seed)
    assert (mode(own_path()), mode(keys_dir())) == (0o600, 0o700)
    assert [path.name for path in keys_dir().iterdir()] == ["own.key"]
    assert who(public_of(seed)) == "own"


def test_processes_that_need_the_first_key_at_once_get_the_same() -> None:
    script = "from myoedge.edge.keys import own_seed; print(own_seed().hex())"
    started = [
        subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) for _ in range(3)
    ]
    said = {process.communicate(timeout=60)[0].strip() for process in started}
    assert said == {own_seed().hex()}


@pytest.mark.parametrize("damage", [b"", b"garbage", b"{}", b"[1]", b'{"myoedge": "secret key", "v": 1}'])
def test_a_damaged_own_key_is_refused_and_kept(damage: bytes) -> None:
    own_seed()
    own_path().write_bytes(damage)
    with pytest.raises(TrustError, match=r"own\.key"):
        own_seed()
    assert own_path().read_bytes() == damage


def test_an_own_key_whose_halves_do_not_fit_is_refused() -> None:
    own_seed()
    text = own_path().read_text()
    public = public_of(own_seed()).hex()
    own_path().write_text(text.replace(public, A.hex()))
    with pytest.raises(TrustError, match="do not belong together"):
        own_seed()


def test_a_key_file_open_to_others_or_a_link_is_refused(tmp_path: Path) -> None:
    own_seed()
    add_key(A, "maker")
    for path, read in ((own_path(), own_public), (trusted_path(), trusted_keys)):
        path.chmod(0o640)
        with pytest.raises(TrustError, match="chmod 600"):
            read()
        path.chmod(0o600)
        path.rename(tmp_path / "elsewhere")
        path.symlink_to(tmp_path / "elsewhere")
        with pytest.raises(TrustError, match="plain file"):
            read()
        path.unlink()
        os.mkfifo(path, 0o600)
        with pytest.raises(TrustError, match="not yours"):
            read()
        path.unlink()


def test_a_secret_key_of_another_file_is_read_where_it_lies(tmp_path: Path) -> None:
    seed = own_seed()
    own_path().rename(tmp_path / "release.key")
    assert load_seed(tmp_path / "release.key") == seed and own_public() is None
    with pytest.raises(NotThereError, match=r"nix\.key"):
        load_seed(tmp_path / "nix.key")


def test_a_key_is_trusted_by_name_until_it_is_removed() -> None:
    add_key(A, "maker")
    add_key(B, "other")
    assert (who(A), who(B), who(bytes(32))) == ("key:maker", "key:other", None)
    assert mode(trusted_path()) == 0o600
    assert remove_key("maker").public == A
    assert (who(A), who(B)) == (None, "key:other")
    assert remove_key(fingerprint(B)).label == "other"
    add_key(A, "maker")
    assert remove_key(f" {text_of(A)}\n").label == "maker"
    assert trusted_keys() == []
    with pytest.raises(NotThereError, match="trusted are: none"):
        remove_key("maker")


def test_neither_key_nor_label_is_given_twice() -> None:
    add_key(A, "maker")
    with pytest.raises(UsageError, match="trusted already"):
        add_key(A, "again")
    with pytest.raises(UsageError, match="trusted already"):
        add_key(B, "maker")
    assert [key.label for key in trusted_keys()] == ["maker"]


@pytest.mark.parametrize("label", ["", "own", "a b", "../a", "x" * 33, "caf\u00e9", "-x", "a\n"])
def test_a_label_is_a_plain_name(label: str) -> None:
    with pytest.raises(UsageError, match="no label"):
        add_key(A, label)
    assert not trusted_path().exists()


def test_a_damaged_list_is_not_written_over() -> None:
    add_key(A, "maker")
    trusted_path().write_text("garbage")
    for deed in (lambda: add_key(B, "other"), lambda: remove_key("maker"), lambda: who(A)):
        with pytest.raises(TrustError, match="no key counts"):
            deed()
    assert trusted_path().read_text() == "garbage"


def test_people_who_add_at_once_lose_nothing() -> None:
    script = (
        "import sys; from myoedge.edge.keys import add_key; name = sys.argv[1]; "
        "add_key(bytes([int(name)]) * 32, name)"
    )
    started = [subprocess.Popen([sys.executable, "-c", script, str(i)]) for i in range(3)]
    assert [process.wait(timeout=60) for process in started] == [0, 0, 0]
    assert sorted(key.label for key in trusted_keys()) == ["0", "1", "2"]


def test_a_key_as_text_is_read_back(tmp_path: Path) -> None:
    assert public_from(text_of(A)) == public_from(f"  {text_of(A)}\n") == A
    (tmp_path / "a.key").write_text(text_of(A) + "\n")
    assert read_public(str(tmp_path / "a.key")) == read_public(text_of(A)) == A
    with pytest.raises(NotThereError, match="no file that can be read"):
        read_public("nix")


@pytest.mark.parametrize("text", ["", "ed25519:", "ed25519:xyz", A.hex(), text_of(A)[:-2], text_of(A) + "00",
                                  text_of(A).replace("00", "0 ", 1), "rsa:" + A.hex()])  # fmt: skip
def test_what_is_no_key_is_wrong_usage(text: str, tmp_path: Path) -> None:
    (tmp_path / "a.key").write_text(text)
    with pytest.raises(UsageError, match="no key"):
        read_public(str(tmp_path / "a.key"))


def test_a_fingerprint_can_be_read_out() -> None:
    assert re.fullmatch(r"([0-9a-f]{4}-){4}[0-9a-f]{4}", fingerprint(A))
    assert fingerprint(A) != fingerprint(B)
