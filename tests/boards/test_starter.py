"""Free movement on any armband: too short a time, and a bundle without people, are said beforehand."""

import asyncio
from pathlib import Path

import pytest

from myoedge.boards.starter import asked, start
from myoedge.calibration.store import Store
from myoedge.calibration.stranger_people import load_people
from myoedge.edge.bundle import load_bundle
from myoedge.edge.errors import FormatError, MismatchError, UsageError


def test_too_short_a_time_and_a_bundle_without_people_are_said(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with pytest.raises(UsageError, match="wanted 10 to 300"):
        asyncio.run(start("virtual:myo", "bluez", "anna", "default", 3.0, print, store=store))
    with pytest.raises(MismatchError, match="knows no other people"):
        asyncio.run(start("virtual:myo", "bluez", "anna", "classic", 30.0, print, store=store))
    assert store.list() == []


def test_a_wearer_is_told_what_to_move_through() -> None:
    people = load_people(load_bundle("default"))
    assert people is not None
    assert "fist" in asked(people, 30.0) and "30 s" in asked(people, 30.0)


def test_an_armband_on_nobody_leaves_the_store_as_it_was(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with pytest.raises(FormatError, match="calibrate"):
        asyncio.run(start("virtual:myo?source=skin", "bluez", "anna", "default", 10.0, print, store=store))
    assert store.list() == []
