"""The page and its socket: three small files over HTTP, and one WebSocket for everything else."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

from myoedge.boards.monitor.guard import Guard, new_token
from myoedge.boards.monitor.hub import Hub
from myoedge.boards.monitor.lesson import Lesson, Teach
from myoedge.boards.monitor.viewer import Viewer
from myoedge.edge.errors import NotThereError, UsageError

if TYPE_CHECKING:
    from websockets.asyncio.server import ServerConnection
    from websockets.http11 import Request, Response

PORT = 8765
MINDED_S = 0.5  # between two looks whether the page that leads a calibration is still seen
MOST = 16  # viewers at once
WAITING = 64  # connections that have not said who they are, and viewers
LARGEST = 1 << 16  # bytes a page may say at once
FOLDER = Path(__file__).parent / "page"
FILES = {
    "/": ("index.html", "text/html; charset=utf-8"),
    "/page.css": ("page.css", "text/css; charset=utf-8"),
    "/page.js": ("page.js", "text/javascript; charset=utf-8"),
    "/icon.svg": ("icon.svg", "image/svg+xml"),
}
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self' ws://{host}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Connection": "close",
}


class Server:
    """Serves one hub. `address` is where, `token` what a page must know (None on loopback)."""

    def __init__(self, hub: Hub, teach: Teach, listener: socket.socket, token: str | None) -> None:
        self.hub, self.token = hub, token
        self._listener = listener
        self.host, self.port = listener.getsockname()[:2]
        self.guard = Guard(self.port, token)
        self.viewers: set[Viewer] = set()
        self.lesson = Lesson(teach, self._tell)
        self._connections = 0
        self._files = {path: ((FOLDER / name).read_bytes(), kind) for path, (name, kind) in FILES.items()}

    @property
    def url(self) -> str:
        """What a person opens; the token is in the part that browsers keep to themselves."""
        host = {"0.0.0.0": own_address(), "::": own_address()}.get(self.host, self.host)
        host = f"[{host}]" if ":" in host else host
        return f"http://{host}:{self.port}/" + (f"#{self.token}" if self.token else "")

    @asynccontextmanager
    async def serving(self) -> AsyncIterator["Server"]:
        """Answer for as long as this is open."""
        from websockets.asyncio.server import serve

        log = logging.getLogger("myoedge.boards.monitor.http")
        log.setLevel(logging.CRITICAL)  # broken requests are the other side's affair
        async with serve(
            self._talk, sock=self._listener, process_request=self._request, logger=log, compression=None,
            server_header=None, max_size=LARGEST, max_queue=16, open_timeout=5, close_timeout=1,
            ping_interval=2, ping_timeout=3,
        ):  # fmt: skip
            minding = asyncio.create_task(self._mind())
            try:
                yield self
            finally:
                minding.cancel()
                await self.lesson.close()

    async def _mind(self) -> None:
        """A page that is dark or out of reach leads nobody, whether or not its socket knows."""
        while True:
            await asyncio.sleep(MINDED_S)
            leading = [viewer for viewer in self.viewers if viewer.page == self.lesson.leader]
            if any(viewer.seen for viewer in leading):
                self.lesson.came(self.lesson.leader)
            else:
                self.lesson.left(self.lesson.leader)

    def _tell(self, words: Mapping[str, Any]) -> None:
        for viewer in self.viewers:
            mine = {"mine": self.lesson.busy and viewer.page == self.lesson.leader}
            viewer.tell({**words, **mine} if words["op"] == "lesson" else words)

    def _request(self, connection: "ServerConnection", request: "Request") -> "Response | None":
        """A file, a refusal, or None: the socket may be opened."""
        host, origin = request.headers.get("Host"), request.headers.get("Origin")
        path = request.path.partition("?")[0]
        if not self.guard.host(host):
            return _answer(
                HTTPStatus.MISDIRECTED_REQUEST, f"this server is not {host!r:.80}; open {self.plain_url}"
            )
        if request.method != "GET":
            return _answer(HTTPStatus.METHOD_NOT_ALLOWED, "this server only answers GET")
        if path == "/socket":
            if not self.guard.origin(origin, host):
                return _answer(HTTPStatus.FORBIDDEN, "only this server's own page may open the socket")
            if self._connections >= WAITING:
                return _answer(HTTPStatus.SERVICE_UNAVAILABLE, "too many connections; close some pages")
            return None
        if path not in self._files:
            return _answer(HTTPStatus.NOT_FOUND, "there is no such page; open /")
        body, kind = self._files[path]
        return _answer(HTTPStatus.OK, body, kind, host or "")

    @property
    def plain_url(self) -> str:
        return self.url.partition("#")[0]

    async def _talk(self, connection: "ServerConnection") -> None:
        self._connections += 1
        viewer = Viewer(connection, self.hub)
        try:
            if await self._enter(viewer):
                await viewer.run(self._heard)
        finally:
            self._connections -= 1
            self._left(viewer)

    async def _enter(self, viewer: Viewer) -> bool:
        """Hear who it is; refuse a wrong token, and one viewer too many."""
        words = await viewer.first()
        refusal = self.guard.token(words.get("token"), viewer.address)
        if not refusal and len(self.viewers) >= MOST:
            refusal = f"{MOST} pages look on already; close one"
        if refusal:
            await viewer.refuse(refusal)
            return False
        viewer.page = str(words.get("page") or id(viewer))[:64]
        self.viewers.add(viewer)
        self.lesson.came(viewer.page)
        for row in (self.lesson.state(viewer.page), *self.lesson.catch_up()):
            viewer.tell(row)
        return True

    def _left(self, viewer: Viewer) -> None:
        self.viewers.discard(viewer)
        if all(other.page != viewer.page for other in self.viewers):
            self.lesson.left(viewer.page)

    def _heard(self, viewer: Viewer, words: Mapping[str, Any]) -> None:
        """What a page asks for beyond pictures; raises UsageError and RefusedError in words."""
        op = words.get("op")
        if op == "calibrate":
            self.lesson.start(viewer.page, words)
        elif op == "wish":
            self.lesson.wish(viewer.page, words.get("wish"))
        elif op == "stop":
            self.lesson.stop(viewer.page)
        else:
            raise UsageError(f"no such request {str(op)[:40]!r}")


def listen(address: str | None, port: int) -> tuple[socket.socket, str | None]:
    """A bound socket, and the token that pages need where others than this computer can reach it.

    `address` HOST or HOST:PORT, None for loopback. Raises UsageError for what is no address, NotThereError
    for one that cannot be had.
    """
    host, port = _parse(address, port)
    try:
        family, *_, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.create_server(place[:2], family=family, backlog=32)
    except OSError as error:
        raise NotThereError(
            f"cannot listen at {host} port {port}: {error.strerror or error}; choose another --port"
        ) from error
    loopback = listener.getsockname()[0] in ("127.0.0.1", "::1")
    return listener, None if loopback else new_token()


def _parse(address: str | None, port: int) -> tuple[str, int]:
    if address is None:
        return "127.0.0.1", port
    host, mark, tail = address.rpartition(":")
    if not mark or (":" in host and not host.startswith("[")):  # no port, or a bare IPv6 address
        return address.strip("[]"), port
    if not tail.isdigit() or int(tail) > 65535 or not host:
        raise UsageError(f"--listen {address}: wanted HOST or HOST:PORT, such as 0.0.0.0 or 192.168.1.5:8765")
    return host.strip("[]"), int(tail)


def own_address() -> str:
    """This computer's address as its network sees it; nothing is sent to find out."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # TEST-NET-1: chooses a route, sends nothing
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"


def _answer(
    status: HTTPStatus, body: str | bytes, kind: str = "text/plain; charset=utf-8", host: str = ""
) -> "Response":
    from websockets.datastructures import Headers
    from websockets.http11 import Response

    data = body.encode() if isinstance(body, str) else body
    headers = Headers({name: text.replace("{host}", host) for name, text in HEADERS.items()})
    headers["Content-Type"], headers["Content-Length"] = kind, str(len(data))
    return Response(status.value, status.phrase, headers, data)
