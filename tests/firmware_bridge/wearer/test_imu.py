"""One rotation explains all three sensors."""

import numpy as np

from myoedge.firmware_bridge.wearer import make_wearer


def test_gravity_and_rotation_rate_follow_from_the_quaternion() -> None:
    wearer = make_wearer("anna", seed=7)
    wearer.perform("fist")
    counts = wearer.imu(400).astype(np.float64)
    w, x, y, z = (counts[:, :4] / 16384).T
    assert np.abs(np.sqrt(w**2 + x**2 + y**2 + z**2) - 1).max() < 1e-3
    down = np.stack((2 * (x * z - w * y), 2 * (y * z + w * x), w * w - x * x - y * y + z * z), axis=1)
    assert np.abs(counts[:, 4:7] / 2048 - down).max() < 0.02
    turned = np.degrees(
        2 * (w[:-1] * np.diff(x) - x[:-1] * np.diff(w) - y[:-1] * np.diff(z) + z[:-1] * np.diff(y))
    )
    assert np.corrcoef(turned * 50, counts[1:, 7] / 16)[0, 1] > 0.9


def test_a_resting_arm_sways_by_degrees_not_by_turns() -> None:
    counts = make_wearer("ben").imu(1000).astype(np.float64)
    assert 0.05 < counts[:, 7:].std() / 16 < 20
    assert counts[:, :4].std(axis=0).max() < 0.1 * 16384
