"""Sends blocks of samples at the instants they are complete, and catches up after a delay of the host."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from myoedge.firmware_bridge.virtual.body import Body

NS = 1_000_000_000
FAR_BEHIND_S = 0.05


@dataclass(frozen=True, slots=True)
class Lanes:
    """How an armband cuts its streams: rows a packet, and what to do with each block once it is complete."""

    emg_rows: int
    send_emg: Callable[[], None]
    imu_rows: int = 0  # 0: this armband has no inertial unit
    send_imu: Callable[[], None] | None = None


async def pace(body: Body, lanes: Lanes) -> None:
    """Run until cancelled: a block is due when its last sample has been taken.

    A block that is late (the host was busy) goes out at once; the radio spreads what that piles up.
    """
    body.wake()
    body.streaming = True
    try:
        while True:
            await _step(body, lanes)
    finally:
        body.streaming = False


async def _step(body: Body, lanes: Lanes) -> None:
    """Wait for the next block that is complete and send it, the inertial one first."""
    emg_ns = body.emg_ns(body.emg_at + lanes.emg_rows - 1)
    imu_ns = body.imu_ns(body.imu_at + lanes.imu_rows - 1)
    first_ns = emg_ns if lanes.send_imu is None else min(emg_ns, imu_ns)
    delay_s = first_ns / NS - asyncio.get_running_loop().time()
    if delay_s > 0:
        await asyncio.sleep(delay_s)
    elif delay_s < -FAR_BEHIND_S:
        await asyncio.sleep(0)  # let the radio and the host have their turn
    if lanes.send_imu is not None and imu_ns <= first_ns:
        lanes.send_imu()
    if emg_ns <= first_ns:
        lanes.send_emg()
