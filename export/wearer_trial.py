"""The trial of the simulated wearer on uci: each person fitted on the first series, tried on the second."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from myoedge.export.wearer_check import (
    Session,
    Transfer,
    as_polled,
    modulation,
    real_or_simulated,
    real_session,
    transfer,
)
from myoedge.export.wearer_fit import REST, fit_gestures, spectra
from myoedge.export.wearer_sources import Repetition, read_psl, read_uci, repetitions

Array = NDArray[np.float64]
Simulate = Callable[[Mapping[str, Array], Array, int, float, int], Sequence[tuple[str, int, NDArray[Any]]]]
LAGS = (0, 1, 2, 4, 8, 16, 30, 60, 100)  # samples at 200 Hz
ALLOWED_LOSS = 0.10  # of window accuracy, against real people tried on themselves


def trial(uci: Path, psl: Path, simulate: Simulate) -> dict[str, Any]:
    """What `wearer check` prints.

    `simulate(gestures, spectrum, repetitions, seconds, seed)` gives a session of a fitted person as (gesture,
    repetition, (time, 8) counts at 200 Hz). Simulated samples are polled at the times of the real ones.
    """
    people: dict[str, dict[int, list[Repetition]]] = {}
    for series in read_uci(uci):
        people.setdefault(series.person, {})[series.number] = list(repetitions(series))
    colours = list(spectra(read_psl(psl)).values())
    rows, real, simulated = [], {}, {}
    for i, (person, numbered) in enumerate(sorted(people.items())):
        if len(numbered) < 2:
            continue
        first, later = numbered[1], numbered[2]
        gestures, colour = fit_gestures(first), colours[i % len(colours)]
        practised = _like(first, simulate, gestures, colour, 2 * i)
        simulated[person] = _like(later, simulate, gestures, colour, 2 * i + 1)
        real[person] = real_session(person, later)
        rows.append(transfer(real_session(person, first), real[person], practised, simulated[person]))
    return report(rows) | {
        "auc_real_or_simulated": round(real_or_simulated(real, simulated), 3),
        "modulation": {"real": _wavering(real), "simulated": _wavering(simulated), "lags": LAGS},
    }


def report(rows: Sequence[Transfer]) -> dict[str, Any]:
    """Means over people, and whether a carried head loses no more than it may."""
    means = {
        name: round(float(np.mean([getattr(row, name) for row in rows])), 4)
        for name in ("real_real", "real_simulated", "simulated_real", "simulated_simulated")
    }
    loss = means["real_real"] - min(means["real_simulated"], means["simulated_real"])
    lost = {row.person: round(row.real_real - min(row.real_simulated, row.simulated_real), 4) for row in rows}
    worst = max(lost, key=lambda person: lost[person])
    return {
        "people": len(rows),
        "accuracy": means,
        "loss": round(loss, 4),
        "worst": {worst: lost[worst]},
        "holds": loss <= ALLOWED_LOSS,
    }


def _like(
    found: Sequence[Repetition], simulate: Simulate, gestures: Mapping[str, Array], colour: Array, seed: int
) -> Session:
    """A simulated session with the stretches of a real one."""
    longest_s = max(float(r.t_s[-1] - r.t_s[0]) for r in found) + 0.05
    made = simulate(gestures, colour, 1 + max(r.number for r in found), longest_s, seed)
    by_name = {(gesture, number): np.asarray(emg, np.float64) for gesture, number, emg in made}
    emg = tuple(as_polled(r.t_s, by_name[r.gesture, r.number]) for r in found)
    return Session(found[0].person, tuple(r.gesture for r in found), emg)


def _wavering(sessions: Mapping[str, Session]) -> dict[str, list[float]]:
    held = [
        emg
        for session in sessions.values()
        for gesture, emg in zip(session.gestures, session.emg, strict=True)
        if gesture != REST
    ]
    own, cross = modulation(held, LAGS)
    return {"own": [round(float(v), 3) for v in own], "cross": [round(float(v), 3) for v in cross]}
