"""Whose signatures count here: this machine's own key, and the public keys a person trusted by name.

Both lie in `keys` beside the profiles, mode 0600: `own.key`, made when it is first needed, `trusted.json`.
"""

import fcntl
import hashlib
import json
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from myoedge.edge.errors import NotThereError, StorageError, TrustError, UsageError
from myoedge.edge.places import data_dir, write_atomically
from myoedge.edge.signature import KEY_BYTES, new_seed, public_of

KIND = "ed25519:"  # what a key as text begins with
OWN = "own"
VERSION = 1
LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}")
LARGEST_FILE = 1 << 20  # bytes; far more keys than anybody trusts


@dataclass(frozen=True, slots=True)
class Trusted:
    """Somebody else's key."""

    public: bytes  # 32
    label: str


def text_of(public: bytes) -> str:
    """A public key as people copy it."""
    return KIND + public.hex()


def fingerprint(public: bytes) -> str:
    """Ten bytes of the key's sha256 in groups, to be read out and compared."""
    digest = hashlib.sha256(public).hexdigest()
    return "-".join(digest[at : at + 4] for at in range(0, 20, 4))


def public_from(text: str) -> bytes:
    """The key that a text states; raises UsageError."""
    text = text.strip()
    try:
        if not text.startswith(KIND) or not text.isascii() or len(text) != len(KIND) + 2 * KEY_BYTES:
            raise ValueError("another length or beginning")
        return bytes.fromhex(text.removeprefix(KIND))
    except ValueError as error:
        raise UsageError(
            f"{text[:80]!r} is no key; wanted {KIND} and {2 * KEY_BYTES} hexadecimal digits, as "
            "`myoedge trust own` prints on the machine that signs"
        ) from error


def read_public(text_or_file: str) -> bytes:
    """A key stated itself or by a file that holds it. Raises UsageError, NotThereError."""
    if text_or_file.startswith(KIND):
        return public_from(text_or_file)
    path = Path(text_or_file).expanduser()
    try:
        with path.open("rb") as file:
            return public_from(file.read(LARGEST_FILE).decode("ascii", "replace"))
    except OSError as error:
        raise NotThereError(
            f"{text_or_file[:80]!r} is no key and no file that can be read ({error.strerror}); wanted "
            f"{KIND}..., or a file that holds it"
        ) from error


def keys_dir() -> Path:
    return data_dir() / "keys"


def own_path() -> Path:
    return keys_dir() / "own.key"


def trusted_path() -> Path:
    return keys_dir() / "trusted.json"


def own_seed() -> bytes:
    """This machine's secret seed, made now where there is none. Raises TrustError, StorageError."""
    path = own_path()
    if not path.exists():
        seed, public = new_seed()
        _write_once(path, _json("secret key", public=public.hex(), secret=seed.hex()))
    return load_seed(path)


def own_public() -> bytes | None:
    """This machine's public key, None where none was made yet; needs no signing library."""
    return _secret(own_path())[1] if own_path().exists() else None


def load_seed(path: Path) -> bytes:
    """The secret seed in a file such as `own.key`. Raises NotThereError, TrustError."""
    seed, public = _secret(path)
    if public_of(seed) != public:
        raise TrustError(f"{path}: its two halves do not belong together; bring a copy of it back")
    return seed


def _secret(path: Path) -> tuple[bytes, bytes]:
    row = _read(path, "secret key")
    try:
        seed, public = bytes.fromhex(row["secret"]), bytes.fromhex(row["public"])
    except (KeyError, TypeError, ValueError) as error:
        raise TrustError(f"{path} lacks or misstates {error}; bring a copy of it back") from error
    if (len(seed), len(public)) != (KEY_BYTES, KEY_BYTES):
        raise TrustError(f"{path} holds no key of {KEY_BYTES} bytes; bring a copy of it back")
    return seed, public


