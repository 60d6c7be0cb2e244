"""Words taught on an armband go into the profile in use, whose held gestures stay."""

import asyncio
from pathlib import Path

import pytest

from myoedge.boards.guided import calibrate
from myoedge.boards.teaching import said, teach_words
from myoedge.calibration.plan import Plan
from myoedge.calibration.store import Store
from myoedge.edge.errors import MismatchError, UsageError

ADDRESS = "virtual:myo?wearer=anna"
WORDS = ("wrist flexion", "wrist extension")


def calibrated(folder: Path, bundle: str) -> Store:
    store = Store(folder / "profiles")
    plan = Plan(("rest", "fist"), repetitions=1, hold_s=1.2, pause_s=0.3)
    asyncio.run(calibrate(ADDRESS, "bluez", "anna", bundle, plan, print, store=store))
    return store


def test_words_are_taught_beside_held_gestures(tmp_path: Path) -> None:
    store = calibrated(tmp_path, "default")
    lines: list[str] = []
    learned = asyncio.run(
        teach_words(ADDRESS, "bluez", "anna", WORDS, lines.append, repetitions=1, store=store)
    )
    kept = store.load("anna")
    assert kept.words is not None
    assert kept.words.words == tuple(sorted(WORDS))
    assert kept.head.labels == ("fist", "rest")
    assert learned.path == store.path("anna")
    assert learned.to_json()["words"] == sorted(WORDS)
    assert "known; kept in" in said(learned)
    assert any("do the movement once" in line for line in lines)
    assert learned.path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(UsageError, match="held gesture"):
        asyncio.run(teach_words(ADDRESS, "bluez", "anna", ("fist", "wave"), print, store=store))


def test_a_bundle_that_cannot_learn_words_is_told_before_anything_is_asked(tmp_path: Path) -> None:
    store = calibrated(tmp_path, "classic")
    before = sorted(store.home("anna").iterdir())
    with pytest.raises(MismatchError, match="cannot learn words"):
        asyncio.run(teach_words(ADDRESS, "bluez", "anna", WORDS, print, store=store))
    assert sorted(store.home("anna").iterdir()) == before
