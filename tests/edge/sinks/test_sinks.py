"""Sinks: every event goes out as a line, and no reader, slow, dead or absent, holds up a decision."""

import json
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from myoedge.edge.errors import RefusedError, StorageError, UsageError
from myoedge.edge.event import Event
from myoedge.edge.sinks import SINKS, open_sink
from myoedge.edge.sinks.queue import LINES, LineQueue
from myoedge.edge.sinks.unix import UnixSink

EVENT = Event("gesture", "fist", "start", score=0.9)
LONG = Event("gesture", "fist" * 500, "start")


def wait_for(thread: threading.Event) -> None:
    if not thread.wait(30):
        raise TimeoutError


def test_a_slow_writer_loses_the_oldest_lines_and_counts_them() -> None:
    written: list[bytes] = []
    go, taken = threading.Event(), threading.Event()

    def write(line: bytes) -> None:
        taken.set()
        wait_for(go)
        written.append(line)

    queue = LineQueue(write)
    queue.put(b"first")
    wait_for(taken)  # the writer now hangs in its first line
    for i in range(LINES + 10):
        queue.put(str(i).encode())
    assert queue.dropped == 10
    go.set()
    queue.close(30)
    assert written == [b"first", *(str(i).encode() for i in range(10, LINES + 10))]


def test_a_writer_that_never_returns_does_not_hold_up_the_end() -> None:
    def hang(line: bytes) -> None:
        threading.Event().wait()

    queue = LineQueue(hang)
    queue.put(b"x")
    queue.close(0.01)


def test_a_writer_that_fails_only_loses_lines() -> None:
    def write(line: bytes) -> None:
        raise BrokenPipeError

    queue = LineQueue(write)
    queue.put(b"x")
    queue.put(b"y")
    queue.close(30)
    assert queue.dropped == 2


WRITER = (
    "from myoedge.edge.event import Event\n"
    "from myoedge.edge.sinks import open_sink\n"
    "sink = open_sink('-')\n"
    "for i in range({count}):\n"
    "    sink(Event('gesture', 'fist', 'start', seq=i))\n"
    "sink.close()\n"
)


def writer(count: int) -> list[str]:
    return [sys.executable, "-c", WRITER.replace("{count}", str(count))]


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}


def test_stdout_gets_each_event_as_one_line() -> None:
    done = subprocess.run(
        writer(100), capture_output=True, text=True, env=environment(), timeout=60, check=True
    )
    assert [json.loads(line)["seq"] for line in done.stdout.splitlines()] == list(range(100))


def test_a_process_ends_though_nobody_reads_its_stdout() -> None:
    read, write = os.pipe()
    try:
        done = subprocess.run(writer(3000), stdout=write, env=environment(), timeout=60, check=False)
    finally:
        os.close(write)
        os.close(read)
    assert done.returncode == 0


def test_udp_sends_each_event_as_one_datagram() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as reader:
        reader.bind(("127.0.0.1", 0))
        reader.settimeout(30)
        sink = open_sink(f"udp:127.0.0.1:{reader.getsockname()[1]}")
        sink(EVENT)
        assert json.loads(reader.recv(65536))["label"] == "fist"
        sink.close()


def test_udp_without_a_reader_costs_nothing() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    sink = open_sink(f"udp:127.0.0.1:{port}")
    for _ in range(10):
        sink(EVENT)
    sink.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "s"


def connect(path: Path) -> socket.socket:
    reader = socket.socket(socket.AF_UNIX)
    reader.settimeout(30)
    reader.connect(str(path))
    return reader


def test_readers_of_the_unix_socket_come_and_go(path: Path) -> None:
    sink = open_sink(f"unix:{path}")
    sink(EVENT)  # nobody is there
    with connect(path) as first, connect(path) as second:
        sink(EVENT)
        assert json.loads(first.makefile().readline())["label"] == "fist"
        first.close()
        sink(EVENT)
        sink(EVENT)
        lines = second.makefile()
        assert [json.loads(lines.readline())["label"] for _ in range(3)] == ["fist"] * 3
        sink.close()
        assert lines.readline() == ""
    assert not path.exists()


def test_a_reader_that_stops_reading_loses_whole_lines_only(path: Path) -> None:
    sink = UnixSink(str(path))
    with connect(path) as slow, connect(path) as quick:
        kept = quick.makefile()
        for _ in range(2000):
            sink(LONG)
            assert json.loads(kept.readline())["label"] == LONG.label
        assert sink.dropped > 0
        sink.close()
        *whole, _ = slow.makefile().read().split("\n")
        assert whole and all(json.loads(line)["label"] == LONG.label for line in whole)


def test_only_its_owner_may_listen(path: Path) -> None:
    sink = open_sink(f"unix:{path}")
    assert path.stat().st_mode & 0o777 == 0o600
    sink.close()


def test_a_socket_somebody_listens_at_is_refused(path: Path) -> None:
    sink = open_sink(f"unix:{path}")
    with pytest.raises(RefusedError, match="another process listens"):
        open_sink(f"unix:{path}")
    sink(EVENT)
    assert path.exists()
    sink.close()


def test_a_socket_left_behind_is_taken_over_and_a_file_is_not(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    open_sink(f"unix:{path}").close()
    path.write_text("mine")
    with pytest.raises(RefusedError, match="is no socket"):
        open_sink(f"unix:{path}")
    assert path.read_text() == "mine"


@pytest.mark.parametrize(
    "address", ["", "tape:x", "udp:", "udp:nowhere", "udp:127.0.0.1:port", "unix:", "udp:h:99999999"]
)
def test_an_address_that_makes_no_sense_is_refused(address: str) -> None:
    with pytest.raises(UsageError):
        open_sink(address)


def test_a_path_that_cannot_be_listened_at_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StorageError):
        open_sink(f"unix:{tmp_path / 'none' / 's'}")
    with pytest.raises(StorageError):
        open_sink(f"unix:{tmp_path / ('x' * 200)}")


def test_every_scheme_of_the_table_opens(path: Path) -> None:
    addresses = {"-": "-", "unix": f"unix:{path}", "udp": "udp:127.0.0.1:9"}
    assert set(addresses) <= set(SINKS)
    for address in addresses.values():
        open_sink(address).close()
