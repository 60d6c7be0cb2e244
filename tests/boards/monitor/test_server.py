"""The server and its viewers as strangers meet them: over HTTP and a WebSocket of their own making."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest

from myoedge.boards.monitor import server as serving
from myoedge.boards.monitor import viewer as viewing
from myoedge.boards.monitor.hub import Hub
from myoedge.boards.monitor.lesson import Ask, Outcome, PagePrompter
from myoedge.boards.monitor.server import Server, listen
from myoedge.boards.monitor.source import Begun, Gone
from myoedge.calibration.wishes import Wishes
from myoedge.edge.errors import NotThereError, UsageError
from tests.boards.monitor.test_view import SAID, line

pytest.importorskip("websockets", reason="websockets is not installed here")

Socket = Any


async def never(asked: Ask, prompter: PagePrompter, wishes: Wishes) -> Outcome:
    await asyncio.Event().wait()
    raise AssertionError


class Run:
    """A source that says what it is told to."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self._said: asyncio.Queue[Any] = asyncio.Queue()

    def say(self, *rows: Any) -> None:
        for row in rows:
            self._said.put_nowait(row)

    async def __aiter__(self) -> AsyncIterator[Any]:
        while True:
            yield await self._said.get()


@asynccontextmanager
async def open_server(token: bool = False) -> AsyncIterator[tuple[Server, Run]]:
    hub = Hub(gestures=("rest", "fist"))
    run = Run(hub)
    feeding = asyncio.create_task(hub.feed(run.__aiter__()))
    listener, _ = listen(None, 0)
    with listener:
        server = Server(hub, never, listener, "abcde-fghjk-mnpqr-stuvw" if token else None)
        async with server.serving():
            yield server, run
    feeding.cancel()
    await asyncio.gather(feeding, return_exceptions=True)


def with_server(work: Callable[[Server, Run], Awaitable[Any]], **more: Any) -> Any:
    async def main() -> Any:
        async with asyncio.timeout(30), open_server(**more) as (server, run):
            return await work(server, run)

    return asyncio.run(main())


@asynccontextmanager
async def page(server: Server, origin: str | None = "own", **hello: Any) -> AsyncIterator[Socket]:
    from websockets.asyncio.client import connect

    place = f"127.0.0.1:{server.port}"
    own: Any = f"http://{place}" if origin == "own" else origin
    async with connect(f"ws://{place}/socket", origin=own, compression=None) as socket:
        await socket.send(json.dumps({"op": "hello", "page": "a", **hello}))
        yield socket


async def heard(socket: Socket, op: str) -> Mapping[str, Any]:
    """The next thing of that kind."""
    while True:
        row: Mapping[str, Any] = json.loads(await socket.recv())
        if row["op"] == op:
            return row


async def fetched(server: Server, target: str, host: str | None = None, method: str = "GET") -> str:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    host = f"127.0.0.1:{server.port}" if host is None else host
    writer.write(f"{method} {target} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()
    return answer.decode()


@pytest.mark.parametrize(
    ("target", "kind"),
    [
        ("/", "text/html"),
        ("/page.css", "text/css"),
        ("/page.js", "text/javascript"),
        ("/icon.svg", "image/svg+xml"),
    ],
)
def test_the_page_is_served_whole_and_strictly(target: str, kind: str) -> None:
    answer = with_server(lambda server, _: fetched(server, target))
    head, _, body = answer.partition("\r\n\r\n")
    assert head.startswith("HTTP/1.1 200 OK") and f"Content-Type: {kind}" in head
    assert "default-src 'none'" in head and "frame-ancestors 'none'" in head and "no-store" in head
    assert len(body.encode()) == int(head.split("Content-Length: ")[1].split("\r\n")[0])
    assert "http" not in body.replace("http://www.w3.org/2000/svg", ""), "nothing comes from elsewhere"


@pytest.mark.parametrize(
    "target", ["/nosuch", "/../pyproject.toml", "/page/../server.py", "//", "/%2e%2e/x", "/page.js/"]
)
def test_nothing_else_is_served(target: str) -> None:
    assert with_server(lambda server, _: fetched(server, target)).startswith("HTTP/1.1 404")


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "", "a b"])
def test_a_foreign_host_is_not_served(host: str) -> None:
    assert with_server(lambda server, _: fetched(server, "/", host)).startswith("HTTP/1.1 421")


