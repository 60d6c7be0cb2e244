"""What the Bluetooth stack's failures become: our errors, with a cure."""

import asyncio

import pytest

bleak = pytest.importorskip("bleak")

from bleak.exc import (  # noqa: E402
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason,
    BleakError,
)

from myoedge.edge.errors import LinkError, MyoedgeError, NotThereError, RefusedError  # noqa: E402
from myoedge.firmware_bridge.links.trouble import explain  # noqa: E402
from myoedge.firmware_bridge.scan import scan  # noqa: E402

Reason = BleakBluetoothNotAvailableReason


@pytest.mark.parametrize(
    ("met", "kind", "cure"),
    [
        (BleakBluetoothNotAvailableError("x", Reason.NO_BLUETOOTH), NotThereError, "no Bluetooth adapter"),
        (BleakBluetoothNotAvailableError("x", Reason.POWERED_OFF), NotThereError, "bluetoothctl power on"),
        (BleakBluetoothNotAvailableError("x", Reason.NO_BLE_CENTRAL_ROLE), NotThereError, "4.0 or newer"),
        (BleakBluetoothNotAvailableError("x", Reason.DENIED_BY_SYSTEM), RefusedError, "group bluetooth"),
        (BleakError("org.freedesktop.DBus.Error.AccessDenied"), RefusedError, "group bluetooth"),
        (BleakError("org.freedesktop.DBus.Error.ServiceUnknown"), NotThereError, "systemctl start bluetooth"),
        (PermissionError("no"), RefusedError, "group bluetooth"),
        (FileNotFoundError("/run/dbus/system_bus_socket"), NotThereError, "no D-Bus"),
        (TimeoutError(), LinkError, "closer"),
        (BleakError("le-connection-abort-by-local"), LinkError, "le-connection-abort-by-local"),
    ],
)
def test_each_failure_says_what_to_do(met: Exception, kind: type[MyoedgeError], cure: str) -> None:
    error = explain(met, "scanning")
    assert type(error) is kind
    assert cure in str(error)


def test_an_error_of_ours_stays_itself() -> None:
    error = LinkError("old firmware")
    assert explain(error, "connecting") is error


def test_without_bluetooth_a_scan_says_so_in_one_line() -> None:
    try:
        found = asyncio.run(scan("bluez", seconds=0.1))
    except (NotThereError, RefusedError) as error:
        assert "\n" not in str(error)
        assert "Bluetooth" in str(error)
    else:
        pytest.skip(f"this machine has Bluetooth and heard {len(found)} armbands")
