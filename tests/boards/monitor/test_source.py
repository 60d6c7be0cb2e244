import asyncio
import tempfile
from collections.abc import Generator, Mapping
from typing import Any

import pytest

from myoedge.boards.monitor.source import Begun, Gone, look_on
from myoedge.edge.control import Control
from myoedge.edge.errors import NotThereError


@pytest.fixture(autouse=True)
def private(monkeypatch: pytest.MonkeyPatch) -> Generator[None, None, None]:
    with tempfile.TemporaryDirectory(prefix="m") as folder:
        monkeypatch.setenv("XDG_RUNTIME_DIR", folder)
        yield


async def watched(_: Mapping[str, Any]) -> dict[str, Any]:
    return {"watch": True, "armband": "myo"}


def test_who_looks_on_hears_of_a_run_its_lines_its_end_and_the_next_run() -> None:
    async def work() -> list[Any]:
        heard: list[Any] = []
        source = look_on("myo")
        for number in range(2):
            control = Control("myo", {"watch": watched})
            await control.open()
            heard.append(await anext(source))
            while not control.watching:
                await asyncio.sleep(0.001)
            control.watched(b'{"n":%d}\n' % number)
            heard.append(await anext(source))
            await control.close()
            heard.append(await anext(source))
        await source.aclose()  # type: ignore[attr-defined]
        return heard

    begun = Begun({"watch": True, "armband": "myo"})
    assert asyncio.run(work()) == [begun, {"n": 0}, Gone(), begun, {"n": 1}, Gone()]


def test_nobody_there_names_the_cure() -> None:
    async def work() -> None:
        async for _ in look_on("myo", patience_s=0.6):
            raise AssertionError

    with pytest.raises(NotThereError, match="start it: myoedge run myo"):
        asyncio.run(work())