@pytest.mark.parametrize("method", ["POST", "PUT", "HEAD", "OPTIONS", "TRACE"])
def test_only_get_is_answered(method: str) -> None:
    assert with_server(lambda server, _: fetched(server, "/", method=method)).startswith("HTTP/1.1 405")


@pytest.mark.parametrize("origin", [None, "null", "http://evil.example"])
def test_another_sites_page_cannot_open_the_socket(origin: str | None) -> None:
    from websockets.exceptions import InvalidStatus

    async def work(server: Server, _: Run) -> None:
        async with page(server, origin=origin):
            raise AssertionError("it was let in")

    with pytest.raises(InvalidStatus, match="403"):
        with_server(work)


def test_without_the_token_nothing_is_shown_and_guessing_ends() -> None:
    async def work(server: Server, run: Run) -> list[str]:
        from websockets.exceptions import ConnectionClosed

        run.say(Begun(dict(SAID)), line())
        said = []
        for number in range(7):
            async with page(server, token=f"guess{number}") as socket:
                said.append(json.loads(await socket.recv()))
                with pytest.raises(ConnectionClosed) as closed:
                    await socket.recv()
                assert closed.value.rcvd is not None and closed.value.rcvd.code == viewing.REFUSED
        assert not server.viewers
        return [f"{row['op']}: {row['text']}" for row in said]

    said = with_server(work, token=True)
    assert said[0] == "refused: that is not the token; it was shown where myoedge monitor was started"
    assert "too many wrong tokens" in said[-1]


def test_with_the_token_what_runs_is_shown() -> None:
    async def work(server: Server, run: Run) -> Mapping[str, Any]:
        run.say(Begun(dict(SAID)), line())
        async with page(server, token=server.token) as socket:
            facts = await heard(socket, "facts")
            assert facts["gestures"] == ["rest", "fist"] and facts["channels"] == 8
            return await heard(socket, "picture")

    assert with_server(work, token=True)["label"] == "fist"


def test_a_page_that_does_not_show_gets_no_more_and_then_the_newest() -> None:
    async def work(server: Server, run: Run) -> list[int]:
        run.say(Begun(dict(SAID)))
        async with page(server) as socket:
            numbers = []
            for _ in range(50):
                run.say(line())
                await asyncio.sleep(0.002)
            for _ in range(viewing.AHEAD):
                numbers.append((await heard(socket, "picture"))["number"])
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.1):
                    await heard(socket, "picture")
            await socket.send('{"op":"shown"}')
            numbers.append((await heard(socket, "picture"))["number"])
            (viewer,) = server.viewers
            assert viewer.skipped == numbers[-1] - numbers[-2] - 1
            return numbers

    first, second, last = with_server(work)
    assert second == first + 1 and last == 50


def test_the_run_that_ends_and_the_next_one_are_shown() -> None:
    async def work(server: Server, run: Run) -> list[str]:
        run.say(Begun(dict(SAID)), line())
        async with page(server) as socket:
            states = []
            for said in ((), (Gone(),), (Begun({**SAID, "bundle": "classic"}), line())):
                run.say(*said)
                states.append((await heard(socket, "picture"))["state"])
                await socket.send('{"op":"shown"}')
            return states

    assert with_server(work) == ["linked", "gone", "linked"]


