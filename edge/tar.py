"""A bundle's files as one tar: the same files give the same bytes, and only plain flat files are read.

Written is POSIX ustar (IEEE 1003.1-2017, pax, "ustar Interchange Format") with every field fixed. Read is
that, and what `tar` or Python write of a folder of plain files; whatever could mean something else (links,
devices, sparse files, long names, pax headers that rename or resize) is refused.
"""

import re
from collections.abc import Mapping

from myoedge.edge.errors import FormatError

BLOCK = 512
LARGEST = 64 << 20  # bytes a bundle may have, all files together
MOST_FILES = 64
LARGEST_TAR = LARGEST + 4 * BLOCK * MOST_FILES  # headers, pax headers and padding beside them
NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,98}")
MAGICS = (b"ustar\x0000", b"ustar  \0", bytes(8))  # POSIX, GNU, and tar as it was before both
FILE, FOLDER, PAX = (b"0", b"\0"), b"5", b"x"
HARMLESS = {b"mtime", b"atime", b"ctime", b"uid", b"gid", b"uname", b"gname"}  # keys of a pax header


def pack(files: Mapping[str, bytes]) -> bytes:
    """The tar of these files in the order of their names. Raises FormatError for what could not be read."""
    check_size({name: len(data) for name, data in files.items()}, "the tar")
    parts: list[bytes] = []
    for name, data in sorted(files.items()):
        if not NAME.fullmatch(name):
            raise FormatError(f"{name!r} is no name for a file of a bundle; wanted letters, digits and ._-")
        parts += [_header(name, len(data)), data, bytes(-len(data) % BLOCK)]
    return b"".join([*parts, bytes(2 * BLOCK)])


def _header(name: str, size: int) -> bytes:
    fields = (
        name.encode().ljust(100, b"\0"),
        b"0000644\0",  # mode
        b"0000000\0" * 2,  # user, group
        b"%011o\0" % size,
        b"00000000000\0",  # time
        b" " * 8,  # the checksum is made with spaces in its place
        b"0".ljust(101, b"\0"),  # a plain file, linked to nothing
        b"ustar\x0000".ljust(72, b"\0"),  # names of user and group: none
        b"0000000\0" * 2,  # device
    )
    header = b"".join(fields).ljust(BLOCK, b"\0")
    return header[:148] + b"%06o\0 " % sum(header) + header[156:]


def unpack(data: bytes, where: str) -> dict[str, bytes]:
    """The files of a tar by name; raises FormatError where it is torn, too large or more than plain files."""
    files: dict[str, bytes] = {}
    at, most = 0, 4 * MOST_FILES
    while any(header := data[at : at + BLOCK]):
        most -= 1
        name, kind, size = _read_header(header, where)
        at += BLOCK
        content = data[at : at + size]
        if most < 0 or len(content) < size:
            raise FormatError(f"{where} is torn or holds too many files; copy it again")
        at += size + -size % BLOCK
        if kind == PAX:
            _check_pax(content, where)
        elif kind in FILE:
            if not NAME.fullmatch(name) or name in files:
                raise FormatError(f"{where}: {name!r} is no file of its own; a bundle is flat")
            files[name] = content
            check_size({name: len(data) for name, data in files.items()}, where)
        elif kind != FOLDER or name not in (".", "") or size:
            raise FormatError(f"{where}: {name!r} is of kind {kind!r}; a bundle holds plain files only")
    if len(header) < BLOCK or any(data[at:]):
        raise FormatError(f"{where} is no bundle .tar, or torn: it has no proper end; copy it again")
    return files


def _read_header(header: bytes, where: str) -> tuple[str, bytes, int]:
    """Name without "./" and trailing "/", kind and size."""
    try:
        stated, size = _octal(header[148:156]), _octal(header[124:136])
    except ValueError as error:
        raise FormatError(f"{where} is no bundle .tar ({error}); copy it again") from error
    real = sum(header[:148]) + 8 * ord(" ") + sum(header[156:])
    prefixed = any(header[345:500]) or any(header[157:257])  # a longer path, or a link
    if len(header) < BLOCK or stated != real or header[257:265] not in MAGICS or prefixed:
        raise FormatError(f"{where} is no .tar of plain files; copy it again, or pack the bundle again")
    name = header[:100].rstrip(b"\0").decode("ascii", "replace")
    return name.removeprefix("./").removesuffix("/"), header[156:157], size


def _octal(field: bytes) -> int:
    text = field.rstrip(b" \0")
    if not re.fullmatch(rb" *[0-7]+", text):
        raise ValueError(f"{field!r} is no octal number")
    return int(text, 8)


def _check_pax(content: bytes, where: str) -> None:
    """Times and owners may be said twice; a path, a size or anything else may not."""
    while content:
        length, space, _ = content.partition(b" ")
        end = int(length) if space and length.isdigit() and len(length) < 8 else 0
        key = content[len(length) + 1 : end].partition(b"=")[0]
        if end > len(content) or key not in HARMLESS:
            raise FormatError(f"{where}: a pax header says {key[:40]!r}; wanted a tar of plain files")
        content = content[end:]


def check_size(sizes: Mapping[str, int], where: str) -> None:
    """Raises FormatError for more or larger files than a bundle may have."""
    if len(sizes) > MOST_FILES or sum(sizes.values()) > LARGEST:
        raise FormatError(
            f"{where} holds {len(sizes)} files of {sum(sizes.values())} bytes; a bundle has at most "
            f"{MOST_FILES} of {LARGEST} together"
        )
