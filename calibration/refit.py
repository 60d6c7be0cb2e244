"""A new bundle for a wearer calibrated with an old one: refitted from the kept recording, or refused."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from myoedge.calibration.heldout import ACCEPT
from myoedge.calibration.learn import learn
from myoedge.calibration.seat import NetworkMeans, seat_of, seated
from myoedge.calibration.stretch import Stretch, spans_of
from myoedge.calibration.words import carried
from myoedge.edge.bundle import Bundle
from myoedge.edge.chunk import Chunk
from myoedge.edge.engines import Engine
from myoedge.edge.errors import FormatError, UsageError
from myoedge.edge.profile import Profile
from myoedge.edge.recording import Label
from myoedge.edge.stream import StreamSpec


@dataclass(frozen=True, slots=True)
class Refit:
    """What came of it; `profile` is the one to run with: the new one if taken, else the old."""

    profile: Profile
    taken: bool
    before: float | None  # accuracy on held-out repetitions, old bundle
    after: float | None  # new bundle
    reason: str


def stretch_from(chunks: Sequence[Chunk], labels: Iterable[Label]) -> Stretch:
    """A kept recording, decoded by the bridge, to learn from; raises FormatError without labels."""
    spans = spans_of(labels)
    if not spans:
        raise FormatError("the kept recording holds no labelled repetition; calibrate again")
    return Stretch(chunks, spans)


def refit(
    old: Profile,
    bundle: Bundle,
    engine: Engine | None,
    stretch: Stretch,
    specs: Mapping[str, StreamSpec],
    *,
    old_bundle: Bundle | None = None,
    old_engine: Engine | None = None,
) -> Refit:
    """Fit the new bundle to the kept calibration; take over only if no worse on repetitions held out of it.

    The old bundle, where it is at hand, is judged on the same recording; else its profile's figure counts.
    A recording that the new bundle cannot learn from leaves the old profile.
    """
    before = _accuracy(old)
    try:
        if old_bundle is not None:
            before = _accuracy(_learned(old, old_bundle, old_engine, stretch, specs))
        new = _learned(old, bundle, engine, stretch, specs)
    except (FormatError, UsageError) as error:
        return Refit(
            old, False, before, None, f"the kept recording gives no profile for {bundle.name}: {error}"
        )
    after = _accuracy(new)
    if after is None or before is None:
        return Refit(old, False, before, after, "no repetition could be held out to compare; calibrate again")
    share = f"{100 * after:.1f} % of the held-out windows right, {old.bundle_name} had {100 * before:.1f} %"
    if after < before:
        return Refit(
            old, False, before, after, f"{bundle.name} would be worse: {share}; {old.bundle_name} stays"
        )
    new, said = carried(old, new, bundle)
    return Refit(
        new, True, before, after, "; ".join(filter(None, (f"{bundle.name} is no worse: {share}", said)))
    )


def _learned(
    old: Profile, bundle: Bundle, engine: Engine | None, stretch: Stretch, specs: Mapping[str, StreamSpec]
) -> Profile:
    """Fitted to the calibration as the band sat then, and seated as it sits now."""
    facts: dict[str, Any] = {"refitted_from": f"{old.bundle_name} sha256:{old.bundle[:12]}"}
    facts |= {name: old.facts[name] for name in ("arm",) if name in old.facts}
    seat, then = seat_of(old)
    learned = learn(
        bundle, engine, [stretch], specs,
        wearer=old.wearer, armband=old.armband, order=then.order, facts=facts,
        accept=float(old.facts.get("accept", ACCEPT)),
    )  # fmt: skip
    network = NetworkMeans(learned.profile, learned.embedder, [stretch])
    return seated(learned.profile, seat, network.head(seat.part))


def _accuracy(profile: Profile) -> float | None:
    held_out = profile.facts.get("held_out")
    return float(held_out["accuracy"]) if isinstance(held_out, dict) else None
