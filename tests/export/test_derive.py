"""What is derived of an orientation knows no heading."""

import numpy as np
import pytest

from myoedge.edge.errors import MismatchError
from myoedge.export.derive import derive, motion, step, tilt, turn

ONE = 16384.0


def about(axis: int, degrees: float) -> np.ndarray:
    q = np.zeros(4)
    q[0], q[1 + axis] = np.cos(np.radians(degrees) / 2), np.sin(np.radians(degrees) / 2)
    return q


def times(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    w, v = p[0] * q[0] - p[1:] @ q[1:], p[0] * q[1:] + q[0] * p[1:] + np.cross(p[1:], q[1:])
    return np.array([w, *v])


def counts(*rows: np.ndarray) -> np.ndarray:
    return (np.stack(rows) * ONE).astype(np.float32)


def test_turning_about_the_vertical_leaves_tilt_and_turn_as_they_are() -> None:
    start, later = times(about(0, 30), about(1, -20)), times(about(0, 70), about(2, 15))
    heading = about(2, 123)
    plain, turned = counts(start, later), counts(times(heading, start), times(heading, later))
    np.testing.assert_allclose(tilt(plain), tilt(turned), atol=1e-4)
    np.testing.assert_allclose(turn(plain), turn(turned), atol=1e-3)


def test_tilt_is_the_vertical_as_the_arm_sees_it() -> None:
    np.testing.assert_allclose(tilt(counts(about(0, 0))), [[0, 0, 1]], atol=1e-6)
    np.testing.assert_allclose(tilt(counts(about(0, 90))), [[0, 1, 0]], atol=1e-4)


def test_turn_is_axis_times_angle_since_the_start() -> None:
    start = about(1, 40)
    rows = counts(start, times(start, about(0, 50)), -times(start, about(0, 50)))
    np.testing.assert_allclose(turn(rows), [[0, 0, 0]] + [[np.radians(50), 0, 0]] * 2, atol=1e-3)


def test_tilt_agrees_with_what_a_still_accelerometer_reads(moves: object) -> None:
    imu = np.zeros((1, 10), np.float32)
    imu[0, :4], imu[0, 4:7] = counts(about(0, 90))[0], [0, 2048, 0]
    made = motion(imu)
    np.testing.assert_allclose(made[0, :3], tilt(imu[:, :4])[0], atol=1e-4)
    assert made.shape == (1, 9)


def test_a_quaternion_of_zeros_is_no_rotation() -> None:
    assert not turn(np.zeros((2, 4), np.float32)).any()


def test_another_stream_is_refused() -> None:
    with pytest.raises(MismatchError, match="made from 10 columns"):
        derive("motion", np.zeros((5, 4), np.float32))


def test_steps_add_up_to_the_turn() -> None:
    rows = counts(*(times(about(1, 40), about(0, degrees)) for degrees in (0, 10, 25, 45)))
    np.testing.assert_allclose(np.degrees(step(rows)[:, 0]), [0, 10, 15, 20], atol=0.1)
    np.testing.assert_allclose(step(rows).sum(0), turn(rows)[-1], atol=1e-3)
