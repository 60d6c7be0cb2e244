"""A bounded queue of lines and the thread that writes them: what every sink that could block stands on."""

import threading
from collections import deque
from collections.abc import Callable

LINES = 1024  # that may wait for a slow reader; then the oldest is dropped and counted


class LineQueue:
    """Lines go in without waiting; `write` is called in a thread, and may block as long as it likes."""

    def __init__(self, write: Callable[[bytes], None]) -> None:
        self._write = write
        self._lines: deque[bytes] = deque()
        self._ready = threading.Condition()
        self._closed = False
        self.dropped = 0
        self._thread = threading.Thread(target=self._serve, name="myoedge sink", daemon=True)
        self._thread.start()

    def put(self, line: bytes) -> None:
        with self._ready:
            if len(self._lines) >= LINES:
                self._lines.popleft()
                self.dropped += 1
            self._lines.append(line)
            self._ready.notify()

    def close(self, timeout_s: float = 0.5) -> None:
        """Write what waits, but no longer than `timeout_s`: a dead reader must not hold up the end."""
        with self._ready:
            self._closed = True
            self._ready.notify()
        self._thread.join(timeout_s)

    def _serve(self) -> None:
        while True:
            with self._ready:
                while not self._lines and not self._closed:
                    self._ready.wait()
                if not self._lines:
                    return
                line = self._lines.popleft()
            try:
                self._write(line)
            except OSError:
                self.dropped += 1
