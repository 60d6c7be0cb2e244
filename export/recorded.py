"""People's recorded movements of which it is known when they began, and how soon a bundle names them."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from myoedge.calibration.learn import learn
from myoedge.calibration.stretch import Stretch, stretch_of
from myoedge.edge.bundle import Bundle
from myoedge.edge.decide import REST
from myoedge.edge.engines import Engine
from myoedge.edge.errors import UsageError
from myoedge.edge.modality import NS
from myoedge.edge.pipeline import Pipeline
from myoedge.edge.profile import Profile
from myoedge.edge.reaction import Onset, Reactions, Take, played
from myoedge.edge.stream import StreamSpec
from myoedge.export.data.onsets import hand_placed
from myoedge.export.data.repetition import Repetition
from myoedge.export.data.table import MYO_EMG, load
from myoedge.export.data.uci import continuous

SPECS: Mapping[str, StreamSpec] = {"emg": MYO_EMG}
RESTING = 1  # uci's class of rest
HELD = slice(200, 500)  # of a laval repetition: 1.5 s from its middle, long after its beginning
PAUSE = 300  # samples of rest between two


@dataclass(frozen=True, slots=True)
class Recorded:
    """A take, and what its person calibrated on before."""

    take: Take
    calibration: Sequence[Stretch]


def measure_recorded(
    bundle: Bundle,
    engine: Engine | None,
    recorded: Sequence[Recorded],
    hop_ms: float | None = None,
    profiles: Mapping[str, Profile] | None = None,
) -> dict[str, Any]:
    """Each person's own profile, then the take through stops 5 to 8; `profiles`: fitted before, by person."""
    reactions = Reactions()
    for one in recorded:
        profile = (profiles or {}).get(one.take.wearer) or fit_profile(bundle, engine, one)
        pipeline = Pipeline(bundle, engine, profile, SPECS, hop_ms=hop_ms)
        events = played(pipeline, one.take.samples, MYO_EMG.rate_hz)
        reactions.add(one.take.onsets, events, one.take.rests)
    people = len({one.take.wearer for one in recorded})
    return {"people": people, "hop_ms": hop_ms or bundle.hop_ms, **reactions.to_json()}


def fit_profile(bundle: Bundle, engine: Engine | None, one: Recorded) -> Profile:
    """What `calibrate` would have learned of that person."""
    return learn(bundle, engine, one.calibration, SPECS, wearer=one.take.wearer, armband="recorded").profile


def recorded_takes(key: str, root: Path, people: Collection[str] | None = None) -> list[Recorded]:
    """The takes of a data set; raises UsageError for a set or person of which no onset is known."""
    if key not in RECORDED:
        raise UsageError(f"no onsets are known of {key}; wanted one of {', '.join(RECORDED)}")
    found = list(RECORDED[key](root, people))
    if unknown := sorted(set(people or ()) - {one.take.wearer for one in found}):
        raise UsageError(f"no onsets are known of {', '.join(unknown)} of {key}")
    return found


def _uci(root: Path, people: Collection[str] | None) -> Iterator[Recorded]:
    """The first series calibrates, the whole second one runs; its onsets were placed by hand."""
    placed = {p: rows for p, rows in hand_placed("myo-uci", "series2").items() if not people or p in people}
    loaded = load("myo-uci", root, tuple(placed)) if placed else None
    for person, rows in placed.items():
        samples, classes = continuous(root, person, 2)
        edges = [0, *(np.flatnonzero(np.diff(classes)) + 1).tolist(), len(classes)]
        rests = [(_ns(a), _ns(b)) for a, b in pairwise(edges) if classes[a] == RESTING]
        onsets = [Onset(_ns(sample), label) for sample, label in rows]
        first = (
            [r for r in loaded.repetitions if r.person == person and r.session == "series1"] if loaded else []
        )
        yield Recorded(Take(person, _counts(samples), onsets, rests), calibration_of(first))


def _laval(root: Path, people: Collection[str] | None) -> Iterator[Recorded]:
    """`training0` calibrates; of `Test0` all rest, then each repetition's middle put between pieces of rest.

    The changes are made by hand, so sudden, and exactly known.
    """
    loaded = load("myo-laval", root, people)
    for person in loaded.people:
        mine = [r for r in loaded.repetitions if r.person == person]
        first, later = ([r for r in mine if r.session == session] for session in ("training0", "Test0"))
        if later:
            yield Recorded(spliced_take(person, later), calibration_of(first))


def spliced_take(person: str, repetitions: Sequence[Repetition]) -> Take:
    """All rest in a row, then rest and gesture in turn."""
    rest = np.concatenate([r.signals["emg"] for r in repetitions if r.label == REST])
    pauses = [rest[at : at + PAUSE] for at in range(0, len(rest) - PAUSE + 1, PAUSE)]
    pieces, onsets, at = [rest], list[Onset](), len(rest)
    for turn, repetition in enumerate(r for r in repetitions if r.label != REST):
        for label, piece in (
            (REST, pauses[turn % len(pauses)]),
            (repetition.label, repetition.signals["emg"][HELD]),
        ):
            onsets.append(Onset(_ns(at), label))
            pieces.append(piece)
            at += len(piece)
    return Take(person, _counts(np.concatenate(pieces)), onsets[1:], [(0, _ns(len(rest)))])


def calibration_of(repetitions: Sequence[Repetition]) -> list[Stretch]:
    """Repetitions as `calibrate` would have heard them."""
    return [
        stretch_of(r.label, number, {"emg": r.signals["emg"]}, r.rates)
        for number, r in enumerate(repetitions)
    ]


def _counts(samples: NDArray[Any]) -> NDArray[np.int16]:
    """Whole counts, as the armband sends them."""
    return np.asarray(np.rint(samples), np.int16)


def _ns(sample: int) -> int:
    return round(sample / MYO_EMG.rate_hz * NS)


RECORDED: Mapping[str, Callable[[Path, Collection[str] | None], Iterator[Recorded]]] = {
    "myo-uci": _uci,
    "myo-laval": _laval,
}