def trusted_keys() -> list[Trusted]:
    """Everybody else's keys; raises TrustError where the file is damaged, so that nobody is trusted by it."""
    path = trusted_path()
    if not path.exists():
        return []
    rows = _read(path, "trusted keys").get("keys")
    try:
        if not isinstance(rows, list):
            raise ValueError("no list of keys")
        found = [Trusted(public_from(row["key"]), str(row["label"])) for row in rows]
        if wrong := [one.label for one in found if not LABEL.fullmatch(one.label) or one.label == OWN]:
            raise ValueError(f"the label {wrong[0]!r}")
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise TrustError(_damaged(path, error)) from error
    return found


def who(public: bytes) -> str | None:
    """`own`, `key:LABEL`, or None for a key that is not trusted here. Raises TrustError."""
    if public == own_public():
        return OWN
    return next((f"key:{one.label}" for one in trusted_keys() if one.public == public), None)


def add_key(public: bytes, label: str) -> Trusted:
    """Trust a key from now on. Raises UsageError where key or label are taken, TrustError, StorageError."""
    if not LABEL.fullmatch(label) or label == OWN:
        raise UsageError(f"{label!r} is no label; wanted up to 32 letters, digits and ._- (not {OWN!r})")
    with _locked():
        keys = trusted_keys()
        for one in keys:
            if one.public == public or one.label == label:
                raise UsageError(
                    f"{one.label} is trusted already, with the key {text_of(one.public)}; take another "
                    f"label, or first: myoedge trust remove {one.label}"
                )
        new = Trusted(public, label)
        _keep([*keys, new])
    return new


def remove_key(which: str) -> Trusted:
    """Trust a key no more, by label, key or fingerprint. Raises NotThereError, TrustError, StorageError."""
    with _locked():
        keys = trusted_keys()
        for one in keys:
            if which.strip() in (one.label, text_of(one.public), fingerprint(one.public)):
                _keep([key for key in keys if key is not one])
                return one
    known = ", ".join(one.label for one in keys) or "none"
    raise NotThereError(f"no trusted key {which[:80]!r}; trusted are: {known}")


def _keep(keys: list[Trusted]) -> None:
    rows = [{"label": one.label, "key": text_of(one.public)} for one in keys]
    write_atomically(trusted_path(), _json("trusted keys", keys=rows))


def _json(kind: str, **row: Any) -> bytes:
    return json.dumps({"myoedge": kind, "v": VERSION, **row}, indent=1).encode() + b"\n"


def _read(path: Path, kind: str) -> dict[str, Any]:
    """A private file of ours; raises NotThereError, TrustError."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError as error:
        raise NotThereError(f"there is no {kind} at {path}") from error
    except OSError as error:
        raise TrustError(f"{path} cannot be read ({error.strerror}); wanted a plain file of yours") from error
    with os.fdopen(handle, "rb") as file:
        info = os.fstat(file.fileno())
        if not stat.S_ISREG(info.st_mode) or info.st_uid not in (os.getuid(), 0) or info.st_mode & 0o077:
            raise TrustError(
                f"{path} is open to others (mode {stat.S_IMODE(info.st_mode):04o}) or not yours; if nobody "
                f"touched it: chmod 600 {path}"
            )
        data = file.read(LARGEST_FILE)
    try:
        row = json.loads(data)
        if not isinstance(row, dict) or (row.get("myoedge"), row.get("v")) != (kind, VERSION):
            raise ValueError(f"not of kind {kind!r} version {VERSION}")
    except (ValueError, RecursionError) as error:
        raise TrustError(_damaged(path, error)) from error
    return row


def _damaged(path: Path, error: Exception) -> str:
    return f"{path} is damaged ({error}), so no key counts; bring a copy back, or move it away and start anew"


def _write_once(path: Path, data: bytes) -> None:
    """Write a private file unless another process was first: then its file stays. Raises StorageError."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    write_atomically(draft, data)
    try:
        os.link(draft, path)
    except FileExistsError:
        return
    except OSError as error:
        raise StorageError(f"cannot write {path}: {error.strerror}; check its folder") from error
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def _locked() -> Iterator[None]:
    """One writer at a time; the lock file stays."""
    path = keys_dir() / ".lock"
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StorageError(f"cannot write {path}: {error.strerror}; check its folder") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
