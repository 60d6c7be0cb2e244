"""The simulated wearer keeps its promises: same seed, same samples; moves at once; tells the truth of it."""

import json

import numpy as np
import pytest

from myoedge.edge.errors import NotThereError, UsageError
from myoedge.firmware_bridge.wearer import WEARERS, make_wearer
from myoedge.firmware_bridge.wearer.person import FILE, covariance, load_person


@pytest.mark.parametrize("name", WEARERS)
def test_every_wearer_in_the_table_gives_counts(name: str) -> None:
    wearer = make_wearer(name)
    wearer.perform("fist")
    emg, imu = wearer.emg(400), wearer.imu(100)
    assert emg.shape == (400, 8) and emg.dtype == np.int16
    assert imu.shape == (100, 10) and imu.dtype == np.int16
    assert emg.min() >= -128 and emg.max() <= 127
    assert {"rest", "fist", "wrist flexion", "wrist extension"} <= set(wearer.gestures)


def test_the_table_of_names_is_the_table_of_numbers() -> None:
    table = json.loads(FILE.read_text(encoding="utf-8"))
    assert list(table["wearers"]) == list(WEARERS)
    assert FILE.stat().st_size <= 60_000


def test_the_cutting_of_the_samples_does_not_change_them() -> None:
    sizes = (1,) * 30 + (7,) * 40 + (400, 0, 13)
    wishes = {"fatigue": "1", "drift": "0.3", "noise": "2", "hum": "3", "liftoff": "1"}
    whole, cut = (make_wearer("anna", seed=4, options=wishes) for _ in range(2))
    for wearer in (whole, cut):
        wearer.emg(50)
        wearer.perform("fist")
    assert np.array_equal(whole.emg(sum(sizes)), np.concatenate([cut.emg(n) for n in sizes]))
    assert np.array_equal(whole.imu(60), np.concatenate([cut.imu(n) for n in (1, 0, 9, 50)]))


def test_another_seed_gives_other_samples() -> None:
    assert not np.array_equal(make_wearer("anna", seed=1).emg(100), make_wearer("anna", seed=2).emg(100))


def test_onsets_are_the_samples_at_which_the_rise_begins() -> None:
    wearer = make_wearer("ben")
    wearer.emg(123)
    wearer.perform("wrist extension")
    wearer.emg(200)
    wearer.perform("rest")
    assert wearer.onsets == [(123, "wrist extension"), (323, "rest")]
    assert wearer.gesture == "rest"


def test_a_contraction_is_felt_within_a_tenth_of_a_second_and_gone_after_release() -> None:
    quiet, early, held, gone = [], [], [], []
    for seed in range(8):
        wearer = make_wearer("chen", seed=seed)
        quiet.append(wearer.emg(100).std())
        wearer.perform("fist")
        early.append(wearer.emg(20).std())
        wearer.emg(300)
        held.append(wearer.emg(200).std())
        wearer.perform("rest")
        wearer.emg(400)
        gone.append(wearer.emg(200).std())
    assert np.mean(early) > 1.2 * np.mean(quiet)
    assert np.mean(held) > 4 * np.mean(quiet)
    assert np.mean(gone) < 1.3 * np.mean(quiet)


def test_interrupting_a_movement_makes_no_jump() -> None:
    wearer = make_wearer("dara")
    wearer.perform("fist")
    wearer.emg(20)
    before = wearer._blend(np.array([19.0]))
    wearer.perform("rest")
    after = wearer._blend(np.array([20.0]))
    assert np.abs(after - before).max() < 0.15 * np.abs(before).max()


def test_covariances_are_those_of_the_person() -> None:
    person = load_person("elif")
    wanted = np.log(np.diag(covariance(person.gestures["wrist extension"])))
    found = []
    for seed in range(30):
        wearer = make_wearer("elif", seed=seed)
        wearer.perform("wrist extension")
        wearer.emg(600)
        found.append(np.log(wearer.emg(400).astype(np.float64).var(axis=0)))
    assert np.abs(np.mean(found, axis=0) - wanted).mean() < 0.3
    assert 0.1 < np.std(found, axis=0).mean() < 1.2  # nobody does the same twice


def test_tails_are_heavier_than_gaussian() -> None:
    wearer = make_wearer("femi", limit=32768)
    wearer.perform("fist")
    wearer.emg(600)
    x = wearer.emg(8000).astype(np.float64)
    assert 3.3 < np.mean((x / x.std(axis=0)) ** 4) < 6


def test_level_scales_the_effort() -> None:
    def strength(level: float) -> float:
        wearer = make_wearer("anna", seed=9)
        wearer.perform("fist", level)
        wearer.emg(600)
        return float(wearer.emg(400).std())

    assert strength(0.2) < 0.6 * strength(0.7) < strength(1.0)


def test_what_it_cannot_do_is_said() -> None:
    wearer = make_wearer("anna")
    with pytest.raises(UsageError, match="was recorded with"):
        wearer.perform("pinch")
    with pytest.raises(UsageError, match="wanted 0 to 1"):
        wearer.perform("fist", 1.5)
    with pytest.raises(NotThereError, match="there are anna"):
        make_wearer("nobody")
    with pytest.raises(UsageError, match="at least 1"):
        make_wearer("anna", channels=0)
    with pytest.raises(UsageError, match="Hz"):
        make_wearer("anna", rate_hz=0)
