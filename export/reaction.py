"""How much of a window must be new before the decision turns: measured on spliced changes of gesture."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from myoedge.calibration.embedding import StreamEmbedder
from myoedge.calibration.learn import learn
from myoedge.calibration.stretch import stretch_of
from myoedge.edge.bundle import Bundle
from myoedge.edge.decide import REST
from myoedge.edge.embed import Embedder
from myoedge.edge.engines import Engine
from myoedge.edge.profile import Profile
from myoedge.edge.window import Window
from myoedge.export.data.repetition import LoadedDataset, Repetition

SHARES = np.linspace(0, 1, 21)  # in steps of 10 ms of a 200 ms window
FROM_REST, BETWEEN, TO_REST = "from rest", "between gestures", "to rest"
CHANGES = 24  # of each kind a person

ASSUMED = 0.5  # where nothing was measured: what both shipped bundles have

Reaction = Mapping[str, Mapping[str, float]]  # kind of change -> median and p90 of the share


def new_share(reaction: Reaction) -> float:
    """What enters bundle.json: the median of the slower way into a gesture, which is from another gesture."""
    return max((one["median"] for kind, one in reaction.items() if kind != TO_REST), default=ASSUMED)


def measure_reaction(bundle: Bundle, engine: Engine | None, loaded: LoadedDataset, seed: int = 0) -> Reaction:
    """Share of the window that is new when the decision first turns to the new gesture, by kind of change.

    Each person calibrates on the first session; windows of later ones are spliced, so a change is sudden:
    what a muscle takes to rise comes on top. Changes whose new gesture is not recognised in a whole window
    either say nothing of time: left out.
    """
    rng = np.random.default_rng(0)
    found: dict[str, list[float]] = {FROM_REST: [], BETWEEN: [], TO_REST: []}
    for person in loaded.people:
        mine = [r for r in loaded.repetitions if r.person == person]
        first = [r for r in mine if r.session == mine[0].session]
        learned = learn(
            bundle,
            engine,
            [stretch_of(r.label, n, _clock(r, bundle), r.rates) for n, r in enumerate(first)],
            loaded.spec.streams,
            wearer=person,
            armband=loaded.spec.key,
            only=(bundle.clock,),
        )
        turning = _Turning(bundle, engine, learned.profile, learned.embedder)
        for kind, old, new in _changes([r for r in mine if r not in first], rng):
            share = turning(old, new)
            if share is not None:
                found[kind].append(share)
    return {kind: _middle_and_most(shares) for kind, shares in found.items() if shares}


def _middle_and_most(shares: Sequence[float]) -> dict[str, float]:
    return {
        "median": round(float(np.median(shares)), 3),
        "p90": round(float(np.quantile(shares, 0.9)), 3),
        "changes": len(shares),
    }


def _changes(
    later: Sequence[Repetition], rng: np.random.Generator
) -> list[tuple[str, Repetition, Repetition]]:
    """Random pairs of repetitions, as many of each kind as there can be."""
    rest = [r for r in later if r.label == REST]
    active = [r for r in later if r.label != REST]
    sides = {FROM_REST: (rest, active), BETWEEN: (active, active), TO_REST: (active, rest)}
    pairs = []
    for kind, (olds, news) in sides.items():
        for _ in range(CHANGES if olds and news else 0):
            old, new = olds[int(rng.integers(len(olds)))], news[int(rng.integers(len(news)))]
            if old.label != new.label:
                pairs.append((kind, old, new))
    return pairs


def _clock(repetition: Repetition, bundle: Bundle) -> dict[str, NDArray[np.float32]]:
    return {bundle.clock: repetition.signals[bundle.clock]}


class _Turning:
    """One calibrated person, gesture after gesture."""

    def __init__(
        self, bundle: Bundle, engine: Engine | None, profile: Profile, stream: StreamEmbedder
    ) -> None:
        self._bundle, self._engine, self._profile, self._stream = bundle, engine, profile, stream
        self._embedder = Embedder(bundle, len(stream.clock.columns))
        self._windows: dict[Repetition, Window] = {}

    def __call__(self, old: Repetition, new: Repetition) -> float | None:
        """The smallest share at which the new gesture is decided; None when a whole window is not enough."""
        pair = self._middle(old), self._middle(new)
        for share in SHARES:
            if self._label(spliced(*pair, float(share), self._bundle.clock)) == new.label:
                return float(share)
        return None

    def _middle(self, repetition: Repetition) -> Window:
        if repetition not in self._windows:
            stretch = stretch_of(repetition.label, 0, _clock(repetition, self._bundle), repetition.rates)
            windows = list(self._stream.windows(stretch.chunks))
            self._windows[repetition] = windows[len(windows) // 2]
        return self._windows[repetition]

    def _label(self, window: Window) -> str:
        embedded = self._embedder(window, self._engine)
        distances = self._profile.head.distances(embedded.embedding, embedded.used)
        return self._profile.head.labels[int(distances.argmin())]


def spliced(old: Window, new: Window, share: float, clock: str) -> Window:
    """A window whose newest `share` is of another gesture: the end of one, then the start of the other."""
    before, after = old.samples[clock], new.samples[clock]
    fresh = round(share * len(before))
    mixed = np.concatenate([before[fresh:], after[:fresh]])
    return Window({**old.samples, clock: mixed}, old.masked, old.absent, new.t_ns, new.arrival_ns, 0.0)
