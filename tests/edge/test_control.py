import asyncio
import json
import socket
import stat
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from myoedge.edge import control
from myoedge.edge.control import Control, ask
from myoedge.edge.errors import LinkError, MyoedgeError, NotThereError, RefusedError, StorageError, UsageError
from myoedge.edge.owner import control_path
from myoedge.edge.recording import Arrival


@pytest.fixture(autouse=True)
def private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))


async def echo(request: Mapping[str, Any]) -> dict[str, Any]:
    if "raise" in request:
        raise {"usage": UsageError, "link": LinkError, "refused": RefusedError, "own": MyoedgeError}[
            str(request["raise"])
        ]("because")
    return {"said": request["word"]}


async def tapped(_: Mapping[str, Any]) -> dict[str, Any]:
    return {"tap": True}


@asynccontextmanager
async def serving() -> AsyncIterator[Control]:
    served = Control("myo", {"echo": echo, "tap": tapped})
    await served.open()
    try:
        yield served
    finally:
        await served.close()


def asking(**words: Any) -> dict[str, Any]:
    async def work() -> dict[str, Any]:
        async with serving():
            return await asyncio.to_thread(ask, "myo", **words)

    return asyncio.run(work())


def test_an_owner_answers() -> None:
    assert asking(op="echo", word="hello") == {"said": "hello"}


@pytest.mark.parametrize(
    ("what", "kind"),
    [("usage", UsageError), ("link", LinkError), ("refused", RefusedError), ("own", MyoedgeError)],
)
def test_an_owners_error_keeps_its_words_and_its_exit_code(what: str, kind: type[MyoedgeError]) -> None:
    with pytest.raises(kind, match=r"^because$") as caught:
        asking(op="echo", **{"raise": what})
    assert caught.value.exit_code == kind.exit_code


def test_a_request_nobody_knows_says_which_there_are() -> None:
    with pytest.raises(UsageError, match="echo, tap"):
        asking(op="nosuch")


def test_a_request_that_lacks_a_word_is_answered_and_the_owner_lives() -> None:
    with pytest.raises(UsageError, match="word"):
        asking(op="echo")


def test_nobody_there_names_the_cure() -> None:
    with pytest.raises(NotThereError, match=r"start it: myoedge run myo"):
        ask("myo", "status")


def test_the_socket_is_private_and_goes_with_its_owner() -> None:
    async def work() -> int:
        async with serving():
            return stat.S_IMODE(control_path("myo").stat().st_mode)

    assert asyncio.run(work()) == 0o600
    assert not control_path("myo").exists()


def test_a_socket_left_by_a_killed_owner_is_replaced() -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(control_path("myo")))
    assert asking(op="echo", word="hello") == {"said": "hello"}


def test_a_path_too_long_for_a_socket_names_the_cure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = tmp_path / ("x" * 100)
    deep.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(deep))
    with pytest.raises(StorageError, match="shorter path"):
        asking(op="echo", word="hello")


def test_who_taps_gets_every_packet_as_a_line_of_a_recording() -> None:
    async def work() -> list[Any]:
        async with serving() as served:
            reader, writer = await asyncio.open_unix_connection(control_path("myo"))
            writer.write(b'{"op":"tap"}\n')
            first = json.loads(await reader.readline())
            served.arrived(Arrival(7, "emg0", b"\x01\x02"))
            second = json.loads(await reader.readline())
            writer.close()
            return [first, second]

    assert asyncio.run(work()) == [{"ok": True, "tap": True}, {"t_ns": 7, "from": "emg0", "hex": "0102"}]


def test_who_taps_and_does_not_read_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control, "TAP_BYTES", 1000)

    async def work() -> bytes:
        async with serving() as served:
            reader, writer = await asyncio.open_unix_connection(control_path("myo"), limit=1 << 10)
            writer.write(b'{"op":"tap"}\n')
            await reader.readline()
            for t_ns in range(2000):
                served.arrived(Arrival(t_ns, "emg0", bytes(500)))
                await asyncio.sleep(0)
            lines = b""
            try:
                while part := await reader.read(1 << 16):
                    lines += part
            except ConnectionError:
                pass
            writer.close()
            return lines

    assert 0 < asyncio.run(work()).count(b"\n") < 2000


def test_garbage_and_a_line_without_end_disturb_nobody() -> None:
    async def work() -> dict[str, Any]:
        async with serving():
            for words in (b"garbage\n", b"[]\n", b"\xff\xfe\n", b"x" * 200_000):
                reader, writer = await asyncio.open_unix_connection(control_path("myo"))
                writer.write(words)
                answer = await reader.read(1 << 16)
                assert not answer or json.loads(answer)["ok"] is False
                writer.close()
            return await asyncio.to_thread(ask, "myo", "echo", word="still here")

    assert asyncio.run(work()) == {"said": "still here"}


def test_who_looks_on_and_does_not_read_misses_lines_and_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(control, "WATCH_BYTES", 1000)

    async def watched(_: Mapping[str, Any]) -> dict[str, Any]:
        return {"watch": True}

    async def work() -> list[bytes]:
        served = Control("myo", {"watch": watched})
        await served.open()
        reader, writer = await asyncio.open_unix_connection(control_path("myo"), limit=1 << 16)
        writer.write(b'{"op":"watch"}\n')
        await reader.readline()
        assert served.watching
        for number in range(2000):
            served.watched(json.dumps({"n": number, "rest": "x" * 1000}).encode() + b"\n")
        lines: list[bytes] = []
        while len(lines) < 2000:  # what was not left out comes, and it comes whole
            try:
                lines.append(await asyncio.wait_for(reader.readline(), 0.2))
            except TimeoutError:
                break
        served.watched(b'{"n":-1}\n')
        lines.append(await asyncio.wait_for(reader.readline(), 5))
        writer.close()
        await served.close()
        return lines

    numbers = [json.loads(line)["n"] for line in asyncio.run(work())]
    assert numbers[-1] == -1
    assert numbers[:-1] == list(range(len(numbers) - 1)) and 0 < len(numbers) < 2000
