import asyncio
from pathlib import Path

import pytest

from myoedge.boards.guided import bundle_facts, calibrate, gestures_for, report
from myoedge.calibration.plan import GESTURES, Plan
from myoedge.calibration.store import Store
from myoedge.edge.errors import FormatError, UsageError


def test_a_simulated_wearer_is_asked_for_what_it_can_do() -> None:
    assert "rest" in gestures_for("virtual:myo?wearer=anna")
    assert gestures_for("virtual:myo", ("rest", "fist")) == ("rest", "fist")
    with pytest.raises(UsageError, match="cannot do nosuch; it can do rest"):
        gestures_for("virtual:myo", ("rest", "nosuch"))


def test_a_person_is_asked_for_anything() -> None:
    assert gestures_for("myo") == GESTURES
    assert gestures_for("myo", ("rest", "turn a key")) == ("rest", "turn a key")


def test_a_bundle_of_ones_own_is_found_again() -> None:
    assert bundle_facts("default") == {}
    assert bundle_facts("some/where") == {"bundle_path": str(Path("some/where").resolve())}


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [("source=skin", "as quiet as rest"), ("liftoff=0+1+2+3+4+5+6+7", "is the band off the skin?")],
)
def test_who_does_nothing_or_pulls_the_band_off_is_told_and_keeps_the_last_good_profile(
    anna: Path, trouble: str, reason: str
) -> None:
    before = Store().load("anna")
    said: list[str] = []
    plan = Plan(("rest", "fist"), repetitions=1, hold_s=0.9, pause_s=0.3)
    with pytest.raises(FormatError, match="nothing was changed"):
        asyncio.run(calibrate(f"virtual:myo?{trouble}", "bluez", "anna", "classic", plan, said.append))
    assert any(reason in line for line in said)
    assert Store().path("anna") == anna and Store().load("anna").to_json() == before.to_json()
    assert not list(anna.parent.glob(".*"))


def test_a_guided_minute_becomes_a_profile(tmp_path: Path) -> None:
    said: list[str] = []
    plan = Plan(("rest", "fist"), repetitions=2, hold_s=0.9, pause_s=0.3)
    store = Store(tmp_path / "profiles")
    guided = asyncio.run(
        calibrate("virtual:myo?wearer=anna", "bluez", "anna", "classic", plan, said.append, store=store)
    )
    assert store.path("anna") == guided.path
    assert store.load("anna").to_json()["thresholds"] == guided.profile.to_json()["thresholds"]
    assert guided.profile.armband == "virtual:myo"
    assert {(v["label"], v["good"]) for v in guided.to_json()["repetitions"]} >= {
        ("rest", True),
        ("fist", True),
    }
    assert any("FIST: hold" in line for line in said)
    assert report(guided).startswith("profile anna kept in ")
    assert guided.page == store.path("anna").with_name("0001.report.html")
    assert guided.page.stat().st_mode & 0o777 == 0o600
    assert "<svg" in guided.page.read_text(encoding="utf-8")
    assert guided.to_json()["session_s"] > 3 * 0.9 and guided.to_json()["fit_s"] > 0
    assert guided.to_json()["grade"] in ("good", "usable", "poor")
    assert not list((tmp_path / "profiles" / "anna").glob(".*"))
