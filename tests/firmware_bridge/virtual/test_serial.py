"""The virtual serial armband: it obeys the page, whatever is sent to it."""

import asyncio
import os
import struct
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from myoedge.edge.errors import UsageError
from myoedge.firmware_bridge.virtual.options import parse_kind, parse_options
from myoedge.firmware_bridge.virtual.serial import Receiver, frame
from myoedge.firmware_bridge.virtual.serial_cable import Cable
from myoedge.firmware_bridge.virtual.serve import make_wired


def test_its_kind_has_two_names_and_no_options_of_the_air() -> None:
    assert parse_kind("serial?rate=500") == parse_kind("virtual:openband?rate=500")
    assert parse_options("openband", {"damage": "0.1"}).damage == 0.1
    for kind, word in (("openband", "interval_ms"), ("openband", "address"), ("myo", "damage")):
        with pytest.raises(UsageError, match="no option"):
            parse_options(kind, {word: "1"})


def test_more_than_the_line_carries_is_refused() -> None:
    with pytest.raises(UsageError, match="92"):
        parse_options("openband", {"channels": "32", "rate": "2000"})


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_its_receiver_survives_anything_and_reads_on(noise: bytes) -> None:
    receiver = Receiver()
    receiver.feed(noise)
    assert receiver.feed(frame(b"next"))[-1:] == [b"next"]


def talk(*said: bytes) -> list[bytes]:
    """What the armband answers, its data left out."""

    async def work() -> list[bytes]:
        truths: list[Mapping[str, Any]] = []
        cable = Cable(truths.append, "x")
        armband = make_wired("openband", parse_options("openband", {"source": "pattern"}), cable)
        await armband.start()
        port = os.open(cable.identity.address, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        os.write(port, b"".join(said))
        await asyncio.sleep(0.1)
        met = Receiver().feed(os.read(port, 4000))
        os.close(port)
        cable.close()
        return [body for body in met if body[0] != 3]

    return asyncio.run(work())


def test_commands_are_answered_as_the_page_says() -> None:
    assert talk(
        frame(b"\x04\x01"), frame(b"\x04\x00"), frame(b"\x04\x09"), frame(b"\x04\x02\x01"), frame(b"\x05")
    ) == [
        b"\x04\x01\x00",
        b"\x04\x00\x00",
        b"\x04\x09\x01",
        b"\x04\x02\x02",
        b"\x05\x5b",
    ]


def test_garbage_before_a_question_does_not_matter() -> None:
    (info,) = talk(b"\x11\x22 stty -a\r\n", frame(b"\x02"))
    assert struct.unpack("<BBBBBffHH", info) == (2, 1, 8, 10, 0, 1000.0, pytest.approx(0.195), 32767, 0)
