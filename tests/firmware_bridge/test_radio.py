"""Opening a radio: the computer's own, ours over a transport, and what is not there."""

import asyncio
import socket
from pathlib import Path

import pytest

pytest.importorskip("bleak")

from myoedge.edge.errors import NotThereError, UsageError
from myoedge.firmware_bridge import radio as radios


def test_bluez_is_bleaks_own_choice() -> None:
    radio = asyncio.run(radios.open_radio("bluez"))
    assert radio.scanner_options == radio.client_options == {}


def test_a_transport_nobody_knows_is_refused() -> None:
    pytest.importorskip("bumble")
    with pytest.raises(UsageError, match="tcp-client:HOST:PORT"):
        asyncio.run(radios.open_radio("carrier-pigeon"))


@pytest.mark.parametrize("address", ["unix-client:{}/none", "tcp-client:127.0.0.1:1"])
def test_a_transport_with_nobody_behind_it_is_not_there(tmp_path: Path, address: str) -> None:
    pytest.importorskip("bumble")
    with pytest.raises(NotThereError, match="no controller"):
        asyncio.run(radios.open_radio(address.format(tmp_path)))


def test_somebody_who_speaks_no_hci_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("bumble")
    monkeypatch.setattr(radios, "_OPEN_S", 0.2)

    with socket.socket(socket.AF_UNIX) as mute:
        mute.bind(str(tmp_path / "mute"))
        mute.listen()
        with pytest.raises(NotThereError, match="no Bluetooth controller answers"):
            asyncio.run(radios.open_radio(f"unix-client:{tmp_path / 'mute'}"))


def test_a_missing_library_is_named_with_its_extra() -> None:
    with pytest.raises(NotThereError, match=r"pip install 'myoedge\[ble\]'"):
        radios.need("no_such_library", "ble")
