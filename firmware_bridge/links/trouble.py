"""What a failing Bluetooth stack means for a person: bleak's and D-Bus's errors as ours, with the cure."""

import re

from myoedge.edge.errors import LinkError, MyoedgeError, NotThereError, RefusedError

_PERMISSION = "; add this user to the group bluetooth and log in again, or allow org.bluez in D-Bus"
_DENIED = re.compile(r"AccessDenied|NotPermitted|NotAuthorized|Permission|rejected send", re.IGNORECASE)
_NO_DAEMON = re.compile(r"ServiceUnknown|NameHasNoOwner|not provided by any|spawn\.", re.IGNORECASE)


def explain(error: BaseException, doing: str) -> MyoedgeError:
    """An error of the Bluetooth stack met while `doing` ("scanning") as one of ours."""
    from bleak.exc import BleakBluetoothNotAvailableError

    if isinstance(error, MyoedgeError):
        return error
    if isinstance(error, BleakBluetoothNotAvailableError):
        return _unavailable(error)
    words = f"{error}" or type(error).__name__
    if isinstance(error, PermissionError) or _DENIED.search(words):
        return RefusedError(f"{doing}: Bluetooth refused this user ({words}){_PERMISSION}")
    if _NO_DAEMON.search(words):
        return NotThereError(f"{doing}: bluetoothd is not running; start it: systemctl start bluetooth")
    if isinstance(error, FileNotFoundError | ConnectionRefusedError):
        return NotThereError(
            f"{doing}: no D-Bus, so no Bluetooth service ({words}); install and start bluez, "
            "or reach the armband by another --radio"
        )
    if isinstance(error, TimeoutError):
        return LinkError(f"{doing}: no answer in time; bring the armband closer and try again")
    return LinkError(f"{doing}: the radio said {words}; try again, then restart Bluetooth")


def _unavailable(error: BaseException) -> MyoedgeError:
    from bleak.exc import BleakBluetoothNotAvailableReason as Reason

    reason = getattr(error, "reason", None)
    if reason in (Reason.DENIED_BY_USER, Reason.DENIED_BY_SYSTEM, Reason.DENIED_BY_UNKNOWN):
        return RefusedError(f"Bluetooth refused this user ({error.args[0]}){_PERMISSION}")
    if reason is Reason.POWERED_OFF:
        return NotThereError(
            "the Bluetooth adapter is off; turn it on: rfkill unblock bluetooth && bluetoothctl power on"
        )
    if reason is Reason.NO_BLE_CENTRAL_ROLE:
        return NotThereError(
            "the Bluetooth adapter speaks no Low Energy; plug in one of version 4.0 or newer"
        )
    return NotThereError("no Bluetooth adapter; plug one in, or reach the armband by another --radio")