def test_a_calibration_is_led_by_one_page_and_seen_by_all() -> None:
    async def work(server: Server, run: Run) -> None:
        ask = {"op": "calibrate", "profile": "anna", "gestures": ["rest", "fist"], "repetitions": 1}
        async with page(server) as leader, page(server, page="b") as other:
            assert (await heard(other, "lesson"))["state"] == "idle"
            await heard(leader, "lesson")
            await leader.send(json.dumps(ask))
            assert (await heard(leader, "lesson"))["mine"] is True
            assert (await heard(other, "lesson"))["mine"] is False
            await other.send(json.dumps(ask))
            assert "led from another page" in (await heard(other, "error"))["text"]
            await other.send('{"op":"stop"}')
            assert "no calibration is led from this page" in (await heard(other, "error"))["text"]
            await leader.close()
            assert (await heard(other, "say"))["text"].startswith("paused")
            async with page(server) as back:
                row = await heard(back, "lesson")
                assert (row["state"], row["mine"]) == ("running", True)
                await back.send('{"op":"stop"}')
                assert (await heard(other, "lesson"))["state"] == "stopped"

    with_server(work)


def test_a_page_that_is_dark_leads_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(viewing, "STILL_S", 0.1)
    monkeypatch.setattr(serving, "MINDED_S", 0.02)

    async def work(server: Server, run: Run) -> None:
        ask = {"op": "calibrate", "profile": "anna", "gestures": ["rest", "fist"]}
        async with page(server) as socket:
            await socket.send(json.dumps(ask))
            await heard(socket, "lesson")
            run.say(Begun(dict(SAID)), line())
            await heard(socket, "picture")
            assert (await heard(socket, "say"))["text"].startswith("paused")
            await socket.send('{"op":"shown"}')
            while not server.lesson._wishes.attended:
                await asyncio.sleep(0.01)

    with_server(work)


@pytest.mark.parametrize(
    "said",
    [
        "{",
        "[]",
        '"x"',
        '{"op":"nosuch"}',
        '{"op":7}',
        "{}",
        '{"op":"wish"}',
        "[" * 60_000,
        '{"op":"calibrate"}',
    ],
)
def test_what_cannot_be_understood_is_answered_in_words(said: str) -> None:
    async def work(server: Server, _: Run) -> Mapping[str, Any]:
        async with page(server) as socket:
            await socket.send(said)
            return await heard(socket, "error")

    assert with_server(work)["text"]


@pytest.mark.parametrize("much", ["x" * (serving.LARGEST + 1), None])
def test_a_page_that_says_too_much_is_cut_off_and_the_others_are_not(much: str | None) -> None:
    from websockets.exceptions import ConnectionClosed

    async def work(server: Server, run: Run) -> None:
        run.say(Begun(dict(SAID)))
        async with page(server, page="b") as other, page(server) as socket:
            with pytest.raises(ConnectionClosed):
                for _ in range(1000):
                    await socket.send(much or "{")
                    await asyncio.sleep(0.001)
            run.say(line())
            assert (await heard(other, "picture"))["label"] == "fist"

    with_server(work)


def test_one_page_too_many_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "MOST", 1)

    async def work(server: Server, _: Run) -> Mapping[str, Any]:
        async with page(server) as first, page(server, page="b") as second:
            await heard(first, "lesson")
            return await heard(second, "refused")

    assert "look on already" in with_server(work)["text"]


def test_beyond_loopback_a_token_is_made_and_stands_in_the_address() -> None:
    listener, token = listen("0.0.0.0:0", 1)
    with listener:
        server = Server(Hub(), never, listener, token)
        assert token and server.url.endswith(f"/#{token}") and "0.0.0.0" not in server.url
    listener, token = listen(None, 0)
    with listener:
        assert token is None and listener.getsockname()[0] == "127.0.0.1"


def test_an_address_that_cannot_be_had_names_the_cure() -> None:
    for odd in ("0.0.0.0:x", ":80", "host:99999"):
        with pytest.raises(UsageError, match="HOST:PORT"):
            listen(odd, 0)
    first, _ = listen(None, 0)
    with first, pytest.raises(NotThereError, match="choose another --port"):
        listen(None, first.getsockname()[1])
