"""From recorded stretches to a Profile: gain, embedding, head; for `calibrate`, `evaluate` and refits."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np

from myoedge.calibration.covariance import Prior
from myoedge.calibration.embedding import StreamEmbedder
from myoedge.calibration.example import Example
from myoedge.calibration.fit import REST, Fitted, fit
from myoedge.calibration.heldout import ACCEPT
from myoedge.calibration.ramps import fit_rising
from myoedge.calibration.stretch import Stretch
from myoedge.edge.bundle import Bundle
from myoedge.edge.engines import Engine
from myoedge.edge.profile import Profile
from myoedge.edge.stream import StreamSpec

TYPICAL_RMS = 20.0  # counts: what a Myo shows of a firm gesture; the features' floors are made for that
PRIOR = "prior.npz"
WORTH = 0.04  # of held-out accuracy that a second modality must gain to be used (our choice)


@dataclass(frozen=True, slots=True)
class Learned:
    """A profile, and the embedder that sees the armband as that profile does."""

    profile: Profile
    embedder: StreamEmbedder


def learn(
    bundle: Bundle,
    engine: Engine | None,
    stretches: Sequence[Stretch],
    specs: Mapping[str, StreamSpec],
    *,
    wearer: str,
    armband: str,
    order: Sequence[int] | None = None,
    only: tuple[str, ...] | None = None,
    hop_ms: float | None = None,
    facts: Mapping[str, Any] | None = None,
    onsets: bool = True,
    accept: float = ACCEPT,
) -> Learned:
    """Fit a wearer's profile to what was recorded.

    `specs` are the armband's streams, `order` the armband channel at each place of the window; `only` leaves
    out modalities, `onsets=False` the head for a contraction's first moments (held windows need none);
    `accept` is the share of right decisions that the thresholds let through. Raises what `fit` raises, and
    MismatchError when the armband does not give what the bundle needs.

    A second modality (the IMU) is used where repetitions held out say that it helps: held gestures gain
    nothing from it, and a posture that calibration did not see could only mislead.
    """
    facts = dict(facts or {})

    def attempt(names: tuple[str, ...], unused: tuple[str, ...]) -> Learned:
        embedder = StreamEmbedder(bundle, engine, specs, order=order, only=names, hop_ms=hop_ms)
        if bundle.normalise:
            embedder = embedder.with_gain(fit_gain(embedder, stretches))
        examples = [e for stretch in stretches for e in embedder.examples(stretch, asides=True)]
        fitted = fit(examples, embedder.blocks, load_prior(bundle, embedder.blocks), accept)
        profile = make_profile(bundle, embedder, fitted, examples, wearer, armband, facts)
        return Learned(replace(profile, unused=unused), embedder.without(profile.dead))

    def risen(learned: Learned) -> Learned:
        embedder = learned.embedder.without(())  # a channel that is dead shows as masked by itself
        rising = fit_rising(embedder, stretches) if onsets else None
        return Learned(replace(learned.profile, rising=rising), learned.embedder)

    names = tuple(name for name in bundle.modalities if name in specs and (only is None or name in only))
    sides = tuple(name for name in names if name != bundle.clock and not bundle.modalities[name].required)
    plain = attempt(tuple(name for name in names if name not in sides), sides)
    if not sides or not bundle.inputs:
        return risen(plain)
    facts["held_out_plain"] = _held_out(plain)
    whole = attempt(names, ())
    return risen(whole if _held_out(whole) > _held_out(plain) + WORTH else plain)


def _held_out(learned: Learned) -> float:
    """Accuracy on the repetitions held out of the calibration; 0 where none could be."""
    held_out = learned.profile.facts.get("held_out")
    return float(held_out["accuracy"]) if isinstance(held_out, dict) else 0.0


def make_profile(
    bundle: Bundle,
    embedder: StreamEmbedder,
    fitted: Fitted,
    examples: Sequence[Example],
    wearer: str,
    armband: str,
    facts: Mapping[str, Any],
) -> Profile:
    """Put together what was learned."""
    channels = len(embedder.clock.columns)
    return Profile(
        wearer=wearer,
        armband=armband,
        bundle=bundle.digest,
        bundle_name=bundle.name,
        created_utc=datetime.now(UTC).isoformat(timespec="seconds"),
        order=tuple(embedder.order or range(channels)),
        gain=embedder.gain,
        head=fitted.head,
        thresholds=fitted.thresholds,
        level=fitted.level,
        dead=_dead(embedder, examples),
        facts={**fitted.facts, **facts},
    )


def fit_gain(embedder: StreamEmbedder, stretches: Iterable[Stretch]) -> float:
    """What brings the median rms of the gestures' windows to `TYPICAL_RMS`, whatever the armband's unit."""
    plain = embedder.with_gain(1.0)
    clock = embedder.bundle.clock
    rms: list[float] = []
    quiet: list[float] = []
    for stretch in stretches:
        for window in plain.windows(stretch.chunks):
            start_ns = window.t_ns + embedder.clock.period_ns - embedder.window_ns
            inside = [s for s in stretch.spans if s.start_ns <= start_ns and window.t_ns < s.end_ns]
            if inside:
                alive = window.samples[clock][:, ~window.masked]
                if alive.size:
                    (quiet if inside[0].label == REST else rms).append(float(np.sqrt((alive**2).mean())))
    median = float(np.median(rms or quiet or [TYPICAL_RMS]))
    return TYPICAL_RMS / median if median > 0 and np.isfinite(median) else 1.0


def load_prior(bundle: Bundle, blocks: Sequence[tuple[int, int]]) -> Prior | None:
    """How other people stray, by block; None when the bundle has nothing for this armband."""
    if PRIOR not in bundle.files:
        return None
    arrays = bundle.arrays(PRIOR)
    within = [arrays[f"cov_{i}"].astype(np.float64) for i in range(len(blocks)) if f"cov_{i}" in arrays]
    between = [arrays.get(f"between_{i}", np.zeros_like(w)).astype(np.float64) for i, w in enumerate(within)]
    prior = Prior(tuple(within), tuple(between))
    fits = prior.sizes == [stop - start for start, stop in blocks]
    return prior if fits and prior.sizes == [len(block) for block in between] else None


def _dead(embedder: StreamEmbedder, examples: Sequence[Example]) -> tuple[int, ...]:
    """Channels whose features were masked in most windows."""
    touched = embedder.touched
    used = np.concatenate([e.used for e in examples if len(e)]).mean(axis=0)
    lost = used < 0.5
    return tuple(c for c in range(touched.shape[1]) if touched[:, c].any() and lost[touched[:, c]].all())
