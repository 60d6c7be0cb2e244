"""People's bands are turned and mirrored to sit alike before anything is learned of their gestures."""

import numpy as np
import pytest

from myoedge.calibration.seat import Seat
from myoedge.calibration.stranger_seat import shown
from myoedge.edge.errors import FormatError
from myoedge.export.batch_features import closed_form
from myoedge.export.people_population import Holder, fit_people

NAMES = ("log_time_domain", "tangent")
LABELS = ("rest", "fist", "wrist flexion")
LOUD = np.array([[1, 1, 1, 1, 1, 1, 1, 1], [20, 14, 6, 2, 2, 2, 9, 3], [2, 3, 15, 22, 8, 2, 2, 5]], float)


def holder(person: str, seat: Seat, seed: int) -> Holder:
    """Somebody whose band shows the same muscles from another place."""
    rng = np.random.default_rng(seed)
    order = np.argsort(seat.order(range(8)))  # so that reading it at `seat` gives the first person's order
    windows = rng.normal(size=(90, 40, 8)) * np.repeat(LOUD, 30, axis=0)[:, None]
    features = closed_form(windows[..., order].astype(np.float32), NAMES).astype(np.float64)
    return Holder(person, features, np.repeat(np.arange(3), 30))


def test_turned_and_mirrored_bands_are_found_and_the_means_then_agree() -> None:
    seats = {"a": Seat(), "b": Seat(2.0), "c": Seat(-3.0, True), "d": Seat(1.0, True)}
    holders = [holder(person, seat, i) for i, (person, seat) in enumerate(seats.items())]
    arrays, found = fit_people(holders, LABELS, NAMES)
    assert found == seats
    assert arrays["means"].shape == (4, 3, 68)
    assert np.abs(arrays["means"][:, :, :8].std(axis=0)).max() < 0.2
    assert [arrays[f"within_{i}"].shape for i in range(2)] == [(32, 32), (36, 36)]
    moved = shown(holders[2].features, seats["c"], NAMES, 8)
    np.testing.assert_allclose(arrays["means"][2][0], moved[:30].mean(axis=0), atol=1e-4)


def test_nobody_is_refused() -> None:
    with pytest.raises(FormatError, match="nobody did all of rest"):
        fit_people([], LABELS, NAMES)
