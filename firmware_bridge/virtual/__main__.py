"""The process of one virtual armband: `python -m myoedge.firmware_bridge.virtual KIND --hci TRANSPORT`.

Prints one line, `ready`. Commands come as JSON lines on standard input; with `--json` what happens goes to
standard output as JSON lines. `--child` implies it and ends the process with its parent or its input.
"""

import argparse
import asyncio
import contextlib
import ctypes
import json
import os
import signal
import stat
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from myoedge.edge.errors import MyoedgeError, UsageError
from myoedge.firmware_bridge.virtual.options import WIRED, parse_kind

PR_SET_PDEATHSIG = 1  # prctl(2)


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until told to stop; returns the exit code of the error tree."""
    parser = argparse.ArgumentParser(prog="virtual", description="Serve a virtual armband.")
    parser.add_argument("kind", help="myo, generic, ..., with options: 'myo?wearer=anna&loss=0.2'")
    parser.add_argument(
        "--hci",
        default="",
        help="where its neighbour's HCI is served, e.g. unix-server:PATH; on a wire: pty:PATH, or nothing",
    )
    parser.add_argument("--child", action="store_true", help="end with the parent process")
    parser.add_argument("--json", action="store_true", help="tell what happens as JSON lines")
    asked = parser.parse_args(arguments)
    if asked.child:
        _die_with_parent()
    try:
        interrupted = asyncio.run(_run(asked.kind, asked.hci, asked.child, asked.json or asked.child))
    except MyoedgeError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    return 130 if interrupted else 0


async def _run(text: str, hci: str, child: bool, as_json: bool) -> bool:
    """Whether it was a signal that ended it."""
    from myoedge.firmware_bridge.virtual.serve import serve

    kind, words = parse_kind(text)
    if not hci and kind not in WIRED:
        raise UsageError(f"{kind} is in the air: say where its neighbour's HCI is served, --hci TRANSPORT")
    lines = await _standard_input()
    task = asyncio.ensure_future(serve(kind, words, hci, lines, _print if as_json else _say))
    signals: list[int] = []

    def interrupt(number: int) -> None:
        signals.append(number)
        task.cancel()

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, interrupt, number)
    if child:
        watch = asyncio.ensure_future(_cancel_at_end(lines, task))
        task.add_done_callback(lambda _: watch.cancel())
    with contextlib.suppress(asyncio.CancelledError):
        await task
    if child and hci.startswith(("unix-server:", "pty:")):
        with contextlib.suppress(OSError):  # the parent removes the folder, unless it died
            Path(hci.partition(":")[2]).parent.rmdir()
    return bool(signals)


async def _standard_input() -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    with contextlib.suppress(OSError, AttributeError):  # it may be closed
        mode = os.fstat(0).st_mode
        if stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or os.isatty(0):
            loop = asyncio.get_running_loop()
            await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
            return reader
        reader.feed_data(sys.stdin.buffer.read())  # a file of commands, or nothing at all
    reader.feed_eof()
    return reader


async def _cancel_at_end(lines: asyncio.StreamReader, task: "asyncio.Task[None]") -> None:
    while not lines.at_eof():
        await asyncio.sleep(0.2)
    task.cancel()


def _print(truth: Mapping[str, Any]) -> None:
    try:
        print(json.dumps(truth, separators=(",", ":")), flush=True)
    except BrokenPipeError:  # nobody reads the truth any more
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _say(truth: Mapping[str, Any]) -> None:
    if truth["truth"] == "ready":
        print("ready", flush=True)
        where = f", HCI on {truth['hci']}" if truth["hci"] else ""
        print(f"{truth['name']} at {truth['address']}{where}", file=sys.stderr)
    elif truth["truth"] == "refused":
        print(truth["text"], file=sys.stderr)


def _die_with_parent() -> None:
    """Linux: the kernel ends this process with its parent, however that died."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() == 1:  # it died before we asked
            raise SystemExit(0)


if __name__ == "__main__":
    raise SystemExit(main())
