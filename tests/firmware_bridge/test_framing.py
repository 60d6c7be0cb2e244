"""Framing on BLE: a notification is a packet."""

import pytest

from myoedge.firmware_bridge.framing import WholeFrames


@pytest.mark.parametrize("data", [b"abc", b""])
def test_a_notification_is_one_frame(data: bytes) -> None:
    frames = WholeFrames()
    assert frames.feed(data) == [data]
    assert frames.noise == 0
