"""The newest picture and the last events, for any number of viewers; none is waited for."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Mapping
from typing import Any

from myoedge.boards.monitor.source import Begun, Gone
from myoedge.boards.monitor.view import EVENTS, Facts, Picture, View


class Hub:
    """`feed` it from a source; viewers read `picture` when the event they put among `stirs` is set."""

    def __init__(self, gestures: tuple[str, ...] = ()) -> None:
        """`gestures`: what a page may ask for."""
        self.gestures = gestures
        self.view: View | None = None
        self.picture: Picture | None = None
        self._text = ""  # the picture as a line, once a page has asked for it
        self.events: deque[str] = deque(maxlen=EVENTS)
        self.runs = 0  # how many runs were looked on at, one after the other
        self.stirs: set[asyncio.Event] = set()
        self._number = 0

    @property
    def facts(self) -> Facts | None:
        return self.view.facts if self.view else None

    @property
    def text(self) -> str:
        """The picture as a line, made once for all pages; empty before the first."""
        if not self._text and self.picture is not None:
            self._text = self.picture.to_json()
        return self._text

    async def feed(self, source: AsyncIterator[Begun | Gone | Mapping[str, Any]]) -> None:
        """Take in all that a source gives."""
        async for item in source:
            if isinstance(item, Begun):
                self.view = View(item.said)
                self.runs += 1
            elif self.view is not None:
                self._number += 1
                n = self._number
                self._show(self.view.gone(n) if isinstance(item, Gone) else self.view(item, n))

    def _show(self, picture: Picture) -> None:
        self.picture = picture
        self.events.extend(picture.events)
        self._text = ""
        for stir in self.stirs:
            stir.set()
