"""A band put on again: a few seconds re-align the profile in use, and the one before comes back."""

import asyncio
import tempfile
from pathlib import Path

import pytest

from myoedge.boards.donning import don, refresh_plan, said, sync_plan
from myoedge.boards.guided import calibrate
from myoedge.calibration.plan import Plan
from myoedge.calibration.seat import SEAT_FACT
from myoedge.calibration.store import Store
from myoedge.calibration.sync import Synced
from myoedge.edge.errors import NotThereError, UsageError
from myoedge.edge.profile import load_profile

LABELS = ("rest", "fist", "wrist extension", "wrist flexion")


@pytest.fixture(scope="module")
def worn(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """One wearer, calibrated with the band where it belongs."""
    store = Store(tmp_path_factory.mktemp("donning") / "profiles")
    plan = Plan(LABELS, repetitions=1, hold_s=1.2, pause_s=0.3)
    with tempfile.TemporaryDirectory(prefix="m") as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", folder)  # locks of this file's own
        asyncio.run(
            calibrate("virtual:myo?wearer=anna", "bluez", "anna", "classic", plan, print, store=store)
        )
    return store


def test_a_band_put_on_turned_is_synced_refreshed_and_restored(worn: Store) -> None:
    address = "virtual:myo?wearer=anna&rotation=2"
    first = worn.path("anna")
    lines: list[str] = []
    synced = asyncio.run(don("sync", address, "bluez", "anna", lines.append, store=worn))
    assert isinstance(synced.found, Synced) and synced.found.taken and synced.recognised
    assert abs(abs(synced.found.seat.turn) - 2) <= 0.25
    assert synced.path == worn.path("anna") != first
    assert worn.path("anna").with_suffix(".recording.jsonl").stat().st_mode & 0o777 == 0o600
    assert any("WRIST EXTENSION: hold 1.5 s" in line for line in lines)
    assert "the band sits turned" in said(synced)
    renewed = asyncio.run(don("refresh", address, "bluez", "anna", lines.append, store=worn))
    assert set(renewed.to_json()["labels"]) == set(LABELS) and renewed.recognised
    assert SEAT_FACT in load_profile(worn.path("anna")).facts
    worn.restore("anna")
    assert worn.restore("anna") == first
    assert not list(first.parent.glob(".*"))


def test_a_band_that_was_not_moved_leaves_the_profile_in_use(worn: Store) -> None:
    before = sorted(worn.home("anna").iterdir())
    donned = asyncio.run(don("sync", "virtual:myo?wearer=anna", "bluez", "anna", lambda _: None, store=worn))
    assert donned.path is None and donned.recognised
    assert sorted(worn.home("anna").iterdir()) == before
    assert "nothing was changed" in said(donned)


def test_what_is_asked_for_is_what_the_profile_knows(worn: Store) -> None:
    profile = worn.load("anna")
    assert sync_plan(profile).labels == ("wrist extension", "fist")
    assert sync_plan(profile, ("fist", "wrist flexion")).labels == ("fist", "wrist flexion")
    assert sync_plan(profile).seconds < 10 and set(refresh_plan(profile).labels) == set(LABELS)
    with pytest.raises(UsageError, match="does not know hand open; it knows fist"):
        sync_plan(profile, ("hand open", "fist"))


def test_a_wearer_who_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotThereError, match="no profile 'nobody'"):
        asyncio.run(don("sync", "virtual:myo", "bluez", "nobody", print, store=Store(tmp_path)))
