from pathlib import Path

import pytest

from myoedge.edge.errors import FormatError
from myoedge.edge.settings import Settings, keep, load_settings


def test_without_a_file_nothing_is_kept(tmp_path: Path) -> None:
    assert load_settings(tmp_path / "none.toml") == Settings()


def test_what_is_kept_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "myoedge.toml"
    path.write_text('profile = "anna"\nbudget_ms = 120\nto = ["-", "udp:127.0.0.1:9000"]\n')
    keep(path, armband='myo "ü" \U0001f600', radio="tcp-client:127.0.0.1:9001")
    assert load_settings(path) == Settings(
        'myo "ü" \U0001f600', "tcp-client:127.0.0.1:9001", "anna", None, 120.0, ("-", "udp:127.0.0.1:9000")
    )


def test_forgetting_leaves_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "myoedge.toml"
    keep(path, armband="myo", profile="anna")
    keep(path, armband=None)
    assert load_settings(path) == Settings(profile="anna")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("armband = ", "no TOML"),
        ("nosuch = 1", "unknown nosuch"),
        ("armband = 1", "armband is no text"),
        ("budget_ms = true", "budget_ms"),
        ("budget_ms = -3", "above zero"),
        ("budget_ms = nan", "above zero"),
        ('to = "-"', "list of sinks"),
        ("to = [1]", "list of sinks"),
    ],
)
def test_a_broken_file_is_named_with_what_is_wrong(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "myoedge.toml"
    path.write_text(text)
    with pytest.raises(FormatError, match=says) as caught:
        load_settings(path)
    assert str(path) in str(caught.value)


def test_a_folder_in_its_place_is_an_error_of_ours(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="cannot be read"):
        load_settings(tmp_path)
