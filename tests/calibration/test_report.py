"""What a calibration came to, in words."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from myoedge.calibration.learn import learn
from myoedge.calibration.plan import Plan, Step
from myoedge.calibration.report import Report, make_report, report_text
from myoedge.calibration.session import Session
from myoedge.edge.bundle import Bundle
from myoedge.edge.chunk import Chunk
from myoedge.edge.profile import Profile

Made = tuple[Profile, Session]


def session_of(make_emg: Any, specs: Any, does: Callable[[str, int], str], labels: Any) -> Session:
    session = Session(Plan(labels, hold_s=2.0, pause_s=0.5), specs["emg"])
    source = {label: make_emg(label, 60.0, 3) for label in ("rest", "fist", "hand open", "wrist flexion")}
    doing, n = "rest", 0
    while not session.done:
        samples = source[doing][n % 1100 * 10 :][:10]
        for cue in session.feed(Chunk("emg", samples, n * 50_000_000, (n + 1) * 50_000_000)):
            if isinstance(cue, Step):
                doing = does(cue.label, cue.repetition) if cue.phase == "hold" else "rest"
        n += 1
    return session


@pytest.fixture(scope="module")
def made(make_emg: Any, specs: Any, classic: Bundle) -> Made:
    """The second "hand open" was a fist each time."""
    session = session_of(
        make_emg,
        specs,
        lambda label, n: "fist" if (label, n) == ("hand open", 1) else label,
        ("rest", "fist", "hand open", "wrist flexion"),
    )
    learned = learn(classic, None, [session.stretch], specs, wearer="anna", armband="myo")
    return learned.profile, session


def test_it_says_which_gesture_to_redo_and_how(made: Made) -> None:
    report = make_report(*made)
    assert "hand open and fist look alike" in report.advice[0] or "fist and hand open" in report.advice[0]
    assert "redo hand open" in " ".join(report.advice) and "too like fist" in " ".join(report.advice)
    assert report.accuracy is not None and report.accuracy < 0.9 and report.grade != "good"
    text = report_text(report)
    assert "to do: " in text and "wrist flexion" in text


def test_shares_of_a_row_are_whole_and_apart_is_symmetric(made: Made) -> None:
    report = make_report(*made)
    assert all(abs(sum(share or 0 for share in row) - 1) < 1e-9 for row in report.confusion)
    for i, row in enumerate(report.apart):
        assert row[i] is None and all(row[j] == report.apart[j][i] for j in range(len(row)))
    assert min(d for row in report.apart for d in row if d is not None) < 2


def test_signal_is_by_the_armbands_channels_in_the_order_of_the_plan(made: Made) -> None:
    report = make_report(*made)
    assert tuple(report.signal) == ("rest", "fist", "hand open", "wrist flexion")
    assert max(range(8), key=lambda c: report.signal["wrist flexion"][c]) == 7
    assert max(report.signal["rest"]) < 1.5


def test_a_dead_channel_is_named_as_the_armband_numbers_it(made: Made) -> None:
    profile, session = made
    turned = replace(profile, dead=(0,), order=(5, 6, 7, 0, 1, 2, 3, 4))
    report = make_report(turned, session)
    assert report.dead == (5,) and "channel 5 gives no signal" in report.advice[-1]


def test_a_faint_gesture_is_told(make_emg: Any, specs: Any, classic: Bundle) -> None:
    def faint(label: str, seconds: float, seed: int) -> Any:
        return (
            make_emg(label, seconds, seed) if label == "rest" else make_emg("rest", seconds, seed + 1) * 1.9
        )

    session = session_of(faint, specs, lambda label, n: label, ("rest", "fist"))
    profile = learn(classic, None, [session.stretch], specs, wearer="a", armband="myo").profile
    assert any("fist is faint" in text for text in make_report(profile, session).advice)


def test_a_good_calibration_needs_nothing(make_emg: Any, specs: Any, classic: Bundle) -> None:
    labels = ("rest", "fist", "hand open", "wrist flexion")
    session = session_of(make_emg, specs, lambda label, n: label, labels)
    report: Report = make_report(
        learn(classic, None, [session.stretch], specs, wearer="a", armband="myo").profile, session
    )
    assert report.grade == "good" and report.advice == ()
    assert report_text(report).startswith("good: 100.0 %")


def test_without_anything_held_out_it_says_so(made: Made) -> None:
    profile, session = made
    report = make_report(replace(profile, facts={"held_out": None}), session)
    assert report.grade == "not tested" and "nothing could be held out" in report_text(report)
