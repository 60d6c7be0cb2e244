"""What can be asked of a virtual armband is checked before anything starts."""

import pytest

from myoedge.edge.errors import UsageError
from myoedge.firmware_bridge.virtual.options import parse_kind, parse_options, write_kind


def test_an_address_is_read_and_written_back() -> None:
    assert parse_kind("virtual:myo?wearer=ben&loss=0.2") == ("myo", {"wearer": "ben", "loss": "0.2"})
    assert parse_kind("generic") == ("generic", {})
    words = {"recording": "/a b/c&d.jsonl", "name": "Müller's"}
    assert parse_kind(write_kind("myo", words)) == ("myo", words)


@pytest.mark.parametrize("text", ["", "toaster", "myo?loss", "myo?&&"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse_kind(text)


def test_values_are_read_and_the_wearers_words_passed_on() -> None:
    options = parse_options(
        "generic", {"channels": "16", "rate": "2e3", "rotation": "1.5", "interval_ms": "30"}
    )
    assert (options.channels, options.rate, options.interval_ms) == (16, 2000.0, 30.0)
    assert options.body == {"rotation": "1.5"}


@pytest.mark.parametrize(
    ("kind", "word", "value"),
    [
        ("myo", "loss", "1.5"),
        ("myo", "loss", "nan"),
        ("myo", "battery", "101"),
        ("myo", "address", "not one"),
        ("myo", "address", "17:91:D9:1C:C3:EB"),
        ("myo", "interval_ms", "-1"),
        ("myo", "fatigue", "a lot"),
        ("myo", "source", "thin air"),
        ("generic", "channels", "0"),
        ("generic", "rate", "100001"),
    ],
)
def test_a_value_that_cannot_be_is_refused(kind: str, word: str, value: str) -> None:
    with pytest.raises(UsageError, match=word):
        parse_options(kind, {word: value})


def test_more_than_the_air_carries_is_refused() -> None:
    with pytest.raises(UsageError, match="kB/s"):
        parse_options("generic", {"channels": "64", "rate": "4000"})


@pytest.mark.parametrize(("kind", "word"), [("myo", "colour"), ("myo", "channels"), ("generic", "idle_s")])
def test_an_unknown_word_is_refused_with_the_known_ones(kind: str, word: str) -> None:
    with pytest.raises(UsageError, match=f"{word}.*known:.*loss.*rotation.*wearer"):
        parse_options(kind, {word: "1"})
