"""The control socket of a running armband: one JSON object a line each way, mode 0600.

Requests are {"op": NAME, ...}; the answer is {"ok": true, ...} or {"ok": false, "error": TEXT,
"exit_code": N}. `tap` answers once and then streams the armband's packets as lines of a recording until the
caller hangs up; `watch` likewise streams what goes on in the run, and a slow caller misses lines.
"""

import asyncio
import json
import os
import socket
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from myoedge.edge.errors import LinkError, MyoedgeError, NotThereError, RefusedError, StorageError, UsageError
from myoedge.edge.owner import control_path
from myoedge.edge.recording import Arrival

Handler = Callable[[Mapping[str, Any]], Awaitable[dict[str, Any]]]
TAP_BYTES = 1 << 20  # what may wait for a slow caller before it is cut off
WATCH_BYTES = 1 << 16  # what may wait for one that looks on before lines are left out for it
ERRORS: dict[int, type[MyoedgeError]] = {2: UsageError, 3: LinkError, 4: RefusedError}  # by exit code


class Control:
    """Serves one owner's control socket. `arrived` is given every packet for the callers that tap.

    `looked` is called when somebody begins or ceases to look on.
    """

    def __init__(
        self, armband: str, handlers: Mapping[str, Handler], looked: Callable[[], None] = lambda: None
    ) -> None:
        self._path = control_path(armband)
        self._handlers, self._looked = handlers, looked
        self._taps: set[asyncio.StreamWriter] = set()
        self._watches: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self._callers: set[asyncio.StreamWriter] = set()

    async def open(self) -> None:
        """Start to listen; a socket left by a dead owner is replaced (the lock says that it is dead)."""
        self._path.unlink(missing_ok=True)
        before = os.umask(0o177)
        try:
            self._server = await asyncio.start_unix_server(self._serve, self._path)
        except OSError as error:
            raise StorageError(
                f"cannot listen at {self._path}: {error}; set XDG_RUNTIME_DIR to a folder with a shorter path"
            ) from error
        finally:
            os.umask(before)

    async def close(self) -> None:
        if self._server:
            self._server.close()
        for caller in list(self._callers):
            caller.close()
        self._watches.clear()
        self._path.unlink(missing_ok=True)

    def arrived(self, arrival: Arrival) -> None:
        """Hand one packet to the callers that tap; one that does not read is cut off, not waited for."""
        if not self._taps:
            return
        row = {"t_ns": arrival.t_ns, "from": arrival.source, "hex": arrival.data.hex()}
        line = json.dumps(row).encode() + b"\n"
        for tap in list(self._taps):
            if tap.transport.get_write_buffer_size() > TAP_BYTES:
                tap.transport.abort()
                self._taps.discard(tap)
            else:
                tap.write(line)

    @property
    def watching(self) -> bool:
        """Whether anybody looks on."""
        return bool(self._watches)

    def watched(self, line: bytes) -> None:
        """One whole line to the callers that look on; one that does not read goes without it."""
        for watch in self._watches:
            if watch.transport.get_write_buffer_size() <= WATCH_BYTES:
                watch.write(line)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._callers.add(writer)
        try:
            while line := await reader.readline():
                answer = await self._answer(line)
                writer.write(json.dumps(answer).encode() + b"\n")
                await writer.drain()
                for word, callers in (("tap", self._taps), ("watch", self._watches)):
                    if answer.get(word):
                        callers.add(writer)
                self._looked()
        except (ConnectionError, ValueError, asyncio.CancelledError):
            return  # the caller hung up, or sent a line without end
        finally:
            self._callers.discard(writer)
            self._taps.discard(writer)
            self._watches.discard(writer)
            self._looked()
            writer.close()

    async def _answer(self, line: bytes) -> dict[str, Any]:
        try:
            request = json.loads(line)
            handler = self._handlers[request["op"]]
        except (ValueError, KeyError, TypeError):
            wanted = f"no such request; wanted an op of {', '.join(self._handlers)}"
            return {"ok": False, "error": wanted, "exit_code": UsageError.exit_code}
        try:
            return {"ok": True, **await handler(request)}
        except MyoedgeError as error:
            return {"ok": False, "error": str(error), "exit_code": error.exit_code}
        except (KeyError, TypeError, ValueError) as error:
            what = f"{request['op']} cannot be read: {error!r}"
            return {"ok": False, "error": what, "exit_code": UsageError.exit_code}


def ask(armband: str, op: str, timeout_s: float = 5.0, **more: Any) -> dict[str, Any]:
    """One request to an armband's owner; NotThereError when nobody holds it, else the owner's own error."""
    path = control_path(armband)
    try:
        return ask_at(path, op, timeout_s, **more)
    except NotThereError as error:
        raise NotThereError(
            f"nobody runs armband {armband} here ({error}); start it: myoedge run {armband}"
        ) from error


def ask_at(path: Path, op: str, timeout_s: float = 5.0, **more: Any) -> dict[str, Any]:
    """One request to whoever listens at `path`; raises as `ask`."""
    try:
        with socket.socket(socket.AF_UNIX) as wire:
            wire.settimeout(timeout_s)
            wire.connect(str(path))
            wire.sendall(json.dumps({"op": op, **more}).encode() + b"\n")
            with wire.makefile("rb") as file:
                answer = dict(json.loads(file.readline()))
    except FileNotFoundError as error:
        raise NotThereError("it has no control socket") from error
    except (OSError, ValueError, TypeError) as error:
        raise NotThereError(f"its control socket: {error}") from error
    if answer.pop("ok", False):
        return answer
    kind = ERRORS.get(int(answer.get("exit_code", 1)), MyoedgeError)
    raise kind(str(answer.get("error")))
