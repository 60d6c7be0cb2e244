"""Fits the simulated wearers: real recordings in, one small table of numbers out, no recording in it.

Channel covariances, their change from one contraction to the next and the rise of a contraction come from uci
(CC BY 4.0); the spectrum and the sway of the forearm from psl (MIT), which kept every sample.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from myoedge.export.wearer_sources import Repetition, Series, Word, read_psl, read_uci, repetitions

Array = NDArray[np.float64]
REST = "rest"
QUANTISED = 1 / 12  # counts squared: the variance that rounding adds
SMALLEST = 0.1  # counts squared: no direction of a covariance is smaller
TAILS = 1.5  # heavy tails make a covariance this much less certain than Gaussian samples would
DIRECTIONS = 12
SPECTRUM_SIZE = 64  # samples of a Welch segment: 3.1 Hz a bin
EMG_HZ, IMU_HZ = 200.0, 50.0
QUIET_SHARE = 0.02  # of all stretches of psl: those in which the arm only sways
QUIET_SIZE = 25  # IMU samples
GYRO_PER_DPS, ACC_PER_G = 16.0, 2048.0
# Amplitude modulation, (std of log gain, time constant in s), set by hand so that lagged products of squared
# samples (wearer_check.modulation) agree with those of uci; `wearer check --json` prints both.
MODULATION = {
    "slow_common": (0.18, 0.7),
    "slow_channel": (0.09, 0.3),
    "fast_common": (0.14, 0.006),
    "fast_channel": (0.18, 0.004),
}
SOURCE = (
    "Fitted to: EMG data for gestures, Lobov, Krilova, Kastalskiy, Kazantsev, Makarov, Sensors 18(4):1122, "
    "2018, UCI Machine Learning Repository id 481, CC BY 4.0; myo-sign-language by noemiko, MIT."
)


def fit(uci: Path, psl: Path, people: Mapping[str, str]) -> dict[str, Any]:
    """The whole table for `people` (wearer name -> uci person)."""
    series, words = list(read_uci(uci)), list(read_psl(psl))
    everything = [repetition for one in series for repetition in repetitions(one)]
    colours = list(spectra(words).values())
    wearers = {}
    for i, (name, person) in enumerate(people.items()):
        gestures = fit_gestures(r for r in everything if r.person == person)
        colour = [round(float(v), 5) for v in colours[i % len(colours)]]
        rows = {label: [round(float(v), 3) for v in row] for label, row in gestures.items()}
        wearers[name] = {"gestures": rows, "spectrum": colour}
    habits = fit_variation(everything) | fit_rise(series) | fit_sway(words) | MODULATION
    habits["spectrum_hz"] = [round(float(f), 4) for f in np.fft.rfftfreq(SPECTRUM_SIZE, 1 / EMG_HZ)]
    return {"wearers_schema": 1, "source": SOURCE, "habits": habits, "wearers": wearers}


def save(table: Mapping[str, Any], file: Path) -> None:
    """One line a wearer, so that a change can be read in a diff."""
    parts = [f'"{key}": {json.dumps(value)}' for key, value in table.items() if key != "wearers"]
    people = ",\n".join(f"{json.dumps(name)}: {json.dumps(row)}" for name, row in table["wearers"].items())
    file.write_text("{" + ",\n".join(parts) + ',\n"wearers": {\n' + people + "\n}}\n", encoding="utf-8")


def tangent(emg: Array) -> Array:
    """Upper triangle of the logarithm of the channel covariance: (time, channel) counts -> (36,)."""
    x = emg - emg.mean(axis=0)
    values, vectors = np.linalg.eigh(x.T @ x / len(x) - QUANTISED * np.eye(x.shape[1]))
    log = (vectors * np.log(np.maximum(values, SMALLEST))) @ vectors.T
    rows, columns = np.triu_indices(len(log))
    result: Array = log[rows, columns] * np.where(rows == columns, 1.0, np.sqrt(2.0))
    return result


def fit_gestures(found: Iterable[Repetition]) -> dict[str, Array]:
    """One person's mean log covariance of every gesture."""
    rows: dict[str, list[Array]] = {}
    for repetition in found:
        rows.setdefault(repetition.gesture, []).append(tangent(repetition.emg))
    return {gesture: np.mean(values, axis=0) for gesture, values in rows.items()}


