"""`bench` without an armband: what it asks for, and how it says what it found."""

import json
from typing import Any

import pytest

from myoedge.__main__ import main
from myoedge.edge.engines import ENGINES
from myoedge.verbs import manner

SPREAD = {"p50": 94.0, "p95": 193.0, "max": 256.0}
ROW: dict[str, Any] = {
    "people": 6, "hop_ms": 25.0, "onsets": 50, "held_before": 0, "started": 50, "started_right": 49,
    "first_wrong": 31, "first_start_ms": SPREAD, "right_start_ms": SPREAD,
    "rest_s": 20.2, "starts_in_rest": 1,
}  # fmt: skip


def test_every_engine_of_the_table_can_be_asked_for() -> None:
    assert tuple(ENGINES) == manner.ENGINES


@pytest.mark.parametrize("what", ["reaction", "curve"])
def test_a_recorded_set_needs_its_folder(what: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", what, "--played", "myo-uci", "--bundle", "classic"]) == 2
    assert "--root" in capsys.readouterr().err


def test_the_curve_is_not_measured_on_simulated_wearers(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "curve", "--played", "wearers"]) == 2
    assert "recorded people" in capsys.readouterr().err


def test_what_was_played_is_told_in_words_and_in_json(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[object] = []

    def played(*args: object) -> dict[str, Any]:
        asked.append(args)
        return ROW

    monkeypatch.setattr("myoedge.boards.reaction.play_wearers", played)
    words = ["bench", "reaction", "--played", "wearers", "--rate", "40", "--pace", "2.6"]
    assert main(words) == 0
    text = capsys.readouterr().out
    assert asked == [("default", None, 25.0, 2.6)]
    assert "50 of 50, p50 94  p95 193  max 256 ms" in text and "31 of 50" in text and "1 in 20 s" in text
    assert main([*words, "--json"]) == 0
    row = json.loads(capsys.readouterr().out)
    assert (row["played"], row["bundle"], row["first_start_ms"]) == ("wearers", "default", SPREAD)
