"""The wearer's head in closed form from a few labelled repetitions, thresholds from repetitions held out.

A Gaussian a label with one covariance a block of the embedding: Ledoit-Wolf shrinkage within the wearer,
filled up by other people's covariance, within a repetition and between repetitions, where the bundle brings
it. No iteration, no seed: the same windows give the same head.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from myoedge.calibration.covariance import Array, Blocks, Prior, blend, ledoit_wolf
from myoedge.calibration.example import Example
from myoedge.calibration.heldout import ACCEPT, held_out, judge
from myoedge.calibration.sway import sway_of
from myoedge.edge.errors import FormatError, MismatchError, UsageError
from myoedge.edge.head import Head
from myoedge.edge.profile import LevelScale, Thresholds

Mask = NDArray[np.bool_]

UNKNOWN = 1e6  # spread of a feature that calibration never saw: it then says nothing about any label
FLOOR = 1e-3  # least variance in any direction, of a feature's own
RIDGE = 0.03  # share added to the diagonal beside a prior
FEW_WEIGHT, MORE_WEIGHT = 0.5, 0.1  # of other people's, with one repetition of each label and with more
REST = "rest"


@dataclass(frozen=True, slots=True)
class Fitted:
    """A head and what goes with it into a profile."""

    head: Head
    thresholds: Thresholds
    level: LevelScale
    facts: Mapping[str, Any]  # windows, repetitions, held-out accuracy, what was left out


def fit(
    examples: Sequence[Example], blocks: Blocks, prior: Prior | None = None, accept: float = ACCEPT
) -> Fitted:
    """Fit the whole of what calibration learns; `prior` is other people's.

    `accept`: the share of right decisions that the thresholds are to let through.

    Raises UsageError for fewer than two labels, FormatError for a label without a usable window,
    MismatchError for a prior of other features.
    """
    _check_prior(blocks, prior)
    clean, facts = _clean(examples)
    head = fit_head(clean, blocks, prior)
    tested = held_out(clean, lambda part: fit_head(part, blocks, prior))
    temperature, thresholds, measured = judge(tested, accept)
    head = replace(head, temperature=temperature, sway=sway_of(head, clean, thresholds))
    return Fitted(head, thresholds, _level(clean), {**facts, **measured})


def fit_head(examples: Sequence[Example], blocks: Blocks, prior: Prior | None = None) -> Head:
    """Means and covariances alone; the examples hold numbers only (`fit` sees to that)."""
    labels = tuple(sorted({e.label for e in examples}))
    x = np.concatenate([e.embeddings for e in examples]).astype(np.float64)
    y = np.concatenate([np.full(len(e), labels.index(e.label)) for e in examples])
    known: Mask = np.asarray(np.concatenate([e.used for e in examples]).all(axis=0))
    means = np.stack([x[y == k].mean(axis=0) for k in range(len(labels))])
    residuals = x - means[y]
    spread = _spread(residuals, known, blocks, prior)
    means[:, ~known] = 0.0
    repetitions = _fewest(examples)
    weight = FEW_WEIGHT if repetitions <= 1 else MORE_WEIGHT
    covariances = []
    for i, (start, stop) in enumerate(blocks):
        scale, keep = spread[start:stop], known[start:stop]
        cov = np.eye(stop - start)
        if keep.any():
            at = np.ix_(keep, keep)
            cov[at] = _steady(ledoit_wolf(residuals[:, start:stop][:, keep] / scale[keep]))
            if prior is not None:
                within, between = (of[i] / np.outer(scale, scale) for of in (prior.within, prior.between))
                cov[at] = blend(cov[at], within[at], between[at], weight, repetitions, RIDGE)
        covariances.append(cov)
    return Head(labels, means / spread, spread, tuple(blocks), tuple(covariances))


def _spread(residuals: Array, known: Mask, blocks: Blocks, prior: Prior | None) -> Array:
    """Standard deviation within labels; a feature that never moved gets its block's smallest sensible one."""
    own = residuals.std(axis=0)
    for i, (start, stop) in enumerate(blocks):
        moved = own[start:stop][own[start:stop] > 1e-9]
        floor = 0.05 * float(np.median(moved)) if len(moved) else 1.0
        if prior is not None:
            floor = max(floor, 0.05 * float(np.median(np.sqrt(np.diag(prior.within[i])))))
        own[start:stop] = np.maximum(own[start:stop], floor)
    own[~known] = UNKNOWN
    return np.asarray(own)


