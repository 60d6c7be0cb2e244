"""A starter profile on any armband: half a minute of movement in a told order, no prompts, no labels."""

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any

from myoedge.boards.guided import bundle_facts
from myoedge.calibration.store import Store
from myoedge.calibration.stranger import Guess, guess
from myoedge.calibration.stranger_people import People, load_people
from myoedge.calibration.stretch import Stretch
from myoedge.edge.chunk import Chunk
from myoedge.edge.errors import LinkError, MismatchError, UsageError
from myoedge.edge.profile import Profile
from myoedge.edge.stream import Notice
from myoedge.firmware_bridge.armband import Armband, Wearer
from myoedge.firmware_bridge.device import Choice, load
from myoedge.firmware_bridge.share import open_or_share

LEAST_S, MOST_S = 10.0, 300.0  # of free movement (our choice)
TOLD_EVERY_S = 10.0
PATIENCE_S = 20.0  # without samples for so long: given up
REST = "rest"
GESTURE_S, PAUSE_S = (1.0, 2.0), (0.4, 1.0)  # of a simulated wearer who moves freely (our choice)


@dataclass(frozen=True, slots=True)
class Started:
    """What came of it."""

    guess: Guess
    profile: Profile
    path: Path

    def to_json(self) -> dict[str, Any]:
        return {
            "profile": self.profile.wearer,
            "path": str(self.path),
            "bundle": self.profile.bundle_name,
            "labels": list(self.profile.head.labels),
            "starter": True,
            **self.guess.to_json(),
        }


async def start(
    address: str,
    radio: str,
    name: str,
    bundle: str,
    seconds: float,
    say: Callable[[str], None],
    *,
    store: Store | None = None,
    unsigned: bool = False,
) -> Started:
    """Listen to free movement and keep the profile that it gives; nothing of the movement is kept.

    Raises what opening raises, UsageError for too short or long a time, MismatchError for a bundle that knows
    no people, LinkError when the armband falls silent, FormatError when nothing is sure: the profile in use
    then stays.
    """
    if not LEAST_S <= seconds <= MOST_S:
        raise UsageError(f"{seconds:g} s of free movement; wanted {LEAST_S:g} to {MOST_S:g}, 30 will do")
    store = store or Store()
    store.home(name)  # a name that cannot be kept is said before anybody moves
    loaded = load(Choice(bundle, unsigned=unsigned))
    people = load_people(loaded.bundle)
    if people is None:
        raise MismatchError(
            f"bundle {loaded.bundle.name} knows no other people's gestures; use default, or calibrate"
        )
    async with open_or_share(address, radio) as armband:
        say(asked(people, seconds))
        chunks = await listen(armband, seconds, loaded.bundle.clock, say, people.labels)
        specs, kind = armband.specs, address.partition("?")[0]
    facts = bundle_facts(bundle)
    found = await asyncio.to_thread(
        guess,
        loaded.bundle,
        people,
        [Stretch(chunks, ())],
        specs,
        wearer=name,
        armband=kind,
        asked=people.labels,
        facts=facts,
    )
    profile = found.checked()
    return Started(found, profile, store.save(name, profile))


def asked(people: People, seconds: float) -> str:
    """What the wearer is told."""
    gestures = ", ".join(label for label in people.labels if label != REST)
    return (
        f"for {seconds:g} s, at your own pace: {gestures}; hold each for a second or two, rest between, then "
        "again from the first. Another order does as well, this one is surer"
    )


async def listen(
    armband: Armband, seconds: float, clock: str, say: Callable[[str], None], labels: Sequence[str]
) -> list[Chunk]:
    """So many seconds of samples, whatever the wearer does; a simulated one does something of everything.

    Raises LinkError when the stream ends or stays silent before that.
    """
    chunks: list[Chunk] = []
    heard_s, told_s = 0.0, 0.0
    mover = _Mover(armband.wearer, labels) if armband.wearer is not None else None
    source = aiter(armband)
    while heard_s < seconds:
        try:
            async with asyncio.timeout(PATIENCE_S):
                item = await anext(source)
        except (TimeoutError, StopAsyncIteration) as error:
            raise LinkError(
                f"{armband.name} gave {heard_s:.0f} of {seconds:g} s; nothing was changed: bring it into "
                "reach, charge it, then try again"
            ) from error
        if isinstance(item, Notice):
            if item.kind == "dropped":
                say("the armband is out of reach; waiting for it")
            continue
        chunks.append(item)
        if item.modality == clock:
            heard_s += len(item.samples) / armband.specs[clock].rate_hz
            if mover:
                mover(heard_s)
            if heard_s - told_s >= TOLD_EVERY_S and heard_s < seconds:
                told_s = heard_s
                say(f"{seconds - heard_s:.0f} s left")
    return chunks


class _Mover:
    """Has a simulated wearer go through the gestures in the order asked for, with rests between."""

    def __init__(self, wearer: Wearer, labels: Sequence[str], seed: int = 0) -> None:
        self._wearer, self._random = wearer, random.Random(seed)
        self._gestures = cycle(label for label in labels if label != REST)
        self._next_s = 0.0
        self._resting = False

    def __call__(self, now_s: float) -> None:
        if now_s < self._next_s:
            return
        self._resting = not self._resting
        self._wearer.perform(REST if self._resting else next(self._gestures))
        self._next_s = now_s + self._random.uniform(*(PAUSE_S if self._resting else GESTURE_S))


def said(started: Started) -> str:
    """For a person."""
    done = ", ".join(f"{label} {s:.0f} s" for label, s in started.guess.done_s.items() if s >= 0.5)
    return (
        f"starter profile {started.profile.wearer} kept in {started.path}\nseen: {done}\n"
        "guessed from other people: a minute of `calibrate` is surer, `calibrate --refresh` (20 s) helps"
    )
