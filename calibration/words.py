"""Learns words, movements of the arm and hand, from one or two repetitions of each."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from myoedge.calibration.embedding import StreamEmbedder
from myoedge.calibration.stretch import Span, Stretch
from myoedge.calibration.word_threshold import held_out, with_least
from myoedge.edge.bundle import Bundle
from myoedge.edge.chunk import Chunk
from myoedge.edge.condition import Signal
from myoedge.edge.errors import FormatError, MismatchError, UsageError
from myoedge.edge.modality import Bound
from myoedge.edge.profile import Profile
from myoedge.edge.segment import EMG, FRAME_HZ, IMU, SMOOTH_FRAMES, Cut, Limits, Segmenter
from myoedge.edge.word_population import Population, load_population
from myoedge.edge.words import Matcher, Taught

# Without an IMU a movement is what the EMG level shows: shares of the way from a repetition's quiet to its
# strong moments at which it opens and is quiet again (chosen as docs/words.md says).
OPENS, QUIET = 0.2, 0.15
QUIET_QUANTILE, STRONG_QUANTILE = 0.05, 0.9


@dataclass(frozen=True, slots=True)
class Lesson:
    """What was learned, and how well its repetitions are told when each is held out in turn."""

    taught: Taught
    missed: Mapping[str, int]  # word -> repetitions without a movement
    tested: int  # of the words with two repetitions or more
    right: int
    confused: tuple[tuple[str, str], ...]  # a word and what it was taken for

    def to_json(self) -> dict[str, Any]:
        return {
            "words": list(self.taught.words),
            "repetitions": dict(Counter(self.taught.labels)),
            "missed": dict(self.missed),
            "held_out": {"tested": self.tested, "right": self.right},
            "confused": [list(pair) for pair in self.confused],
        }


def learn_words(
    embedder: StreamEmbedder,
    stretches: Sequence[Stretch],
    population: Population,
    known: Taught | None = None,
) -> Lesson:
    """Words in `stretches` beside those `known` before, of which any of the same name is replaced.

    Raises what `teach` raises, and MismatchError when the words known before were taught with an IMU and the
    new ones without, or the other way round.
    """
    new = teach(embedder, stretches, population)
    asked = Counter(span.label for stretch in stretches for span in stretch.spans)
    missed = {word: count - seen for word, count in asked.items() if count > (seen := new.labels.count(word))}
    taught = with_least(_joined(known, new) if known else new, population)
    tested, right, confused = told_apart(taught, population)
    return Lesson(taught, missed, tested, right, confused)


def _joined(known: Taught, new: Taught) -> Taught:
    kept = [i for i, label in enumerate(known.labels) if label not in new.labels]
    if kept and known.with_imu != new.with_imu:
        raise MismatchError(
            f"{', '.join(sorted({known.labels[i] for i in kept}))} was taught "
            f"{'with' if known.with_imu else 'without'} the armband's IMU; teach all words anew"
        )
    labels = (*(known.labels[i] for i in kept), *new.labels)
    return Taught(labels, (*(known.movements[i] for i in kept), *new.movements), new.limits)


def carried(old: Profile, new: Profile, bundle: Bundle) -> tuple[Profile, str]:
    """`new` with the words taught to `old`, where they still mean the same; and what to tell the wearer.

    They do where the channels stand in the same order, the bundle measures movements by the same numbers, and
    no gesture of the new profile has a word's name. The wearer's thresholds are found anew by this bundle.
    """
    if old.words is None:
        return new, ""
    words, names = old.words, ", ".join(old.words.words)
    population = load_population(bundle)
    why = ""
    if population is None:
        why = f"bundle {bundle.name} cannot tell words"
    elif old.order != new.order:
        why = "the band sits otherwise than when they were taught"
    elif both := sorted({*old.words.words} & {*new.head.labels}):
        why = f"{', '.join(both)} is a held gesture now"
    else:
        try:
            words = with_least(words, population)
            Matcher(population, words)
        except FormatError:
            why = f"bundle {bundle.name} measures movements by other numbers"
    if why:
        return new, f"the words {names} are not taken along: {why}; teach them again with --words"
    return replace(new, words=words), f"the words {names} are still known"


def told_apart(taught: Taught, population: Population) -> tuple[int, int, tuple[tuple[str, str], ...]]:
    """Each repetition judged by all others: how many were tested, how many right, what was confused."""
    tested, pairs = 0, []
    for label, movement, matcher in held_out(taught, population):
        judged = matcher.judge(movement)
        tested += 1
        if judged is not None and judged.label != label:
            pairs.append((label, judged.label))
    return tested, tested - len(pairs), tuple(dict.fromkeys(pairs))


def teach(embedder: StreamEmbedder, stretches: Sequence[Stretch], population: Population) -> Taught:
    """What the spans of `stretches`, one repetition of a word each, teach.

    Raises UsageError for fewer than two words, FormatError when a word was never seen to move, MismatchError
    when the armband's streams are none that words can be learned from.
    """
    words = {span.label for stretch in stretches for span in stretch.spans}
    if len(words) < 2:
        raise UsageError(f"{len(words)} word ({', '.join(words) or 'none'}) to learn; wanted two or more")
    for limits in fit_limits(embedder, stretches):
        found = [pair for stretch in stretches for pair in cut_spans(embedder, stretch, limits)]
        usable = [(span, cut) for span, cut in found if not cut.masked.any()]
        still = sorted(words - {span.label for span, _ in usable})
        if not still:
            break
    else:
        raise FormatError(f"no movement was seen for {', '.join(still)}; do it faster or larger, and again")
    rate_hz, imu_rate_hz = rates_of(embedder)
    return Taught(
        tuple(span.label for span, _ in usable),
        tuple(population.measure(cut, rate_hz, imu_rate_hz) for _, cut in usable),
        limits,
    )


def rates_of(embedder: StreamEmbedder) -> tuple[float, float]:
    """Samples a second of EMG and IMU."""
    return embedder.clock.rate_hz, embedder.bounds[IMU].rate_hz if IMU in embedder.bounds else FRAME_HZ


def moving_bounds(embedder: StreamEmbedder) -> dict[str, Bound]:
    """The modalities that tell movements; raises MismatchError when the bundle has no EMG."""
    bounds = {name: embedder.bounds[name] for name in (EMG, IMU) if name in embedder.present}
    if EMG not in bounds:
        raise MismatchError(f"bundle {embedder.bundle.name} has no {EMG}; words need it")
    return bounds


def cut_spans(embedder: StreamEmbedder, stretch: Stretch, limits: Limits) -> Iterator[tuple[Span, Cut]]:
    """Of every span the longest movement that lies in it mostly; none for a span without one."""
    cuts = list(cuts_of(embedder, stretch.chunks, limits))
    for span in stretch.spans:
        inside = [cut for cut in cuts if span.start_ns <= (cut.start_ns + cut.end_ns) // 2 < span.end_ns]
        if inside:
            yield span, max(inside, key=lambda cut: cut.end_ns - cut.start_ns)


def cuts_of(embedder: StreamEmbedder, chunks: Iterable[Chunk], limits: Limits) -> Iterator[Cut]:
    """Every movement of a stream that ends with the chunks."""
    segmenter = Segmenter(moving_bounds(embedder), limits)
    for signal in embedder.signals(chunks):
        yield from segmenter.feed(signal)
    yield from segmenter.flush()


def fit_limits(embedder: StreamEmbedder, stretches: Sequence[Stretch]) -> list[Limits]:
    """What may tell these movements, best first: the angular rate where there is an IMU, else the muscles.

    A movement of the fingers hardly turns the arm. The levels lie between the wearer's own quiet and strong.
    """
    levels = [
        np.quantile(level, (QUIET_QUANTILE, STRONG_QUANTILE))
        for stretch in stretches
        if len(level := _levels(embedder, embedder.signals(stretch.chunks)))
    ]
    if not levels:
        raise FormatError("repetitions too short to tell a movement; record them again")
    quiet, strong = np.median(levels, axis=0)
    opens, ends = (float(quiet + share * (strong - quiet)) for share in (OPENS, QUIET))
    by_level = Limits(np.inf, np.inf, opens_level=opens, quiet_level=ends)
    return [Limits(), by_level] if IMU in moving_bounds(embedder) else [by_level]


def _levels(embedder: StreamEmbedder, signals: Iterable[Signal]) -> NDArray[Any]:
    """Mean absolute EMG, smoothed as the segmenter does, (sample,)."""
    emg = [np.abs(signal.samples).mean(axis=1) for signal in signals if signal.modality == EMG]
    rows = round(SMOOTH_FRAMES / FRAME_HZ * embedder.clock.rate_hz)
    level = np.concatenate(emg) if emg else np.zeros(0)
    return np.convolve(level, np.full(rows, 1 / rows), "valid") if len(level) >= rows else np.zeros(0)
