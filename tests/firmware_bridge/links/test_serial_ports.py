"""Serial ports: the same device is the one of the same USB identity; every refusal says its cure."""

import errno
import os
from pathlib import Path

import pytest

from myoedge.edge.errors import LinkError, MyoedgeError, NotThereError, OwnedError, RefusedError, UsageError
from myoedge.firmware_bridge.links.serial_ports import (
    SerialPort,
    explain_port,
    find_again,
    find_port,
    list_ports,
    open_port,
)

MINE = SerialPort("/dev/ttyACM0", 0x2341, 0x8036, "AB12", "1-1", "openband")
OTHER = SerialPort("/dev/ttyACM1", 0x2341, 0x8036, "CD34", "1-2", "openband")
PLAIN = SerialPort("/dev/ttyS0")


def test_a_port_is_found_by_its_path_and_by_its_identity() -> None:
    there = [PLAIN, MINE, OTHER]
    assert find_port("/dev/ttyACM1", there) == OTHER
    assert find_port("2341:8036:ab12", there) == MINE
    assert find_port("2341:8036", [PLAIN, OTHER]) == OTHER


def test_an_identity_that_fits_two_is_refused_with_both() -> None:
    with pytest.raises(UsageError, match="ttyACM0, /dev/ttyACM1"):
        find_port("2341:8036", [MINE, OTHER])


@pytest.mark.parametrize("target", ["/dev/none", "1:2", "", "nonsense"])
def test_a_port_that_is_not_there_is_said_with_those_that_are(target: str) -> None:
    with pytest.raises(NotThereError, match="ttyACM0 2341:8036:AB12"):
        find_port(target, [PLAIN, MINE])


def test_a_device_is_found_again_at_another_path_and_never_mistaken() -> None:
    moved = SerialPort("/dev/ttyACM7", 0x2341, 0x8036, "AB12", "1-4")
    assert find_again(MINE, [OTHER, moved]) == moved
    usurper = SerialPort("/dev/ttyACM0", 0x2341, 0x8036, "CD34", "1-1")
    with pytest.raises(NotThereError, match="2341:8036:AB12"):
        find_again(MINE, [usurper])


def test_devices_without_serial_numbers_are_told_apart_by_their_socket() -> None:
    nameless = [SerialPort(f"/dev/ttyUSB{n}", 0x10C4, 0xEA60, "", f"1-{n}") for n in range(3)]
    assert find_again(nameless[1], nameless) == nameless[1]
    with pytest.raises(NotThereError, match="2 alike"):
        find_again(nameless[1], [nameless[0], nameless[2]])
    assert find_again(nameless[1], [nameless[0]]) == nameless[0]  # moved: there is only one


def test_what_is_remembered_of_a_device_is_what_finds_it_again() -> None:
    assert (MINE.address, PLAIN.address) == ("2341:8036:AB12", "/dev/ttyS0")
    assert SerialPort("/dev/ttyUSB0", 0x10C4, 0xEA60).address == "/dev/ttyUSB0"


@pytest.mark.parametrize(
    ("error", "kind", "cure"),
    [
        (OSError(errno.EACCES, "denied"), RefusedError, "usermod -aG dialout .* udev rule"),
        (OSError(errno.ENOENT, "no"), NotThereError, "plug the armband in"),
        (OSError(errno.EBUSY, "busy"), OwnedError, "fuser"),
        (ValueError("Not a valid baudrate"), UsageError, "baud="),
        (OSError(errno.ENOSPC, "odd"), LinkError, "plug it in again"),
        (LinkError("ours"), LinkError, "ours"),
    ],
)
def test_every_refusal_has_its_cure(error: Exception, kind: type[MyoedgeError], cure: str) -> None:
    met = explain_port(error, "/dev/none")
    assert type(met) is kind
    with pytest.raises(kind, match=cure):
        raise met


def test_a_port_that_somebody_reads_is_not_opened_twice() -> None:
    pytest.importorskip("serial", reason="pyserial is not installed here")
    master, slave = os.openpty()
    first = open_port(os.ttyname(slave), 921_600)
    try:
        with pytest.raises(OwnedError, match="another program holds"):
            open_port(os.ttyname(slave), 921_600)
    finally:
        first.close()
        os.close(master)
        os.close(slave)


def test_opening_what_is_not_there_or_no_port_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotThereError):
        open_port(str(tmp_path / "none"), 921_600)
    (tmp_path / "file").write_text("")
    with pytest.raises(MyoedgeError):
        open_port(str(tmp_path / "file"), 921_600)


def test_this_computers_ports_can_be_listed() -> None:
    pytest.importorskip("serial", reason="pyserial is not installed here")
    assert all(port.device for port in list_ports())