def fit_variation(found: Sequence[Repetition]) -> dict[str, Any]:
    """Directions in which log covariances move between contractions, and between donnings."""
    groups: dict[tuple[str, str], dict[str, list[Array]]] = {}
    sizes = []
    for repetition in found:
        if repetition.gesture != REST:
            sessions = groups.setdefault((repetition.person, repetition.gesture), {})
            sessions.setdefault(repetition.session, []).append(tangent(repetition.emg))
            sizes.append(len(repetition.emg))
    uncertain = 2 * TAILS / float(np.mean(sizes))
    within: list[Array] = []
    between: dict[str, list[Array]] = {}
    for (person, _), sessions in groups.items():
        pairs = [rows for rows in sessions.values() if len(rows) == 2]
        within += [(rows[0] - rows[1]) / np.sqrt(2) for rows in pairs]
        if len(pairs) == 2:
            between.setdefault(person, []).append(np.mean(pairs[0], axis=0) - np.mean(pairs[1], axis=0))
    repetition_cov = _second_moment(within)
    # One donning moves all gestures alike: the mean over gestures of the change between series.
    common = [np.mean(rows, axis=0) / np.sqrt(2) for rows in between.values()]
    left = _second_moment(common) - repetition_cov / 2 / 5
    wanted = repetition_cov - uncertain * np.eye(len(repetition_cov))
    return {"repetition": _directions(wanted), "session": _directions(left)}


def _second_moment(rows: Sequence[Array]) -> Array:
    stacked = np.array(rows)
    result: Array = stacked.T @ stacked / len(stacked)
    return result


def _directions(cov: Array) -> list[list[float]]:
    values, vectors = np.linalg.eigh(cov)
    kept = [i for i in np.argsort(values)[::-1][:DIRECTIONS] if values[i] > 0]
    return [[round(float(v), 3) for v in vectors[:, i] * np.sqrt(values[i])] for i in kept]


