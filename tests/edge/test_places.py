import os
import stat
from pathlib import Path

import pytest

from myoedge.edge import places
from myoedge.edge.errors import RefusedError, StorageError


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No setting of the machine leaks in."""
    for name in ("MYOEDGE_CONFIG", "MYOEDGE_DATA", "XDG_DATA_HOME", "XDG_RUNTIME_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setattr(places, "BOARD_CONFIG", tmp_path / "etc" / "myoedge.toml")
    return tmp_path


def test_the_named_settings_file_wins_then_the_users_then_the_boards(
    nowhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    user, board = nowhere / "config" / "myoedge" / "myoedge.toml", nowhere / "etc" / "myoedge.toml"
    assert places.config_path() == user
    board.parent.mkdir()
    board.touch()
    assert places.config_path() == board
    user.parent.mkdir(parents=True)
    user.touch()
    assert places.config_path() == user
    monkeypatch.setenv("MYOEDGE_CONFIG", str(nowhere / "mine.toml"))
    assert places.config_path() == nowhere / "mine.toml"


def test_settings_that_may_not_go_to_the_board_go_to_the_user(
    nowhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    board = nowhere / "etc" / "myoedge.toml"
    board.parent.mkdir()
    board.touch()
    assert places.writable_config() == board
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert places.writable_config() == nowhere / "config" / "myoedge" / "myoedge.toml"


def test_the_runtime_folder_is_private(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(nowhere))
    assert stat.S_IMODE(places.runtime_dir().stat().st_mode) == 0o700


def test_what_sudo_hands_on_is_left_to_the_user_it_belongs_to(
    nowhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if os.getuid():
        pytest.skip("only root can give a folder to somebody else")
    os.chown(nowhere, 65534, 65534)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(nowhere))
    assert places.runtime_dir() == Path("/tmp/myoedge-0")
    assert not (nowhere / "myoedge").exists()


def test_a_runtime_folder_open_to_others_is_refused(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(nowhere))
    places.runtime_dir().chmod(0o755)
    with pytest.raises(RefusedError, match="not a private folder"):
        places.runtime_dir()


def test_a_runtime_folder_that_cannot_be_made_names_the_cure(
    nowhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (nowhere / "file").touch()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(nowhere / "file"))
    with pytest.raises(StorageError, match="set XDG_RUNTIME_DIR"):
        places.runtime_dir()


@pytest.mark.parametrize(
    "other", ["virtual:myo?wearer=ann", "virtual_myo?wearer=anna", "virtual:myo_wearer_anna"]
)
def test_different_armbands_have_different_files(other: str) -> None:
    assert places.file_name("virtual:myo?wearer=anna") != places.file_name(other)


def test_a_plain_address_stays_readable() -> None:
    assert places.file_name("myo:AA:BB") == "myo_AA_BB"


def test_a_long_address_is_a_short_file_name() -> None:
    long = "virtual:myo?" + "&".join(f"name{i}=value" for i in range(30))
    assert len(places.file_name(long)) <= places.LONGEST_NAME
    assert places.file_name(long) != places.file_name(long + "1")


def test_a_file_is_replaced_whole_and_private(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "file"
    places.write_atomically(path, b"old")
    places.write_atomically(path, b"new")
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_a_file_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(StorageError, match="the old one is kept"):
        places.write_atomically(tmp_path / "folder", b"a folder stands where the file should")
    assert [p.name for p in tmp_path.iterdir()] == ["folder"]
