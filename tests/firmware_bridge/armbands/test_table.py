"""The table of armbands: every line loads, strangers are refused by name."""

from pathlib import Path

import pytest

from myoedge.edge.errors import FormatError, NotThereError, UsageError
from myoedge.firmware_bridge.armbands import ARMBANDS, open_armband
from myoedge.firmware_bridge.links import LINKS, load_link


@pytest.mark.parametrize("kind", [kind for kind in ARMBANDS if kind != "recording"])
def test_every_kind_makes_an_armband_without_any_io(kind: str) -> None:
    armband = open_armband(kind)
    assert armband.wearer is None
    with pytest.raises(UsageError, match="not open"):
        _ = armband.specs


@pytest.mark.parametrize("name", list(LINKS))
def test_every_link_loads(name: str) -> None:
    assert load_link(name).__name__.endswith("Link")


def test_an_unknown_kind_is_refused_with_the_known() -> None:
    with pytest.raises(UsageError, match="known: myo, generic"):
        open_armband("myoo:AA")


@pytest.mark.parametrize("text", ["virtual:toaster", "myo?loss=1", "recording:", "recording:x?pace=slow&z=1"])
def test_what_no_kind_knows_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        open_armband(text)


def test_a_recording_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotThereError):
        open_armband(f"recording:{tmp_path / 'none.jsonl'}")


def test_a_recording_of_an_unknown_armband_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "odd.jsonl"
    file.write_text('{"myoedge":"recording","v":1,"armband":"sock","started_utc":"","streams":{}}\n')
    with pytest.raises(FormatError, match="sock"):
        open_armband(f"recording:{file}")
