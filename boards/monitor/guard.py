"""Who may speak to the page's server: names it answers to, pages it believes, the token beyond loopback."""

import hmac
import ipaddress
import re
import secrets
import socket
import time
from collections import OrderedDict
from collections.abc import Callable

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that is mistaken for something else on a phone
GROUPS, LENGTH = 4, 5  # 20 letters of 31: 99 bits
TRIES = 5  # wrong tokens from one address before it has to wait
EVERY_S = 10.0  # then one try in so long
ADDRESSES = 1024  # remembered; the least recent is forgotten
_HOST = re.compile(r"(?P<name>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]{1,253})(?::(?P<port>\d{1,5}))?")


def new_token() -> str:
    """Random, and short enough to be typed on a phone."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(LENGTH)) for _ in range(GROUPS))


class Guard:
    """Says of a request whether it may go on. Without a token (loopback) only names and pages are checked."""

    def __init__(
        self, port: int, token: str | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._port, self._token, self._clock = port, token, clock
        self._wrong: OrderedDict[str, tuple[float, float]] = OrderedDict()  # address -> tries left, since

    @property
    def wants_token(self) -> bool:
        return self._token is not None

    def host(self, host: str | None) -> bool:
        """Whether we are that host: a foreign name that leads here is somebody's DNS rebinding."""
        found = _HOST.fullmatch(host or "")
        if not found or int(found["port"] or 80) != self._port:
            return False
        name = found["name"].strip("[]").lower()
        if self._token is None:
            return name in ("localhost", "127.0.0.1", "::1")
        own = socket.gethostname().lower()
        return name in ("localhost", own, f"{own}.local") or _is_address(name)

    def origin(self, origin: str | None, host: str | None) -> bool:
        """Whether the page that asks is ours: a browser always says which it is when it opens a socket."""
        return self.host(host) and origin == f"http://{host}"

    def token(self, token: object, address: str) -> str:
        """Empty when it is right, else what to say. An address that was wrong too often has to wait."""
        if self._token is None:
            return ""
        address = _network(address)
        left, since = self._wrong.pop(address, (float(TRIES), self._clock()))
        now = self._clock()
        left = min(float(TRIES), left + (now - since) / EVERY_S)
        if left < 1:
            self._remember(address, left, now)
            return f"too many wrong tokens from here; wait {EVERY_S:g} seconds, then try once"
        said = token.strip().lower() if isinstance(token, str) else ""
        if hmac.compare_digest(said.encode(), self._token.encode()):
            return ""
        self._remember(address, left - 1, now)
        return "that is not the token; it was shown where myoedge monitor was started"

    def _remember(self, address: str, left: float, now: float) -> None:
        self._wrong[address] = (left, now)
        while len(self._wrong) > ADDRESSES:
            self._wrong.popitem(last=False)


def _network(address: str) -> str:
    """Who is meant by an address: of IPv6 everybody has 2**64 (RFC 4291)."""
    return ":".join(address.split(":")[:4]) if address.count(":") > 4 else address


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
