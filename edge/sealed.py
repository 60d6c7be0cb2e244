"""A bundle as it lies on the disk: read once, its signature checked, nothing of it parsed before that.

A tar carries its signature block at its end, a folder in `bundle.sig`, over bundle.json, which holds the
hash of every other file.
"""

import hashlib
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from myoedge.edge.errors import FormatError, MyoedgeError, NotThereError, StorageError
from myoedge.edge.places import write_atomically
from myoedge.edge.signature import BLOCK, FOLDER, TAR, sign, signer_of, split
from myoedge.edge.tar import LARGEST_TAR, check_size, pack, unpack

SIGNATURE = "bundle.sig"  # of a folder
SHARED = 0o644  # mode of what is written: a bundle is there to be passed on


@dataclass(frozen=True, slots=True)
class Sealed:
    """Bytes that nobody has looked into, and who signed them."""

    path: Path
    signer: bytes | None  # public key whose signature holds for all of it; None: there is no signature
    folder: Mapping[str, bytes] | None = field(repr=False)  # its files; None: a tar
    tar: bytes = field(default=b"", repr=False)  # without the signature block

    @property
    def digest(self) -> str | None:
        """sha256 of a folder's bundle.json, None for a tar: it would have to be opened."""
        text = (self.folder or {}).get("bundle.json")
        return None if text is None else hashlib.sha256(text).hexdigest()

    def files(self) -> Mapping[str, bytes]:
        """The bundle's files; a tar is opened now. Raises FormatError."""
        return unpack(self.tar, str(self.path)) if self.folder is None else self.folder


def read_sealed(path: Path) -> Sealed:
    """Read a folder or a tar. Raises NotThereError, StorageError, FormatError (too large), and TrustError
    where there is a signature that does not hold or cannot be checked."""
    try:
        if path.is_dir():
            return _read_folder(path)
        return sealed_tar(path, _read_file(path, LARGEST_TAR + BLOCK))
    except MyoedgeError:
        raise
    except FileNotFoundError as error:
        raise NotThereError(f"no bundle at {path}; wanted a folder or a .tar") from error
    except OSError as error:
        raise StorageError(f"cannot read bundle {path}: {error.strerror}; check its permissions") from error


def _read_folder(path: Path) -> Sealed:
    plain = [file for file in sorted(path.iterdir()) if file.is_file() and not file.is_symlink()]
    check_size({file.name: file.stat().st_size for file in plain}, str(path))
    files = {file.name: _read_file(file, LARGEST_TAR) for file in plain}
    block = files.pop(SIGNATURE, None)
    if block is None:
        return Sealed(path, None, files)
    signer = signer_of(FOLDER, files.get("bundle.json", b""), block, str(path))
    return Sealed(path, signer, files)


def sealed_tar(path: Path, data: bytes) -> Sealed:
    """The bytes of a tar, read from `path`; raises TrustError."""
    body, block = split(data)
    signer = None if block is None else signer_of(TAR, body, block, str(path))
    return Sealed(path, signer, None, body)


def _read_file(path: Path, largest: int) -> bytes:
    """A plain file that may not be longer, also when it grows meanwhile."""
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise FormatError(f"{path} is no plain file; wanted a bundle's folder or .tar")
        data = file.read(largest + 1)
    if len(data) > largest:
        raise FormatError(f"{path} has more than {largest} bytes; a bundle has at most so many")
    return data


def write_tar(path: Path, files: Mapping[str, bytes], seed: bytes) -> bytes:
    """Write files as one signed tar and return its bytes: either all of it is there, or what was before.

    The same files and seed give the same bytes. Raises StorageError, FormatError, TrustError.
    """
    body = pack(files)
    data = body + sign(seed, TAR, body)
    if path.exists() and not path.is_file():
        raise StorageError(f"cannot write {path}: it is no plain file; name another")
    write_atomically(path, data, SHARED)
    return data


def sign_folder(folder: Path, text: bytes, seed: bytes) -> Path:
    """Write `bundle.sig` beside a bundle.json that reads `text`; returns where. Raises StorageError."""
    path = folder / SIGNATURE
    write_atomically(path, sign(seed, FOLDER, text), SHARED)
    return path
