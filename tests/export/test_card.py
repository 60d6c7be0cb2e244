"""The card says what a reader must know, from the numbers alone."""

import json

from myoedge.edge.bundle import SHIPPED
from myoedge.export.card import card

ROW = json.loads((SHIPPED / "default" / "bundle.json").read_text(encoding="utf-8"))


def test_the_shipped_card_is_the_one_of_its_numbers() -> None:
    assert (SHIPPED / "default" / "CARD.md").read_text(encoding="utf-8") == card(ROW)


def test_every_engine_has_a_line() -> None:
    text = card(ROW)
    assert all(f"| {name} |" in text for name in ROW["engines"])


def test_a_bundle_without_figures_says_so() -> None:
    assert "Not measured" in card({**ROW, "metrics": {}})


def test_what_was_not_compared_is_left_open() -> None:
    one = {"protocol": "sessions", "int8": {"mean": 0.9, "worst": 0.8}}
    metrics = {**ROW["metrics"], "accuracy": {"some set": one}}
    assert "| some set | sessions | 90.0 (80) | - | - |" in card({**ROW, "metrics": metrics})


def test_a_bundle_of_ones_own_is_named_and_what_was_not_measured_is_said() -> None:
    text = card({**ROW, "name": "ours", "metrics": {**ROW["metrics"], "reaction": {}}})
    assert "`myoedge evaluate ours --dataset" in text
    assert "was not measured: nobody held out has a later session" in text
