"""Addresses as people write them."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from myoedge.edge.errors import UsageError
from myoedge.firmware_bridge.address import Address


@pytest.mark.parametrize(
    ("text", "kind", "target", "options"),
    [
        ("myo", "myo", "", {}),
        ("myo:D7:91:D9:1C:C3:EB", "myo", "D7:91:D9:1C:C3:EB", {}),
        ("virtual:myo", "virtual", "myo", {}),
        ("virtual:myo?wearer=anna&loss=0.2", "virtual", "myo", {"wearer": "anna", "loss": "0.2"}),
        ("virtual?loss=0.2", "virtual", "", {"loss": "0.2"}),
        ("virtual:myo?name=left%20arm", "virtual", "myo", {"name": "left arm"}),
        ("recording:/a b/c.jsonl?pace=live", "recording", "/a b/c.jsonl", {"pace": "live"}),
        ("recording:C:/x.gz", "recording", "C:/x.gz", {}),
        ("recording:what?.jsonl?pace=live", "recording", "what?.jsonl", {"pace": "live"}),
    ],
)
def test_an_address_has_kind_target_and_options(
    text: str, kind: str, target: str, options: dict[str, str]
) -> None:
    assert Address.parse(text) == Address(kind, target, options)


@pytest.mark.parametrize("text", ["virtual:myo?loss", "virtual:myo?=1", "virtual:myo?a=1&a=2", "myo?x&y=1"])
def test_an_option_without_value_or_twice_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="wanted"):
        Address.parse(text)


def test_an_unknown_option_is_refused_with_the_known() -> None:
    with pytest.raises(UsageError, match="known: pace"):
        Address.parse("recording:x?speed=2").allow("pace")


@given(st.text(string.printable, max_size=60))
def test_any_text_parses_or_is_refused(text: str) -> None:
    try:
        Address.parse(text)
    except UsageError as error:
        assert "wanted" in str(error)
