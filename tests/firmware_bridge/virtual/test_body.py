"""Every sample has a true time, pauses are lived through, and electrodes can fail."""

import time
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from myoedge.edge.errors import UsageError
from myoedge.firmware_bridge.virtual.body import Body
from myoedge.firmware_bridge.virtual.fault import Electrodes
from myoedge.firmware_bridge.virtual.source import Pattern, Skin


def _body(rate_hz: float = 200.0, drift_ppm: float = 0.0) -> tuple[Body, list[Mapping[str, Any]]]:
    truths: list[Mapping[str, Any]] = []
    electrodes = Electrodes(8, rate_hz, 127, seed=1)
    return Body(Pattern(8, 127), electrodes, truths.append, (rate_hz, 50.0), drift_ppm), truths


def test_samples_are_one_period_apart_and_a_fast_crystal_shortens_it() -> None:
    assert _body()[0].emg_ns(200) - _body()[0].emg_ns(0) == pytest.approx(1e9, abs=5e7)
    body, _ = _body(drift_ppm=1000)
    assert body.emg_ns(2000) - body.emg_ns(0) == round(10e9 / 1.001)


def test_after_a_pause_the_next_sample_is_of_now() -> None:
    body, _ = _body()
    time.sleep(0.1)
    body.wake()
    behind_ns = time.monotonic_ns() - body.emg_ns(body.emg_at)
    assert body.emg_at >= 20 and behind_ns < 1e9
    assert body.emg(1)[0, 0] == body.emg_at - 1  # the pattern went on unseen
    assert body.imu_at == pytest.approx(body.emg_at / 4, abs=2)


def test_a_long_absence_is_not_lived_through_sample_by_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    body, _ = _body()
    later_ns = time.monotonic_ns() + 3600 * 10**9
    monkeypatch.setattr(time, "monotonic_ns", lambda: later_ns)
    body.wake()
    assert body.emg_at <= 2001
    assert abs(body.emg_ns(body.emg_at) - later_ns) < 10**7


@pytest.mark.parametrize("kind", ["flat", "clip", "hum", "noise", "liftoff"])
def test_a_fault_touches_its_channel_alone(kind: str) -> None:
    electrodes = Electrodes(8, 200.0, 127, seed=1)
    skin = Skin(8, 2)
    electrodes.set(kind, 5)
    clean = skin.emg(400)
    broken = electrodes(clean)
    others = [c for c in range(8) if c != 5]
    assert (broken[:, others] == clean[:, others]).all() and (broken[:, 5] != clean[:, 5]).any()
    assert broken.min() >= -128 and broken.max() <= 127


def test_a_mended_electrode_is_as_before() -> None:
    electrodes = Electrodes(8, 200.0, 127, seed=1)
    electrodes.set("flat")
    assert not electrodes(np.ones((5, 8), np.int16)).any()
    electrodes.set("ok")
    assert electrodes(np.ones((5, 8), np.int16)).all()


def test_a_fault_that_integers_cannot_have_is_refused() -> None:
    electrodes = Electrodes(8, 200.0, 127, seed=1)
    for kind, channel in (("nan", 1), ("melted", 1), ("flat", 9)):
        with pytest.raises(UsageError):
            electrodes.set(kind, channel)
