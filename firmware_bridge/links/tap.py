"""The link to an armband that another process here owns: its packets through the owner's control socket."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from myoedge.edge.control import ask
from myoedge.edge.errors import LinkError, NotThereError
from myoedge.edge.owner import control_path
from myoedge.edge.recording import Arrival, Header, header_from_json


class TapLink:
    """A Link that listens in; commands go through the owner. Raises NotThereError when the owner is gone."""

    def __init__(self, armband: str) -> None:
        self._armband = armband
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self.header: Header
        self.wearer: TapWearer | None = None

    async def open(self) -> None:
        path = control_path(self._armband)
        try:
            self._reader, self._writer = await asyncio.open_unix_connection(path)
            self._writer.write(b'{"op":"tap"}\n')
            answer = json.loads(await self._reader.readline())
        except (OSError, ValueError) as error:
            raise NotThereError(
                f"the owner of {self._armband} does not answer ({error}); try again"
            ) from error
        if not answer.pop("ok", False):
            raise NotThereError(f"the owner of {self._armband} lets nobody listen: {answer.get('error')}")
        self.header = header_from_json({**answer, "myoedge": "recording", "v": 1, "started_utc": ""}, path)
        self.wearer = TapWearer(self._armband) if answer.get("wearer") else None

    async def read(self) -> Arrival | None:
        if self._reader is None:
            return None
        try:
            line = await self._reader.readline()
        except (ConnectionError, ValueError):
            return None  # the owner was killed, or cut a listener off that was too slow
        if not line.endswith(b"\n"):
            return None  # the owner ended
        row = json.loads(line)
        return Arrival(int(row["t_ns"]), str(row["from"]), bytes.fromhex(row["hex"]))

    async def ask(self, point: str, data: bytes | None = None) -> bytes:
        sent = None if data is None else data.hex()
        try:
            answer = await asyncio.to_thread(ask, self._armband, "ask", point=point, data=sent)
        except NotThereError as error:
            raise LinkError(f"the owner of {self._armband} is gone; open the armband again") from error
        return bytes.fromhex(answer["data"])

    async def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = self._reader = None


class TapWearer:
    """The wearer of a virtual armband that another process owns."""

    def __init__(self, armband: str) -> None:
        self._armband = armband

    def perform(self, label: str, level: float = 0.7) -> None:
        """Begin a gesture."""
        self.command({"op": "perform", "gesture": label, "level": level})

    def command(self, words: Mapping[str, Any]) -> None:
        """Send one command of the virtual armband; LinkError when its owner is gone."""
        try:
            ask(self._armband, "wearer", words=dict(words))
        except NotThereError as error:
            raise LinkError(f"the owner of {self._armband} is gone; open the armband again") from error