def _steady(cov: Array) -> Array:
    """Invertible also in float32; without any variation to learn from, one spread in every direction."""
    if float(np.trace(cov)) < len(cov) * FLOOR:
        return np.eye(len(cov))
    return np.asarray(cov + FLOOR * np.eye(len(cov)))


def _check_prior(blocks: Blocks, prior: Prior | None) -> None:
    sizes = [stop - start for start, stop in blocks]
    if prior is not None and prior.sizes != sizes:
        raise MismatchError(
            f"a prior over blocks of {', '.join(map(str, prior.sizes))} features, the embedding has "
            f"{', '.join(map(str, sizes))}; use the prior that came with this bundle, or none"
        )


def _fewest(examples: Sequence[Example]) -> int:
    """Repetitions of the label that has fewest."""
    pairs = {(e.label, e.repetition) for e in examples}
    return min(Counter(label for label, _ in pairs).values())


def _clean(examples: Sequence[Example]) -> tuple[list[Example], dict[str, Any]]:
    """Windows that hold numbers only and show every feature that can be had; says what was left out."""
    labels = sorted({e.label for e in examples})
    if len(labels) < 2:
        raise UsageError(
            f"calibration has {len(labels)} label ({', '.join(labels) or 'none'}); "
            "wanted two or more, rest is one"
        )
    finite = [e.part(np.asarray(np.isfinite(e.embeddings).all(axis=1))) for e in examples]
    _every_label(finite, labels, "no window that holds numbers")
    known = _known(finite, labels)
    clean = [_masking(e, known).part(np.asarray(e.used[:, known].all(axis=1))) for e in finite]
    _every_label(clean, labels, "no window without a bad channel")
    clean = [e for e in clean if len(e)]
    facts: dict[str, Any] = {
        "windows": {label: sum(len(e) for e in clean if e.label == label) for label in labels},
        "repetitions": {label: sum(e.label == label for e in clean) for label in labels},
        "left_out": sum(map(len, examples)) - sum(map(len, clean)),
        "unknown_features": int((~known).sum()),
    }
    return clean, facts


def _known(examples: Sequence[Example], labels: Sequence[str]) -> Mask:
    """Features seen in at least half of the windows of every label."""
    shares = [np.concatenate([e.used for e in examples if e.label == label]).mean(axis=0) for label in labels]
    known: Mask = np.min(shares, axis=0) >= 0.5
    if not known.any():
        raise FormatError("no channel gave a usable signal for every gesture; check how the armband sits")
    return known


def _masking(example: Example, known: Mask) -> Example:
    return replace(example, used=example.used & known)


def _every_label(examples: Sequence[Example], labels: Sequence[str], what: str) -> None:
    empty = [label for label in labels if not any(len(e) for e in examples if e.label == label)]
    if empty:
        raise FormatError(
            f"calibration holds {what} for {', '.join(empty)}; record it again, or leave it out"
        )


def _level(examples: Sequence[Example]) -> LevelScale:
    """Rest and full contraction; without a recorded rest the quietest windows stand for it."""
    active = np.concatenate([e.levels for e in examples if e.label != REST])
    quiet = [e.levels for e in examples if e.label == REST]
    full = float(np.quantile(active, 0.95))
    rest = float(np.median(np.concatenate(quiet))) if quiet else min(float(active.min()), 0.2 * full)
    if full <= rest:  # contractions no stronger than rest: the scale must still be one
        full = 2 * rest if rest > 0 else 1.0
    return LevelScale(rest, full)
