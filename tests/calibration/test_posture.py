import numpy as np

from myoedge.calibration.posture import rotation


def test_a_rotation_keeps_lengths_and_angles() -> None:
    turn = rotation(np.array([0.3, -1.0, 0.5]))
    assert np.allclose(turn @ turn.T, np.eye(3))
    assert np.isclose(np.linalg.det(turn), 1)


def test_a_quarter_turn_about_z_takes_x_to_y() -> None:
    assert np.allclose(rotation(np.array([0, 0, np.pi / 2])) @ [1, 0, 0], [0, 1, 0])


def test_no_turn_is_the_identity() -> None:
    assert np.array_equal(rotation(np.zeros(3)), np.eye(3))
