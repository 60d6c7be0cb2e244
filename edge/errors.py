"""The errors a caller can meet: what was met, what was wanted, what to do.

MyoedgeError                 exit 1
├── UsageError               exit 2   a ValueError: the request itself makes no sense
├── NotThereError            exit 3   a FileNotFoundError: no such armband, bundle, profile, file, adapter
├── LinkError                exit 3   a ConnectionError: the radio or wire said no
├── RefusedError             exit 4   a PermissionError: unsafe, untrusted or mismatched
│   ├── TrustError                    hash or signature does not hold
│   ├── MismatchError                 bundle, profile and armband do not fit each other
│   ├── ParityError                   an engine does not reproduce the golden vectors
│   ├── BudgetError                   the bundle cannot meet the declared reaction time
│   └── OwnedError                    another process holds the armband
├── FormatError              exit 1   a ValueError: bytes or a file are not what they claim to be
└── StorageError             exit 1   an OSError: disk full, no permission
"""


class MyoedgeError(Exception):
    """Any error of this package; `exit_code` is what the command ends with."""

    exit_code = 1


class UsageError(MyoedgeError, ValueError):
    exit_code = 2


class NotThereError(MyoedgeError, FileNotFoundError):
    exit_code = 3


class LinkError(MyoedgeError, ConnectionError):
    exit_code = 3


class RefusedError(MyoedgeError, PermissionError):
    exit_code = 4


class TrustError(RefusedError): ...


class MismatchError(RefusedError): ...


class ParityError(RefusedError): ...


class BudgetError(RefusedError): ...


class OwnedError(RefusedError): ...


class FormatError(MyoedgeError, ValueError): ...


class StorageError(MyoedgeError, OSError): ...
