"""The virtual Cyton: somebody else's client reads it, and so does ours."""

import asyncio
import json
import subprocess
import sys
from importlib.util import find_spec

import pytest

from myoedge.edge.chunk import Chunk
from myoedge.edge.errors import UsageError
from myoedge.firmware_bridge.armbands import open_armband
from myoedge.firmware_bridge.virtual.options import parse_options

CLIENT = """
import json, sys, time
from brainflow.board_shim import BoardIds, BoardShim, BrainFlowInputParams
asked = BrainFlowInputParams()
asked.serial_port = sys.argv[1]
BoardShim.disable_board_logger()
board = BoardShim(BoardIds.CYTON_BOARD.value, asked)
board.prepare_session()
board.start_stream()
time.sleep(1.5)
data = board.get_board_data()
board.stop_stream()
board.release_session()
print(json.dumps(data[BoardShim.get_eeg_channels(BoardIds.CYTON_BOARD.value)].T.tolist()))
"""


@pytest.mark.parametrize(("channels", "rate_hz"), [(8, 250.0), (16, 125.0)])
def test_every_sample_comes_with_and_without_a_daisy(channels: int, rate_hz: float) -> None:
    async def work() -> list[list[int]]:
        rows: list[list[int]] = []
        address = f"virtual:cyton?source=pattern&channels={channels}"
        async with asyncio.timeout(30), open_armband(address) as armband:
            assert armband.specs["emg"].rate_hz == rate_hz
            assert armband.firmware == "v3.1.2"
            assert await armband.battery() is None
            await armband.vibrate(1)  # it has no motor: nothing happens
            async for one in armband:
                rows += one.samples.tolist() if isinstance(one, Chunk) else []
                if len(rows) >= 60:
                    break
            assert armband.counters["lost_emg"] == 0
        return rows

    rows = asyncio.run(work())
    assert all(row == [rows[0][0] + n + c for c in range(channels)] for n, row in enumerate(rows))


def test_a_cyton_has_8_or_16_channels() -> None:
    with pytest.raises(UsageError, match="8, or 16"):
        parse_options("cyton", {"channels": "4"})


@pytest.mark.skipif(
    find_spec("brainflow") is None,
    reason="BrainFlow is not installed: pip install brainflow 'setuptools<81' (it wants pkg_resources)",
)
def test_brainflow_reads_the_same_microvolts() -> None:
    """BrainFlow is another's client: 4.5 V / 24 / (2^23 - 1) a count."""
    server = (sys.executable, "-m", "myoedge.firmware_bridge.virtual", "cyton?source=pattern", "--json")
    with subprocess.Popen(server, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL) as armband:
        try:
            assert armband.stdout is not None
            port = json.loads(armband.stdout.readline())["address"]
            command = (sys.executable, "-W", "ignore", "-c", CLIENT, port)
            said = subprocess.run(command, capture_output=True, check=True, timeout=60).stdout
        finally:
            armband.terminate()
    rows = json.loads(said.splitlines()[-1])
    counts = [[value / (4.5 / 24 / (2**23 - 1) * 1e6) for value in row] for row in rows]
    assert len(rows) > 200
    for n, row in enumerate(counts):
        assert row == pytest.approx([round(counts[0][0]) + n + c for c in range(8)], abs=1e-6)
