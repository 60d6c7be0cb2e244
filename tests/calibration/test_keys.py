"""Keys of a terminal."""

import asyncio
import os
import pty
import termios

import pytest

from myoedge.calibration.keys import keys
from myoedge.calibration.wishes import Wishes


def test_single_keys_become_wishes_and_the_terminal_is_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "tcgetpgrp", lambda _: os.getpgrp())  # a pty of ours controls nobody
    far, near = pty.openpty()
    before = termios.tcgetattr(near)
    wishes = Wishes()

    async def press() -> list[str]:
        with keys(wishes, near) as there:
            assert there and wishes.attended
            os.write(far, b"Rk x")
            for _ in range(100):
                await asyncio.sleep(0.01)
                if len(wishes._waiting) == 3:
                    break
        return list(wishes.take())

    assert asyncio.run(press()) == ["redo", "keep", "toggle"]
    assert not wishes.attended and termios.tcgetattr(near) == before
    os.close(far)
    os.close(near)


def test_without_a_terminal_nobody_can_press_a_key() -> None:
    reader, writer = os.pipe()
    wishes = Wishes()
    with keys(wishes, reader) as there:
        assert not there and not wishes.attended
    os.close(reader)
    os.close(writer)
