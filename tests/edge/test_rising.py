import json

import numpy as np
import pytest
from numpy.typing import NDArray

from myoedge.edge.errors import FormatError
from myoedge.edge.head import Head
from myoedge.edge.rising import NEWEST_MS, REST, Rising, ramp_blocks, ramp_features, rising_from_json, rows_of

RATE_HZ, CHANNELS = 200.0, 8
NOTHING: dict[str, float] = {}  # the whole window says the same of every label
PATTERNS = {"fist": np.linspace(1, 4, CHANNELS), "open": np.linspace(4, 1, CHANNELS)}


def noise(rows: int, amplitude: NDArray[np.float64] | float, seed: int = 0) -> NDArray[np.float32]:
    chance = np.random.default_rng(seed)
    return np.asarray(amplitude * chance.normal(size=(rows, CHANNELS)), np.float32)


@pytest.fixture(scope="module")
def rising() -> Rising:
    rows = rows_of(NEWEST_MS, RATE_HZ)
    stages = [("fist", 3.0), ("fist", 6.0), ("open", 3.0), ("open", 6.0), (REST, 0.0)]
    x = np.array([
        [ramp_features(noise(rows, PATTERNS[label] * level if level else 1.0, seed)) for seed in range(60)]
        for label, level in stages
    ])  # fmt: skip
    means = x.mean(axis=1)
    residuals = (x - means[:, None]).reshape(-1, x.shape[2])
    spread = residuals.std(axis=0) + 1e-3
    covariances = tuple(np.eye(stop - start) for start, stop in ramp_blocks(CHANNELS))
    names = tuple(label for label, _ in stages)
    return Rising(Head(names, means / spread, spread, ramp_blocks(CHANNELS), covariances, 0.15), quiet=2.0)


def window(before: NDArray[np.float32], newest: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.concatenate([before, newest])


def test_a_contraction_that_just_began_is_named(rising: Rising) -> None:
    for seed, (label, pattern) in enumerate(PATTERNS.items()):
        found = rising(window(noise(24, 1.0, seed), noise(16, pattern * 5, seed + 10)), RATE_HZ, NOTHING)
        assert found is not None and found[0] == label and found[1] > 0.7


def test_rest_is_left_to_the_other_head(rising: Rising) -> None:
    assert rising(noise(40, 1.0), RATE_HZ, NOTHING) is None


def test_a_held_contraction_is_left_to_the_other_head(rising: Rising) -> None:
    assert rising(noise(40, PATTERNS["fist"] * 5), RATE_HZ, NOTHING) is None


def test_what_is_not_sure_is_rest(rising: Rising) -> None:
    between = (PATTERNS["fist"] + PATTERNS["open"]) / 2
    found = rising(window(noise(24, 1.0), noise(16, between * 4, 3)), RATE_HZ, NOTHING)
    assert found is not None and (found[0] == REST or found[1] >= 0.7)


def test_the_whole_window_tips_what_the_newest_samples_leave_open(rising: Rising) -> None:
    between = (PATTERNS["fist"] + PATTERNS["open"]) / 2
    samples = window(noise(24, 1.0), noise(16, between * 4, 3))
    plain, tipped = (rising(samples, RATE_HZ, whole) for whole in (NOTHING, {"fist": 0.0, "open": 1.0}))
    assert plain is not None and tipped is not None
    other = rising(samples, RATE_HZ, {"fist": 1.0, "open": 0.0})
    assert other is not None and tipped != plain != other
    assert {found[0] for found in (tipped, other)} - {REST} != {plain[0]} or tipped[1] > other[1]


def test_a_window_too_short_to_hold_the_quiet_before_is_left_to_the_other_head(rising: Rising) -> None:
    assert rising(noise(20, PATTERNS["fist"] * 5), RATE_HZ, NOTHING) is None


def test_it_comes_back_from_a_profile_as_it_was(rising: Rising) -> None:
    again = rising_from_json(json.loads(json.dumps(rising.to_json())))
    samples = window(noise(24, 1.0, 1), noise(16, PATTERNS["open"] * 5, 2))
    before, after = rising(samples, RATE_HZ, NOTHING), again(samples, RATE_HZ, NOTHING) if again else None
    assert before is not None and after is not None
    assert before[0] == after[0] and np.isclose(before[1], after[1], atol=1e-3)
    assert rising_from_json(None) is None


def test_a_level_that_is_none_is_refused(rising: Rising) -> None:
    with pytest.raises(FormatError, match="calibrate again"):
        rising_from_json({**rising.to_json(), "quiet": float("nan")})
