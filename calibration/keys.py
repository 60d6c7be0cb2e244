"""Single keys of a terminal as wishes: one finger is enough, and none has to be quick."""

import asyncio
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from myoedge.calibration.wishes import Wish, Wishes

KEYS: dict[bytes, Wish] = {b"r": "redo", b"k": "keep", b"p": "pause", b"g": "go"}
HELP = "keys: r does the last one again, k keeps it, p or space pauses, g or space goes on"


@contextmanager
def keys(wishes: Wishes, handle: int | None = None) -> Iterator[bool]:
    """Reads keys of the terminal behind `handle` (default stdin) until it ends; whether there is one.

    Call it inside the event loop. Ctrl-C stays what it is; the terminal is put back as it was.
    """
    handle = _stdin() if handle is None else handle
    if handle is None or not os.isatty(handle) or os.tcgetpgrp(handle) != os.getpgrp():
        yield False
        return
    import termios
    import tty

    loop = asyncio.get_running_loop()
    before = termios.tcgetattr(handle)
    tty.setcbreak(handle, termios.TCSADRAIN)
    loop.add_reader(handle, _read, handle, wishes, loop)
    try:
        with wishes.hand():
            yield True
    finally:
        loop.remove_reader(handle)
        termios.tcsetattr(handle, termios.TCSADRAIN, before)


def _stdin() -> int | None:
    try:
        return sys.stdin.fileno()
    except (OSError, ValueError, AttributeError):  # closed, or none at all
        return None


def _read(handle: int, wishes: Wishes, loop: asyncio.AbstractEventLoop) -> None:
    pressed = os.read(handle, 64)
    if not pressed:
        loop.remove_reader(handle)  # the terminal is gone
    for code in pressed.lower():
        key = bytes([code])
        if key == b" ":
            wishes("toggle")
        elif key in KEYS:
            wishes(KEYS[key])
