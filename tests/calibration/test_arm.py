"""The arm the band is on."""

from dataclasses import replace

import numpy as np
import pytest

from myoedge.calibration.arm import order_for
from myoedge.calibration.learn import learn
from myoedge.calibration.stretch import Stretch
from myoedge.edge.bundle import Bundle
from myoedge.edge.chunk import Chunk


def test_the_arm_a_bundle_knows_needs_no_change(classic: Bundle) -> None:
    assert order_for("right", classic, "myo", 8) is None
    left = replace(classic, facts={**classic.facts, "arm": "left"})
    assert order_for("left", left, "myo", 8) is None


@pytest.mark.parametrize(
    ("armband", "marked"), [("myo", 3), ("myo:AA:BB", 3), ("virtual:myo?wearer=anna", 3), ("generic", 0)]
)
def test_the_other_arm_is_reflected_about_the_marked_electrode(
    classic: Bundle, armband: str, marked: int
) -> None:
    order = order_for("left", classic, armband, 8)
    assert order is not None and sorted(order) == list(range(8)) and order[marked] == marked
    assert [order[(marked + i) % 8] for i in range(8)] == [(marked - i) % 8 for i in range(8)]


def test_a_left_arm_gives_the_profile_of_its_mirror_image(
    classic: Bundle, make_stretches: object, specs: object
) -> None:
    right = make_stretches()  # type: ignore[operator]
    order = order_for("left", classic, "myo", 8)
    assert order is not None
    left = [
        Stretch([Chunk(c.modality, c.samples[:, order], c.t_ns, c.arrival_ns) for c in s.chunks], s.spans)
        for s in right
    ]

    def head(stretches: list[Stretch], order: tuple[int, ...] | None) -> np.ndarray:
        learned = learn(classic, None, stretches, specs, wearer="a", armband="myo", order=order)  # type: ignore[arg-type]
        return learned.profile.head.means

    assert np.allclose(head(left, order), head(right, None))
    assert not np.allclose(head(left, None), head(right, None))
