"""Examples."""

import numpy as np

from myoedge.calibration.example import Example


def test_a_part_keeps_its_windows_together() -> None:
    whole = Example("fist", 2, np.arange(12.0).reshape(6, 2), np.ones((6, 2), bool), np.arange(6.0))
    part = whole.part(slice(2, 4))
    assert (len(part), part.label, part.repetition) == (2, "fist", 2)
    assert part.embeddings.tolist() == [[4, 5], [6, 7]]
    assert part.levels.tolist() == [2, 3]
