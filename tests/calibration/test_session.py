"""A guided session, sample by sample."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from myoedge.calibration.plan import Plan, Step
from myoedge.calibration.session import Cue, Session
from myoedge.calibration.verdict import Verdict
from myoedge.edge.chunk import Chunk
from myoedge.edge.errors import FormatError
from myoedge.edge.recording import Label
from myoedge.edge.stream import Notice, StreamSpec

Emg = Callable[..., NDArray[np.float32]]
PLAN = Plan(("rest", "fist"), repetitions=2, hold_s=1.0, pause_s=0.5, reaction_s=0.3)
STEP_NS = 50_000_000


class Arm:
    """A wearer who does what the session last asked, unless told to slack."""

    def __init__(self, make_emg: Emg) -> None:
        self.attended = False
        self.session = Session(PLAN, StreamSpec(200.0, 8, "count", 128.0), attended=lambda: self.attended)
        self._source = {label: make_emg(label, 30.0, 3) for label in ("rest", "fist")}
        self.doing, self.t_ns, self.slack = "rest", 0, False
        self.cues: list[Cue] = []

    def chunk(self) -> Chunk:
        at = self.t_ns // STEP_NS * 10 % 5000
        samples = self._source["rest" if self.slack else self.doing][at : at + 10]
        self.t_ns += STEP_NS
        return Chunk("emg", samples, self.t_ns - STEP_NS, self.t_ns)

    def give(self, item: Chunk | Notice) -> None:
        for cue in self.session.feed(item):
            self.cues.append(cue)
            if isinstance(cue, Step):
                self.doing = cue.label if cue.phase == "hold" else "rest"

    def run(self, seconds: float = 60.0) -> None:
        end_ns = self.t_ns + round(seconds * 1e9)
        while not self.session.done and self.t_ns < end_ns:
            self.give(self.chunk())

    def of(self, kind: type) -> Iterator[Cue]:
        return (cue for cue in self.cues if isinstance(cue, kind))


@pytest.fixture
def arm(make_emg: Emg) -> Arm:
    return Arm(make_emg)


def test_every_repetition_is_asked_for_labelled_and_judged(arm: Arm) -> None:
    arm.run()
    assert arm.session.done and arm.session.share == 1.0
    assert all(v.good for v in arm.session.verdicts) and len(arm.session.verdicts) == 4
    holds = [s for s in arm.of(Step) if isinstance(s, Step) and s.phase == "hold"]
    assert [(s.label, s.repetition) for s in holds] == list(PLAN.turns())
    assert arm.t_ns == pytest.approx(PLAN.seconds * 1e9, rel=0.1)


def test_a_label_starts_after_the_reaction_and_ends_with_the_cue(arm: Arm) -> None:
    arm.run()
    spans = arm.session.stretch.spans
    assert [s.end_ns - s.start_ns for s in spans] == [700_000_000] * 4
    labels = [x for x in arm.of(Label) if isinstance(x, Label)]
    assert [x.edge for x in labels] == ["start", "end"] * 4
    assert [x.t_ns for x in labels[::2]] == [s.start_ns for s in spans]


def test_a_repetition_without_contraction_is_asked_for_once_more(arm: Arm) -> None:
    arm.run(1.7)
    arm.slack = True
    arm.run(1.6)
    arm.slack = False
    arm.run()
    first, second = [v for v in arm.session.verdicts if (v.label, v.repetition) == ("fist", 0)]
    assert not first.good and first.redo and second.good
    assert any(isinstance(s, Step) and s.again for s in arm.cues)
    assert len(arm.session.stretch.spans) == 4


def test_a_gesture_that_was_never_done_is_not_learned_and_says_so(arm: Arm) -> None:
    arm.run(1.6)
    arm.slack = True
    arm.run()
    assert arm.session.done
    fists = [v for v in arm.session.verdicts if v.label == "fist"]
    assert [(v.good, v.redo, v.left_out) for v in fists] == [
        (False, True, False),
        (False, False, True),
        (False, True, False),
        (False, False, True),
    ]
    assert {span.label for span in arm.session.stretch.spans} == {"rest"}
    assert {cue.label for cue in arm.of(Label) if isinstance(cue, Label)} == {"rest"}
    with pytest.raises(FormatError, match=r"fist \(no contraction.*nothing was changed"):
        arm.session.check()


def test_a_dropped_armband_pauses_and_the_cut_repetition_is_asked_for_anew(arm: Arm) -> None:
    arm.run(2.5)  # in the first fist
    assert arm.doing == "fist"
    arm.give(Notice("dropped", arm.t_ns, "out of reach"))
    assert any(isinstance(c, str) and "out of reach" in c for c in arm.cues)
    arm.t_ns += 20_000_000_000
    arm.give(Notice("linked", arm.t_ns))
    arm.run()
    assert arm.session.done and len(arm.session.stretch.spans) == 4
    assert all(s.end_ns - s.start_ns == 700_000_000 for s in arm.session.stretch.spans)
    assert all(v.good for v in arm.session.verdicts)


def test_a_silent_gap_counts_as_a_drop(arm: Arm) -> None:
    arm.run(2.5)
    arm.t_ns += 5_000_000_000
    arm.run()
    assert [c for c in arm.cues if isinstance(c, str)] == ["samples were missing"]
    assert len([v for v in arm.cues if isinstance(v, Verdict)]) == 4


def slacked(arm: Arm) -> None:
    """A first fist that was none, with somebody there to ask."""
    arm.attended = True
    arm.run(1.6)
    arm.slack = True
    while not any(isinstance(c, Verdict) and c.label == "fist" for c in arm.cues):
        arm.give(arm.chunk())
    arm.slack = False


def test_who_can_press_a_key_is_asked_and_waited_for(arm: Arm) -> None:
    slacked(arm)
    assert isinstance(arm.cues[-1], Verdict) and arm.cues[-1].ask and arm.cues[-1].redo
    told = len(arm.cues)
    arm.run(60)
    assert len(arm.cues) == told and not arm.session.done
    assert list(arm.session.wish("redo")) == []
    arm.run()
    assert [(v.good, v.redo, v.ask) for v in arm.session.verdicts[:3]] == [
        (True, False, False),
        (False, True, False),
        (True, False, False),
    ]


def test_the_wearer_may_keep_what_was_judged_bad(arm: Arm) -> None:
    slacked(arm)
    assert [type(cue) for cue in arm.session.wish("keep")] == [Label, Label]
    arm.run()
    arm.session.check()
    assert len(arm.session.stretch.spans) == 4
    assert len(arm.session.verdicts) == 4 and not any(v.redo for v in arm.session.verdicts)


def test_a_phone_that_vanishes_leaves_the_session_to_decide_by_itself(arm: Arm) -> None:
    slacked(arm)
    arm.attended = False
    arm.run()
    assert arm.session.done and arm.session.verdicts[1].redo and len(arm.session.verdicts) == 5


def test_a_wish_brings_the_last_one_back_though_it_was_judged_good(arm: Arm) -> None:
    arm.run(3.2)  # past the first fist
    assert [v.label for v in arm.session.verdicts] == ["rest", "fist"]
    assert list(arm.session.wish("redo")) == ["that one again"]
    arm.run()
    assert [v.label for v in arm.session.verdicts] == ["rest", "fist", "fist", "rest", "fist"]
    assert len(arm.session.stretch.spans) == 4


def test_a_pause_lasts_until_it_is_ended_and_the_cut_one_begins_anew(arm: Arm) -> None:
    arm.run(2.5)  # in the first fist
    list(arm.session.wish("pause"))
    told = len(arm.cues)
    arm.run(60)
    assert len(arm.cues) == told
    assert list(arm.session.wish("go")) == ["going on"]
    arm.run()
    assert arm.session.done and [v.good for v in arm.session.verdicts] == [True] * 4