def spectra(words: Iterable[Word]) -> dict[str, Array]:
    """Each person's mean share of power by frequency, 33 bins from 0 to 100 Hz."""
    sums: dict[str, Array] = {}
    window = np.hanning(SPECTRUM_SIZE + 1)[:SPECTRUM_SIZE, None]
    for word in words:
        starts = range(0, len(word.emg) - SPECTRUM_SIZE + 1, SPECTRUM_SIZE // 2)
        segments = [word.emg[s : s + SPECTRUM_SIZE] for s in starts]
        power = sum(np.abs(np.fft.rfft((s - s.mean(axis=0)) * window, axis=0)) ** 2 for s in segments)
        total = np.asarray(power).sum(axis=1)
        sums[word.person] = sums.get(word.person, np.zeros(len(total))) + total / total.sum()
    return {person: total / total.sum() for person, total in sorted(sums.items())}


def fit_sway(words: Iterable[Word]) -> dict[str, Any]:
    """How a forearm moves that nobody moves, from the quietest stretches."""
    speed, gyro, acc, keep = [], [], [], []
    for word in words:
        for start in range(0, len(word.imu) - QUIET_SIZE + 1, QUIET_SIZE // 2):
            rate = word.imu[start : start + QUIET_SIZE, 7:] / GYRO_PER_DPS
            force = word.imu[start : start + QUIET_SIZE, 4:7] / ACC_PER_G
            speed.append(float(np.sqrt((rate**2).mean())))
            keep.append(float((rate[1:] * rate[:-1]).mean() / (rate**2).mean()))
            gyro.append(float(np.sqrt((np.diff(rate, 2, axis=0) ** 2).mean() / 6)))
            acc.append(float(np.sqrt((np.diff(force, 2, axis=0) ** 2).mean() / 6)))
    quiet = np.argsort(speed)[: max(1, round(QUIET_SHARE * len(speed)))]
    # A bell-smoothed sway of width tau turns at std / (sqrt(2) tau) rad/s.
    tau_s = 0.35
    std = float(np.radians(np.median(np.array(speed)[quiet]))) * np.sqrt(2) * tau_s
    return {
        "sway": (round(float(std), 4), tau_s),
        "acc_noise_g": round(float(np.percentile(np.array(acc)[quiet], 10)), 4),
        "gyro_noise_dps": round(float(np.percentile(np.array(gyro)[quiet], 10)), 3),
    }


def fit_rise(series: Sequence[Series]) -> dict[str, Any]:
    """How the amplitude comes and goes: `rise_curve` as near as it gets to the median of all onsets."""
    onsets, releases, spans = onset_curves(series)
    time: Array = np.linspace(0, (AFTER - 1) * GRID_S, AFTER)
    median: Array = np.median(onsets[:, BEFORE:], axis=0)
    spread = float(np.subtract(*np.percentile(np.log(spans), [75, 25]))) / 1.349
    log_std = float(np.sqrt(max(0.01, spread**2 - SPAN_NOISE**2)))
    best = min(
        (float(((rise_curve(time, whole, log_std, over, tau) - median) ** 2).sum()), whole, over, tau)
        for whole in np.arange(0.2, 0.8, 0.05)
        for over in np.arange(0.0, 1.0, 0.1)
        for tau in (0.2, 0.4, 0.7, 1.0)
    )
    return {
        "rise_s": round(best[1] * FROM_10_TO_90, 3),
        "fall_s": round(float(np.median(releases)), 3),
        "rise_log_std": round(log_std, 3),
        "overshoot": round(float(best[2]), 3),
        "overshoot_tau_s": best[3],
    }


GRID_S = 0.005
BEFORE, AFTER = 60, 240  # grid samples around the moment when 10 % of the held amplitude is passed
SMOOTH = 11  # grid samples of the envelope's smoothing, 55 ms
SPAN_NOISE = 0.35  # log spread that the estimate of a span has by itself, from simulated onsets of one length
FROM_10_TO_90 = 0.6493  # of a quarter sine: (asin 0.9 - asin 0.1) * 2 / pi
NORMAL = np.array([-1.28, -0.67, -0.32, 0.0, 0.32, 0.67, 1.28])  # quantiles that stand for a normal spread


def rise_curve(time_s: Array, whole_s: float, log_std: float, overshoot: float, tau_s: float) -> Array:
    """Mean amplitude after passing 10 % of the held one: a quarter sine, an overshoot that settles."""
    curves = []
    for one_s in whole_s * np.exp(log_std * NORMAL):
        fine = np.arange(0, 3, GRID_S)
        share = np.sin(np.pi / 2 * np.minimum(fine / one_s, 1))
        curve = share * (1 + overshoot * share * np.exp(-np.maximum(fine - one_s, 0) / tau_s))
        curve /= curve[200:400].mean()
        curves.append(np.interp(time_s + fine[np.argmax(curve >= 0.1)], fine, curve))
    result: Array = np.mean(curves, axis=0)
    return result


def onset_curves(series: Sequence[Series]) -> tuple[Array, list[float], list[float]]:
    """Envelopes over the held one around each onset, spans of the releases, spans of the onsets in s."""
    curves, falls, rises = [], [], []
    for one in series:
        envelope, marker = _envelope(one)
        cuts = [int(cut) for cut in np.flatnonzero(np.diff(marker)) + 1]
        rest = np.percentile(envelope, 5)
        for start, end in pairwise(cuts):
            if marker[start] <= 1 or marker[start - 1] != 0:
                continue
            level = (envelope - rest) / max(float(np.median(envelope[start:end]) - rest), 1e-9)
            falls += _crossing(level[end - 60 : end + 400])
            rises += _crossing(level[max(0, start - 400) : start + 60][::-1])
            low = np.flatnonzero(level[max(0, start - 300) : start + 40] < 0.1)
            at = max(0, start - 300) + int(low[-1]) if len(low) else -1
            if BEFORE <= at < len(level) - AFTER:
                curves.append(level[at - BEFORE : at + AFTER])
    return np.array(curves), falls, rises


def _envelope(one: Series) -> tuple[Array, NDArray[np.int64]]:
    grid = np.arange(one.t_s[0], one.t_s[-1], GRID_S)
    which = np.searchsorted(one.t_s, grid, side="right") - 1
    strength = np.sqrt((one.emg[which] ** 2).mean(axis=1))
    bell = np.hanning(SMOOTH + 2)[1:-1]
    smooth = np.convolve(strength, bell / bell.sum(), mode="same")
    return smooth, one.marker[which]


def _crossing(level: Array) -> list[float]:
    """Seconds from 90 down to 10 % along `level`, or nothing where it does not come down."""
    low = np.flatnonzero(level < 0.1)
    if not len(low):
        return []
    high = np.flatnonzero(level[: low[0]] >= 0.9)
    return [float(low[0] - high[-1]) * GRID_S] if len(high) else []
