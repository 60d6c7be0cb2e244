"""Teaching words, movements of the arm and hand, on any armband: a short session into the profile in use."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from myoedge.boards.sitting import Place, sitting
from myoedge.calibration.embedding import StreamEmbedder
from myoedge.calibration.plan import Plan
from myoedge.calibration.store import Store
from myoedge.calibration.wishes import Wishes
from myoedge.calibration.words import Lesson, learn_words
from myoedge.edge.errors import MismatchError, UsageError
from myoedge.edge.profile import Profile
from myoedge.edge.word_population import Population, load_population
from myoedge.firmware_bridge.device import Loaded

REPETITIONS = 2
MOVE_S, PAUSE_S = 3.0, 2.0  # time for one movement and the half second of quiet that ends it


@dataclass(frozen=True, slots=True)
class Learned:
    """What came of it."""

    lesson: Lesson
    profile: Profile
    path: Path

    def to_json(self) -> dict[str, Any]:
        return {"profile": self.profile.wearer, "path": str(self.path), **self.lesson.to_json()}


def words_plan(profile: Profile, words: Sequence[str], repetitions: int = REPETITIONS) -> Plan:
    """Every word in turn, that often; raises UsageError for one that is a held gesture already."""
    if taken := [word for word in words if word in profile.head.labels]:
        raise UsageError(
            f"{', '.join(taken)} is a held gesture of profile {profile.wearer}; give the word another name"
        )
    return Plan(tuple(words), repetitions, MOVE_S, PAUSE_S, reaction_s=0.0)


async def teach_words(
    address: str,
    radio: str,
    name: str,
    words: Sequence[str],
    say: Callable[[str], None],
    *,
    repetitions: int = REPETITIONS,
    vibrate: bool = True,
    unsigned: bool = False,
    store: Store | None = None,
    wishes: Wishes | None = None,
) -> Learned:
    """Ask for every word, learn them into the profile in use and keep that as its next version.

    A word of the same name is replaced, the others stay, and so do the held gestures. Raises what opening,
    guiding and `learn_words` raise, MismatchError when the profile's bundle cannot learn words.
    """

    def plan_for(profile: Profile, loaded: Loaded) -> Plan:
        population_of(loaded, name)
        plan = words_plan(profile, words, repetitions)
        say(
            f"{len(plan.labels)} words x {plan.repetitions}, about {plan.seconds:.0f} s: at each sign do the "
            "movement once, then keep still"
        )
        return plan

    place = Place(address, radio, name, store or Store())
    async with sitting(place, plan_for, say, vibrate=vibrate, unsigned=unsigned, wishes=wishes) as sat:
        profile, population = sat.profile, population_of(sat.loaded, name)
        embedder = StreamEmbedder(sat.loaded.bundle, None, sat.specs)
        worn = embedder.worn(profile.order, 0.0, profile.gain, profile.dead)
        lesson = await asyncio.to_thread(learn_words, worn, [sat.stretch], population, profile.words)
        new = replace(profile, words=lesson.taught)
        return Learned(lesson, new, sat.keep(new))


def population_of(loaded: Loaded, name: str) -> Population:
    """What the bundle knows of other people's movements; MismatchError for one that knows nothing of them."""
    population = load_population(loaded.bundle)
    if population is None:
        raise MismatchError(
            f"bundle {loaded.bundle.name} of profile {name} cannot learn words; calibrate with another"
        )
    return population


def said(learned: Learned) -> str:
    """For a person."""
    lesson = learned.lesson
    lines = [f"{', '.join(lesson.taught.words)} known; kept in {learned.path}"]
    lines += [f"no movement was seen in {count} of {word}" for word, count in lesson.missed.items()]
    if lesson.tested:
        lines.append(f"held out, {lesson.right} of {lesson.tested} are told")
    lines += [f"{one} is taken for {other}: do them more unlike" for one, other in lesson.confused]
    return "\n".join(lines)
