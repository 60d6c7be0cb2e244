"""What the wearer wants done, from whoever can press a key: a terminal, a page, a board's button."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

Wish = Literal["redo", "keep", "pause", "go", "toggle"]  # toggle: whichever of pause and go is due
WISHES: tuple[Wish, ...] = ("redo", "keep", "pause", "go", "toggle")


class Wishes:
    """Call it with a wish from the event loop's thread; of two hands the first one counts.

    While nobody holds it `attended`, a session asks nothing and decides by itself: a phone that vanishes must
    not leave the wearer waiting.
    """

    def __init__(self) -> None:
        self._waiting: deque[Wish] = deque(maxlen=8)
        self._hands = 0

    def __call__(self, wish: Wish) -> None:
        self._waiting.append(wish)

    def take(self) -> Iterator[Wish]:
        """What was wished since the last call, in order."""
        while self._waiting:
            yield self._waiting.popleft()

    @property
    def attended(self) -> bool:
        """Whether anybody could answer a question now."""
        return self._hands > 0

    @contextmanager
    def hand(self) -> Iterator["Wishes"]:
        """Somebody can press a key for as long as this is open; several may."""
        self._hands += 1
        try:
            yield self
        finally:
            self._hands -= 1
