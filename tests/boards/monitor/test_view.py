import json
from typing import Any

import numpy as np
import pytest

from myoedge.boards.monitor.view import View, in_words

SAID: dict[str, Any] = {
    "armband": "myo", "address": "AA", "bundle": "default", "engine": "litert", "budget_ms": 150.0,
    "deadline_ms": 25.0, "battery": 91, "streams": {
        "emg": {"rate_hz": 200, "channels": 8, "unit": "count", "limit": 128},
        "imu": {"rate_hz": 50, "channels": 10, "unit": "count", "limit": 32768},
    },
}  # fmt: skip


def line(**change: Any) -> dict[str, Any]:
    row = {
        "now_ns": 10**12, "packets": [[10**12, "emg0", "0a" * 16]], "channels": ["normal"] * 7 + ["flat"],
        "decision": {"label": "fist", "best": "fist", "score": 0.9, "level": 0.5, "rejected": False,
                     "t_ns": 10**12 - 10**7},
        "decisions": [[10**12 - 10**7, 10**12, *(10**12 + n * 10**6 for n in range(1, 6))]],
        "counters": {"late_windows_dropped": 2}, "profile": None, "silent": False, "events": [],
    }  # fmt: skip
    return {**row, **change}


def test_a_line_becomes_a_picture() -> None:
    picture = View(SAID)(line(), 7)
    assert (picture.number, picture.label, picture.state, picture.battery) == (7, "fist", "linked", 91)
    assert picture.quality[0] == "good" and picture.quality[7] == "no signal"
    assert picture.latency_ms["engine"] == pytest.approx((1.0, 1.0))
    assert picture.latency_ms["arrival to event"] == pytest.approx((5.0, 5.0))
    assert picture.latency_ms["sample to event"] == pytest.approx((15.0, 15.0))
    assert (picture.late, picture.of, picture.dropped) == (0, 1, 2)


def test_its_age_is_that_of_the_oldest_thing_in_it() -> None:
    assert View(SAID)(line(), 1).oldest_ns == 10**12 - 10**7
    assert View(SAID)(line(decision=None), 1).oldest_ns > 10**12 - 10**7


def test_a_decision_past_its_deadline_is_counted_late() -> None:
    view = View({**SAID, "deadline_ms": 14.0})
    assert (view(line(), 1).late, view(line(decisions=[]), 2).of) == (1, 1)


def test_a_picture_is_small_and_json() -> None:
    text = View(SAID)(
        line(packets=[[10**12 + n * 10**7, f"emg{n % 4}", "0a" * 16] for n in range(5)]), 1
    ).to_json()
    row = json.loads(text)
    assert len(text) < 2000
    assert row["op"] == "picture" and row["low"][0] == [10.0] * 5 and len(row["high"]) == 8
    assert "oldest_ns" not in row


def test_lost_samples_are_null_for_the_page() -> None:
    view = View(SAID)
    rows = [[10**12 + n * 10**7, f"emg{n % 4}", "0a" * 16] for n in range(44) if not 20 <= n < 24]
    row = json.loads(view(line(packets=rows), 1).to_json())
    assert row["low"][0].count(None) == 4 and row["high"][7].count(None) == 4
    assert row["lost"] == pytest.approx(8 / 88, abs=1e-3)


def test_movement_goes_to_the_page_with_its_units() -> None:
    view = View(SAID)
    data = np.array([16384, 0, 0, 0, 1000, 0, 2048, -1600, 0, 0], "<i2").tobytes().hex()
    rows = [[10**12, "imu", data], *line()["packets"]]
    row = json.loads(view(line(packets=rows), 1).to_json())
    assert row["motion"]["low"] == [[0.488], [0], [1], [-100], [0], [0]]
    assert row["motion"]["now"] == [0.488, 0, 1, -100, 0, 0]
    assert [axis["unit"] for axis in view.facts.axes] == ["g"] * 3 + ["°/s"] * 3
    assert view.facts.axes_hz == 50


def test_without_an_imu_there_is_no_movement() -> None:
    view = View({**SAID, "streams": {"emg": SAID["streams"]["emg"]}})
    assert view.facts.axes == [] and "motion" not in json.loads(view(line(), 1).to_json())
    assert view.gone(2).motion is None


def test_silence_is_shown_as_such() -> None:
    assert View(SAID)(line(silent=True, packets=[], decisions=[]), 1).state == "silent"


def test_the_end_of_a_run_is_shown_as_such() -> None:
    picture = View(SAID).gone(3)
    assert (picture.state, picture.number, set(picture.quality)) == ("gone", 3, {"unknown"})


@pytest.mark.parametrize(
    ("event", "words"),
    [({"kind": "gesture", "label": "fist", "phase": "start"}, "fist start"),
     ({"kind": "gesture", "label": "fist", "phase": "hold"}, ""),
     ({"kind": "quality", "label": "noisy", "detail": {"channel": 3}}, "channel 3: mains hum"),
     ({"kind": "status", "label": "sink_lost", "detail": {"reason": "it broke"}}, "sink lost: it broke")],
)  # fmt: skip
def test_an_event_is_told_in_words(event: dict[str, Any], words: str) -> None:
    assert in_words({"phase": None, **event}) == words
