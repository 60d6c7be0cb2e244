"""Events as JSON lines to whoever connects to a Unix socket of ours (mode 0600)."""

import os
import socket
import stat
from pathlib import Path

from myoedge.edge.errors import RefusedError, StorageError, UsageError
from myoedge.edge.event import Event

CLIENT_BYTES = 1 << 16  # that may wait for one slow reader; then whole lines are dropped for it


class UnixSink:
    """Listens at PATH; readers come and go. Nothing here ever waits."""

    def __init__(self, path: str) -> None:
        if not path:
            raise UsageError("unix: wants a path, as unix:/run/user/1000/events")
        self._path = Path(path)
        _clear(self._path)
        self._listener = socket.socket(socket.AF_UNIX)
        before = os.umask(0o177)
        try:
            self._listener.bind(path)
        except OSError as error:
            self._listener.close()
            raise StorageError(f"cannot listen at {path}: {error}; choose another path") from error
        finally:
            os.umask(before)
        self._listener.listen()
        self._listener.setblocking(False)
        self._clients: dict[socket.socket, bytearray] = {}
        self.dropped = 0

    def __call__(self, event: Event) -> None:
        self._accept()
        line = event.to_json().encode() + b"\n"
        for client, waiting in list(self._clients.items()):
            if len(waiting) + len(line) > CLIENT_BYTES:
                self.dropped += 1
            else:
                waiting += line
            self._send(client, waiting)

    def _accept(self) -> None:
        try:
            while True:
                client, _ = self._listener.accept()
                client.setblocking(False)
                self._clients[client] = bytearray()
        except BlockingIOError:
            return

    def _send(self, client: socket.socket, waiting: bytearray) -> None:
        try:
            del waiting[: client.send(waiting)]
        except BlockingIOError:
            return
        except OSError:
            client.close()
            del self._clients[client]

    def close(self) -> None:
        for client in self._clients:
            client.close()
        self._listener.close()
        self._path.unlink(missing_ok=True)


def _clear(path: Path) -> None:
    """Remove a socket left behind by a run that died; never anything else."""
    try:
        mode = path.lstat().st_mode
    except OSError:
        return
    if not stat.S_ISSOCK(mode):
        raise RefusedError(f"{path} exists and is no socket; choose another path")
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            pass  # nobody listens any more
        else:
            raise RefusedError(f"another process listens at {path}; stop it, or choose another path")
    path.unlink(missing_ok=True)
