"""One page that looks on: gets the newest picture once it has shown the last but one, never an old one."""

import asyncio
import json
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from myoedge.boards.monitor.hub import Hub
from myoedge.boards.monitor.view import Picture
from myoedge.edge.errors import MyoedgeError, UsageError

if TYPE_CHECKING:
    from websockets.asyncio.server import ServerConnection

AHEAD = 2  # pictures under way to a page; one more is only sent when it says that one is shown
HELLO_S = 10.0  # in which a page says who it is
WORDS = 256  # that wait for a page; one that reads none of them is cut off
STILL_S = 1.5  # a page that shows nothing new for so long is dark, hidden or out of reach
PATIENCE = 20  # things asked that cannot be, before a page is cut off
REFUSED = 4401  # close code: do not try again by yourself

Heard = Callable[["Viewer", Mapping[str, Any]], None]


class Viewer:
    """`tell` it words at any time; `run` sends pictures until the page is gone."""

    def __init__(self, socket: "ServerConnection", hub: Hub) -> None:
        self._socket, self._hub = socket, hub
        self._words: deque[str] = deque()
        self._stir = asyncio.Event()
        self._sent: Picture | None = None
        self._under_way = 0
        self._moved_s = 0.0  # when it last showed a picture, or had none to show
        self._runs = 0  # of the hub, as told
        self._wrong = 0
        self.page = ""  # which page it is, also after it came back
        self.skipped = 0  # pictures that it was too slow for
        self.age: Mapping[str, Any] = {}  # what the page says of how old what it shows is
        peer = socket.remote_address
        self.address = str(peer[0]) if peer else ""

    async def first(self) -> Mapping[str, Any]:
        """The first thing it says; empty when that is nothing to understand."""
        from websockets.exceptions import ConnectionClosed

        try:
            async with asyncio.timeout(HELLO_S):
                words = json.loads(await self._socket.recv())
        except (TimeoutError, ValueError, RecursionError, ConnectionClosed):
            return {}
        return words if isinstance(words, dict) and words.get("op") == "hello" else {}

    async def refuse(self, why: str) -> None:
        """Say why not, and close."""
        from websockets.exceptions import ConnectionClosed

        try:
            await self._socket.send(json.dumps({"op": "refused", "text": why}))
            await self._socket.close(REFUSED)
        except ConnectionClosed:
            return

    def tell(self, words: Mapping[str, Any]) -> None:
        """Put words before the next picture."""
        self._words.append(json.dumps(words, separators=(",", ":")))
        self._stir.set()

    @property
    def seen(self) -> bool:
        """Whether somebody may be looking: what was sent is being shown."""
        return self._under_way == 0 or time.monotonic() - self._moved_s < STILL_S

    async def run(self, heard: Heard) -> None:
        """Until the page is gone."""
        from websockets.exceptions import ConnectionClosed

        self._hub.stirs.add(self._stir)
        self._stir.set()
        sending = asyncio.create_task(self._send())
        try:
            async for said in self._socket:
                self._hear(said, heard)
                if self._wrong > PATIENCE:
                    await self._socket.close(1008)
        except ConnectionClosed:
            return
        finally:
            self._hub.stirs.discard(self._stir)
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)

    async def _send(self) -> None:
        while True:
            await self._stir.wait()
            self._stir.clear()
            if len(self._words) > WORDS:
                await self._socket.close(1008)
            if self._runs != self._hub.runs:
                self._introduce()
            while self._words:
                await self._socket.send(self._words.popleft())
            picture = self._hub.picture
            if picture is not None and picture is not self._sent and self._under_way < AHEAD:
                if self._sent is not None:
                    self.skipped += max(0, picture.number - self._sent.number - 1)
                self._sent = picture
                self._moved_s = self._moved_s if self._under_way else time.monotonic()
                self._under_way += 1
                await self._socket.send(self._hub.text)

    def _introduce(self) -> None:
        """What runs, before the first of its pictures."""
        self._runs = self._hub.runs
        if facts := self._hub.facts:
            lately = {"events": list(self._hub.events), "gestures": list(self._hub.gestures)}
            self.tell({"op": "facts", **facts.to_json(), **lately})

    def _hear(self, said: str | bytes, heard: Heard) -> None:
        try:
            words = json.loads(said)
            if not isinstance(words, dict):
                raise UsageError("wanted a JSON object")
            if not self._own(words):
                heard(self, words)
        except (ValueError, RecursionError) as error:
            self._wrong += 1
            self.tell({"op": "error", "text": str(error) if isinstance(error, MyoedgeError) else "not JSON"})
        except MyoedgeError as error:
            self._wrong += 1
            self.tell({"op": "error", "text": str(error)})

    def _own(self, words: Mapping[str, Any]) -> bool:
        """What is between page and viewer alone: pictures shown, clocks, ages."""
        op = words.get("op")
        if op == "shown":
            self._under_way = max(0, self._under_way - 1)
            self._moved_s = time.monotonic()
            self._stir.set()
        elif op == "clock":
            self.tell({"op": "clock", "sent": words.get("sent"), "wall_ms": time.time_ns() / 1e6})
        elif op == "age":
            self.age = {name: words.get(name) for name in ("p50", "p99", "max", "pictures")}
        else:
            return False
        return True
