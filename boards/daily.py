"""What everyday motion sets off: a simulated wearer does everything but the calibrated gestures.

python -m myoedge.boards.daily --bundle default --minutes 10
"""

import argparse
import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from myoedge.calibration.heldout import ACCEPT
from myoedge.calibration.learn import learn
from myoedge.calibration.stretch import Stretch, stretch_of
from myoedge.edge.chunk import Chunk
from myoedge.edge.modality import NS
from myoedge.edge.pipeline import Pipeline
from myoedge.edge.stream import StreamSpec
from myoedge.firmware_bridge.device import Choice, load
from myoedge.firmware_bridge.wearer import WEARERS, Wearer, make_wearer

REST = "rest"
SPECS = {"emg": StreamSpec(200.0, 8, limit=128.0)}
ROWS = 10  # samples a chunk
STRANGERS = 2  # of a wearer's gestures that calibration never sees (our choice)
WEAK, STRONG = 0.1, 0.9  # effort of everyday motion; 0.7 is as calibrated (our choice)
HOLD_S, PAUSE_S = (0.2, 3.0), (0.2, 4.0)  # one motion and the rest after it (our choice)
BLEND = 0.4  # share of motions that go over into another before they have come to rest (our choice)


def daily(wearer: str, bundle: str, minutes: float, accept: float = ACCEPT, seed: int = 0) -> dict[str, Any]:
    """Calibrate all but STRANGERS gestures, then move by those alone, at any effort; count what starts.

    Every start is a false one. Raises what loading a bundle raises, UsageError for a wearer nobody knows.
    """
    loaded = load(Choice(bundle))
    person = make_wearer(wearer, seed=seed)
    gestures = [gesture for gesture in person.gestures if gesture != REST]
    known, strange = gestures[:-STRANGERS], gestures[-STRANGERS:]
    stretches = [_held(person, label, n) for n in range(2) for label in (REST, *known)]
    profile = learn(
        loaded.bundle, loaded.engine, stretches, SPECS, wearer=wearer, armband="virtual:myo", accept=accept
    ).profile
    pipeline = Pipeline(loaded.bundle, loaded.engine, profile, SPECS)
    starts, motions = _live(person, pipeline, strange, minutes * 60, np.random.default_rng(seed))
    return {
        "wearer": wearer, "bundle": f"{loaded.bundle.name} {loaded.bundle.short_digest}", "accept": accept,
        "known": known, "strange": strange, "minutes": minutes, "motions": motions, "starts": starts,
        "starts_per_hour": round(starts / minutes * 60, 1),
        "starts_per_motion": round(starts / max(motions, 1), 3),
    }  # fmt: skip


def _held(person: Wearer, label: str, number: int) -> Stretch:
    """A repetition as `calibrate` labels it."""
    person.perform(REST)
    person.emg(400)
    person.perform(label)
    person.emg(120)
    return stretch_of(label, number, {"emg": person.emg(480)}, {"emg": 200.0})


def _live(
    person: Wearer, pipeline: Pipeline, strange: Sequence[str], seconds: float, chance: np.random.Generator
) -> tuple[int, int]:
    """Starts that were announced, and motions that were made."""
    rows, period_ns = round(seconds * 200), round(NS / 200)
    starts = motions = due = 0
    resting = True
    person.perform(REST)
    for at in range(0, rows, ROWS):
        if at >= due:
            resting = not resting and chance.random() > BLEND
            if resting:
                person.perform(REST)
            else:
                person.perform(str(chance.choice(strange)), float(chance.uniform(WEAK, STRONG)))
                motions += 1
            due = at + round(200 * chance.uniform(*(PAUSE_S if resting else HOLD_S)))
        chunk = Chunk("emg", person.emg(ROWS), at * period_ns, (at + ROWS) * period_ns)
        starts += sum(e.kind == "gesture" and e.phase == "start" for e in pipeline.feed(chunk))
    return starts, motions


def main(argv: Sequence[str] | None = None) -> int:
    """The command of the first line."""
    parser = argparse.ArgumentParser(prog="python -m myoedge.boards.daily", description=__doc__)
    parser.add_argument("--wearers", default="anna,ben,chen,dara,elif,femi", help=f"of {', '.join(WEARERS)}")
    parser.add_argument("--bundle", default="default")
    parser.add_argument("--minutes", type=float, default=10.0, help="of motion, each wearer (10)")
    parser.add_argument("--accept", type=float, default=ACCEPT, help="share of right decisions let through")
    args = parser.parse_args(argv)
    for wearer in args.wearers.split(","):
        print(json.dumps(daily(wearer, args.bundle, args.minutes, args.accept)), flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
