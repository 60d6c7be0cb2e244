"""How much of a window must be new before the decision turns: measured on spliced changes of gesture."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from myoedge.calibration.embedding import StreamEmbedder
from myoedge.calibration.learn import learn
from myoedge.calibration.stretch import stretch_of
from myoedge.edge.bundle import Bundle
from myoedge.edge.embed import Embedder
from myoedge.edge.engines import Engine
from myoedge.edge.profile import Profile
from myoedge.edge.window import Window
from myoedge.export.data.repetition import LoadedDataset, Repetition

SHARES = np.linspace(0, 1, 21)  # in steps of 10 ms of a 200 ms window
SETTLED = 5  # windows from a repetition's middle on that are spliced


def new_share(
    bundle: Bundle, engine: Engine | None, loaded: LoadedDataset, seed: int = 0, changes: int = 40
) -> float:
    """Median share of the window that is of the new gesture when the decision turns to it for good.

    Each person calibrates on the first session; windows of a later one are spliced, `changes` a person.
    Changes whose new gesture is not recognised in a whole window either say nothing of time: left out.
    """
    rng = np.random.default_rng(seed)
    shares: list[float] = []
    for person in loaded.people:
        mine = [r for r in loaded.repetitions if r.person == person]
        first, later = mine[0].session, [r for r in mine if r.session != mine[0].session]
        calibrating = [r for r in mine if r.session == first]
        learned = learn(
            bundle,
            engine,
            [
                stretch_of(r.label, n, {bundle.clock: r.signals[bundle.clock]}, r.rates)
                for n, r in enumerate(calibrating)
            ],
            loaded.spec.streams,
            wearer=person,
            armband=loaded.spec.key,
            only=(bundle.clock,),
        )
        shares += _person(bundle, engine, learned.profile, learned.embedder, later, rng, changes)
    return round(float(np.median(shares)), 2)


def _person(
    bundle: Bundle,
    engine: Engine | None,
    profile: Profile,
    embedder: StreamEmbedder,
    later: Sequence[Repetition],
    rng: np.random.Generator,
    changes: int,
) -> list[float]:
    windows = {r: _middle(embedder, r, bundle.clock) for r in later}
    whole = Embedder(bundle, len(embedder.clock.columns))
    found = []
    for _ in range(changes):
        old, new = (later[int(i)] for i in rng.choice(len(later), 2, replace=False))
        if old.label == new.label or not windows[old] or not windows[new]:
            continue
        pair = (
            windows[old][int(rng.integers(len(windows[old])))],
            windows[new][int(rng.integers(len(windows[new])))],
        )
        decided = [_label(whole, engine, profile, spliced(*pair, float(s), bundle.clock)) for s in SHARES]
        turned = np.array([label == new.label for label in decided])
        if turned[-1]:
            found.append(float(SHARES[np.flatnonzero(~turned)[-1] + 1]) if not turned.all() else 0.0)
    return found


def _middle(embedder: StreamEmbedder, repetition: Repetition, clock: str) -> list[Window]:
    stretch = stretch_of(repetition.label, 0, {clock: repetition.signals[clock]}, repetition.rates)
    windows = list(embedder.windows(stretch.chunks))
    start = len(windows) // 3
    return windows[start : start + SETTLED]


def spliced(old: Window, new: Window, share: float, clock: str) -> Window:
    """A window whose newest `share` is of another gesture: the end of one, then the start of the other."""
    before, after = old.samples[clock], new.samples[clock]
    rows = len(before)
    fresh = round(share * rows)
    mixed: NDArray[np.float32] = np.concatenate([before[fresh:], after[:fresh]])
    return Window({**old.samples, clock: mixed}, old.masked, old.absent, new.t_ns, new.arrival_ns, 0.0)


def _label(embedder: Embedder, engine: Engine | None, profile: Profile, window: Window) -> str:
    embedded = embedder(window, engine)
    distances = profile.head.distances(embedded.embedding, embedded.used)
    return profile.head.labels[int(distances.argmin())]
