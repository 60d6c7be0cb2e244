import asyncio

import numpy as np
import pytest

from myoedge.boards.demo_played import Take, demo_played
from myoedge.edge.errors import LinkError
from myoedge.firmware_bridge.wearer import make_wearer


def takes(repetitions: range) -> list[Take]:
    """A wearer's contractions, cut as a data set would be."""
    wearer, found = make_wearer("anna"), []
    for number in repetitions:
        for label in ("fist", "wrist extension"):
            wearer.perform("rest")
            wearer.emg(200)
            wearer.perform(label)
            wearer.emg(100)
            found.append(Take(label, number, {"emg": wearer.emg(240).astype(np.float32)}))
    return found


def test_recorded_samples_are_learned_and_recognised_over_the_air() -> None:
    said: list[str] = []
    row = asyncio.run(demo_played(takes(range(2)), takes(range(2, 3)), "classic", said.append))
    assert row["repetitions"]["of"] == 2
    assert set(row["by_gesture"]) == {"fist", "wrist extension"}
    assert row["lost_share"] == 0
    assert said[0] == "2 gestures: fist, wrist extension"


def test_samples_that_no_armband_can_send_end_with_its_words() -> None:
    loud = [Take("fist", 0, {"emg": np.full((100, 8), 3000.0)})]
    with pytest.raises(LinkError, match=r"would not play: .*wanted integers"):
        asyncio.run(demo_played(loud, loud, "classic", lambda _: None))
