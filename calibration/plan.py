"""What a guided session asks for: which gestures, how often, how long."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from myoedge.edge.errors import UsageError

LONGEST_LABEL = 64  # characters (our choice)
Phase = Literal["ready", "hold", "relax"]
GESTURES = ("rest", "fist", "hand open", "wrist flexion", "wrist extension", "pinch")


@dataclass(frozen=True, slots=True)
class Step:
    """What the wearer is asked to do now."""

    label: str
    repetition: int
    phase: Phase
    seconds: float  # how long this phase lasts; 0: until the next step
    number: int  # of the repetition in the session, from 1
    of: int
    again: bool = False  # asked a second time
    how: str = ""  # a hint beyond the label: what to imagine, how to do it otherwise


def check_label(label: str) -> None:
    """Any words in any script will do; raises UsageError for what a terminal or a file could not bear."""
    if not 0 < len(label) <= LONGEST_LABEL:
        raise UsageError(f"a gesture named by {len(label)} characters; wanted 1 to {LONGEST_LABEL}")
    if not label.isprintable() or label != label.strip():
        raise UsageError(f"{label!r} cannot name a gesture; wanted words without control characters")


@dataclass(frozen=True, slots=True)
class Plan:
    """Gestures in rounds, so that the repetitions of one are spread: they teach more than one long hold.

    The defaults take one minute: 6 gestures, 2 repetitions, 2 s to get ready and 3 s to hold.
    """

    labels: tuple[str, ...] = GESTURES
    repetitions: int = 2
    hold_s: float = 3.0
    pause_s: float = 2.0
    # from the cue to a steady contraction: not used (simple reaction 0.2 s, rise 0.2 s)
    reaction_s: float = 0.5
    missing: bool = False  # the hand of this arm: gestures are imagined or mirrored

    def __post_init__(self) -> None:
        """Refuses a plan that cannot give a profile."""
        if len(set(self.labels)) != len(self.labels) or len(self.labels) < 2:
            raise UsageError(
                f"gestures {', '.join(self.labels) or 'none'}; wanted two or more different ones"
            )
        for label in self.labels:
            check_label(label)
        if self.repetitions < 1 or self.pause_s < 0 or not 0 <= self.reaction_s < self.hold_s:
            raise UsageError(
                f"{self.repetitions} repetitions of {self.hold_s:g} s with {self.pause_s:g} s between; "
                f"wanted one or more, each longer than the {self.reaction_s:g} s a reaction takes"
            )

    def paced(self, pace: float) -> "Plan":
        """The same, `pace` times as fast; a reaction takes what it takes. Raises UsageError."""
        return replace(self, hold_s=self.hold_s / pace, pause_s=self.pause_s / pace)

    @property
    def most_redone(self) -> int:
        """Repetitions asked for again without anybody wishing it: at most half as many as planned."""
        return max(1, len(self.labels) * self.repetitions // 2)

    @property
    def seconds(self) -> float:
        """How long the session takes when nothing is done twice."""
        return len(self.labels) * self.repetitions * (self.hold_s + self.pause_s)

    def turns(self) -> Iterator[tuple[str, int]]:
        """Label and repetition in order; rest comes first, the others are measured against it."""
        ordered = sorted(self.labels, key=lambda label: label != "rest")
        for repetition in range(self.repetitions):
            for label in ordered:
                yield label, repetition
