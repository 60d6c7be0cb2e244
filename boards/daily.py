"""What everyday motion sets off: a simulated wearer does everything but the calibrated gestures.

python -m myoedge.boards.daily --bundle default --minutes 10
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from myoedge.calibration.embedding import StreamEmbedder
from myoedge.calibration.heldout import ACCEPT
from myoedge.calibration.learn import learn
from myoedge.calibration.stretch import Stretch, stretch_of
from myoedge.calibration.words import learn_words
from myoedge.edge.bundle import Bundle
from myoedge.edge.chunk import Chunk
from myoedge.edge.engines import Engine
from myoedge.edge.errors import MismatchError
from myoedge.edge.modality import NS
from myoedge.edge.pipeline import Pipeline
from myoedge.edge.profile import Profile
from myoedge.edge.stream import StreamSpec
from myoedge.edge.word_population import load_population
from myoedge.firmware_bridge.device import Choice, load
from myoedge.firmware_bridge.wearer import WEARERS, Wearer, make_wearer

REST = "rest"
SPECS = {"emg": StreamSpec(200.0, 8, limit=128.0)}
WITH_IMU = {**SPECS, "imu": StreamSpec(50.0, 10, limit=32768.0)}
ROWS = 10  # EMG samples a chunk; every second one comes with the IMU's of both
STRANGERS = 2  # of a wearer's gestures that calibration never sees (our choice)
WEAK, STRONG = 0.1, 0.9  # effort of everyday motion; 0.7 is as calibrated (our choice)
HOLD_S, PAUSE_S = (0.2, 3.0), (0.2, 4.0)  # one motion and the rest after it (our choice)
BLEND = 0.4  # share of motions that go over into another before they have come to rest (our choice)
WORD_HOLD_S = 0.6  # a gesture performed as a word: there, and back at once (our choice)


@dataclass(slots=True)
class Lived:
    """What a simulated day set off; all of it is false."""

    motions: int = 0
    starts: int = 0
    words: int = 0  # starts of taught words
    moving_s: float = 0.0


def daily(
    wearer: str, bundle: str, minutes: float, accept: float = ACCEPT, seed: int = 0, *, words: bool = False
) -> dict[str, Any]:
    """Calibrate all but STRANGERS gestures, then move by those alone, at any effort; count what starts.

    With `words` the known gestures are taught as words too, under names of their own. Every start is a false
    one. Raises what loading a bundle raises, UsageError for a wearer nobody knows, MismatchError for words
    with a bundle that knows none.
    """
    loaded = load(Choice(bundle))
    person = make_wearer(wearer, seed=seed)
    gestures = [gesture for gesture in person.gestures if gesture != REST]
    known, strange = gestures[:-STRANGERS], gestures[-STRANGERS:]
    stretches = [_held(person, label, n) for n in range(2) for label in (REST, *known)]
    profile = learn(
        loaded.bundle, loaded.engine, stretches, SPECS, wearer=wearer, armband="virtual:myo", accept=accept
    ).profile
    if words:
        profile = _with_words(profile, loaded.bundle, loaded.engine, person, known)
    pipeline = Pipeline(loaded.bundle, loaded.engine, profile, WITH_IMU if words else SPECS)
    lived = _live(person, pipeline, strange, minutes * 60, np.random.default_rng(seed))
    return {
        "wearer": wearer, "bundle": f"{loaded.bundle.name} {loaded.bundle.short_digest}", "accept": accept,
        "known": known, "strange": strange, "minutes": minutes, "motions": lived.motions,
        "starts": lived.starts, "starts_per_hour": round(lived.starts / minutes * 60, 1),
        "starts_per_motion": round(lived.starts / max(lived.motions, 1), 3),
        "moving_hours": round(lived.moving_s / 3600, 4),
        **({"words": lived.words, "words_per_hour": round(lived.words / minutes * 60, 1)} if words else {}),
    }  # fmt: skip


def _held(person: Wearer, label: str, number: int) -> Stretch:
    """A repetition as `calibrate` labels it."""
    person.perform(REST)
    person.emg(400)
    person.perform(label)
    person.emg(120)
    return stretch_of(label, number, {"emg": person.emg(480)}, {"emg": 200.0})


def _with_words(
    profile: Profile, bundle: Bundle, engine: Engine | None, person: Wearer, gestures: Sequence[str]
) -> Profile:
    """Each gesture performed twice as a word: there and back."""
    population = load_population(bundle)
    if population is None:
        raise MismatchError(f"bundle {bundle.name} knows no words; use default")
    embedder = StreamEmbedder(bundle, engine, WITH_IMU, gain=profile.gain)
    stretches = [_performed(person, label, number) for number in range(2) for label in gestures]
    # `calibrate` finds the IMU of no use to held gestures; here it was not even asked
    return replace(profile, words=learn_words(embedder, stretches, population).taught, unused=("imu",))


def _performed(person: Wearer, gesture: str, number: int) -> Stretch:
    parts: list[tuple[Any, Any]] = []
    for label, seconds in ((REST, 1.0), (gesture, WORD_HOLD_S), (REST, 1.4)):
        person.perform(label)
        parts.append((person.emg(round(200 * seconds)), person.imu(round(50 * seconds))))
    emg, imu = (np.concatenate(rows) for rows in zip(*parts, strict=True))
    return stretch_of(
        f"{gesture} there and back", number, {"emg": emg, "imu": imu}, {"emg": 200.0, "imu": 50.0}
    )


def _live(
    person: Wearer, pipeline: Pipeline, strange: Sequence[str], seconds: float, chance: np.random.Generator
) -> Lived:
    lived = Lived()
    due = 0
    resting = True
    person.perform(REST)
    for at in range(0, round(seconds * 200), ROWS):
        if at >= due:
            resting = not resting and chance.random() > BLEND
            if resting:
                person.perform(REST)
            else:
                person.perform(str(chance.choice(strange)), float(chance.uniform(WEAK, STRONG)))
                lived.motions += 1
            due = at + round(200 * chance.uniform(*(PAUSE_S if resting else HOLD_S)))
        lived.moving_s += 0 if resting else ROWS / 200
        for chunk in _chunks(person, at):
            for event in pipeline.feed(chunk):
                if event.kind == "gesture" and event.phase == "start":
                    by_movement = event.detail.get("by") == "movement"
                    lived.words += by_movement
                    lived.starts += not by_movement
    return lived


def _chunks(person: Wearer, at: int) -> list[Chunk]:
    """The next ROWS samples from sample `at` on, the IMU's first, so that the clock's windows see them."""
    period_ns = round(NS / 200)
    arrival_ns = (at + ROWS) * period_ns
    chunks = [Chunk("emg", person.emg(ROWS), at * period_ns, arrival_ns)]
    if at % (2 * ROWS):
        chunks.insert(0, Chunk("imu", person.imu(ROWS // 2), (at - ROWS) * period_ns, arrival_ns))
    return chunks


def main(argv: Sequence[str] | None = None) -> int:
    """The command of the first line."""
    parser = argparse.ArgumentParser(prog="python -m myoedge.boards.daily", description=__doc__)
    parser.add_argument("--wearers", default="anna,ben,chen,dara,elif,femi", help=f"of {', '.join(WEARERS)}")
    parser.add_argument("--bundle", default="default")
    parser.add_argument("--minutes", type=float, default=10.0, help="of motion, each wearer (10)")
    parser.add_argument("--accept", type=float, default=ACCEPT, help="share of right decisions let through")
    parser.add_argument("--words", action="store_true", help="teach the known gestures as words too")
    args = parser.parse_args(argv)
    for wearer in args.wearers.split(","):
        row = daily(wearer, args.bundle, args.minutes, args.accept, words=args.words)
        print(json.dumps(row), flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
