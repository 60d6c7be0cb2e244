"""A bundle's tar: the same bytes for the same files, read strictly; what other tools write of a folder."""

import io
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from myoedge.edge.errors import FormatError
from myoedge.edge.tar import BLOCK, LARGEST, MOST_FILES, NAME, pack, unpack

FILES = {"bundle.json": b"{}", "a.npz": b"x" * 700, "empty": b""}
files_of_any_kind = st.dictionaries(st.from_regex(NAME, fullmatch=True), st.binary(max_size=1500), max_size=5)


@given(files_of_any_kind)
@settings(max_examples=80, deadline=None)
def test_what_is_packed_is_unpacked(files: dict[str, bytes]) -> None:
    data = pack(files)
    assert unpack(data, "here") == files
    assert data == pack(dict(reversed(files.items())))
    assert len(data) % BLOCK == 0 and data[-2 * BLOCK :] == bytes(2 * BLOCK)


def test_python_reads_it_and_finds_nothing_of_this_machine_in_it() -> None:
    with tarfile.open(fileobj=io.BytesIO(pack(FILES))) as tar:
        rows = [(m.name, m.size, m.mtime, m.uid, m.gid, m.uname, m.mode, m.type) for m in tar]
    assert rows == [(name, len(FILES[name]), 0, 0, 0, "", 0o644, tarfile.REGTYPE) for name in sorted(FILES)]


@pytest.mark.skipif(shutil.which("tar") is None, reason="there is no tar program here")
@pytest.mark.parametrize("kind", ["gnu", "ustar", "v7", "posix"])
def test_what_tar_writes_of_a_folder_is_read(kind: str, tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    for name, data in FILES.items():
        (folder / name).write_bytes(data)
    path = tmp_path / "a.tar"
    subprocess.run(["tar", f"--format={kind}", "-cf", path, "-C", folder, "."], check=True)
    assert unpack(path.read_bytes(), "here") == FILES


@pytest.mark.skipif(shutil.which("tar") is None, reason="there is no tar program here")
def test_tar_unpacks_it(tmp_path: Path) -> None:
    (tmp_path / "a.tar").write_bytes(pack(FILES))
    done = subprocess.run(["tar", "-xvf", "a.tar"], cwd=tmp_path, check=True, capture_output=True, text=True)
    assert (done.stdout.split(), done.stderr) == (sorted(FILES), "")
    assert (tmp_path / "a.npz").read_bytes() == FILES["a.npz"]


def tar_with(info: tarfile.TarInfo, data: bytes = b"", **pax: str) -> bytes:
    """A tar of FILES and one more member, as Python writes it."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, content in FILES.items():
            one = tarfile.TarInfo(name)
            one.size = len(content)
            tar.addfile(one, io.BytesIO(content))
        info.pax_headers = dict(pax)
        info.size = info.size or len(data)
        file.write(header := info.tobuf(tarfile.PAX_FORMAT))
        file.write(data + bytes(-len(data) % BLOCK))
        tar.offset += len(header) + len(data) + -len(data) % BLOCK
    return file.getvalue()


def member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "", size: int = 0) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.size = kind, link, size
    return info


@pytest.mark.parametrize(
    "info",
    [
        member("../evil"),
        member("/etc/evil"),
        member("inner/file"),
        member("."),
        member(".."),
        member(".hidden"),
        member("a\\b"),
        member("caf\u00e9"),
        member("n" * 120),
        member("d" * 90 + "/" + "n" * 90),
        member("bundle.json"),
        member("./bundle.json"),
        member("inner", tarfile.DIRTYPE),
        member("link", tarfile.SYMTYPE, "/etc/passwd"),
        member("hard", tarfile.LNKTYPE, "bundle.json"),
        member("plain", tarfile.REGTYPE, "bundle.json"),
        member("disk", tarfile.BLKTYPE),
        member("tty", tarfile.CHRTYPE),
        member("pipe", tarfile.FIFOTYPE),
        member("same", tarfile.CONTTYPE),
        member("holes", tarfile.GNUTYPE_SPARSE),
        member("long", tarfile.GNUTYPE_LONGNAME),
        member("link", tarfile.GNUTYPE_LONGLINK),
        member("all", tarfile.XGLTYPE),
        member("sun", tarfile.SOLARIS_XHDTYPE),
        member("unknown", b"?"),
        member("huge", size=LARGEST + 1),
        member("larger", size=8 << 30),
    ],
    ids=lambda info: f"{info.name[:12]} {info.type!r} {info.linkname} {info.size}",
)
def test_what_is_no_plain_file_is_refused(info: tarfile.TarInfo) -> None:
    with pytest.raises(FormatError, match="here"):
        unpack(tar_with(info), "here")


@pytest.mark.parametrize(
    "pax",
    [
        {"path": "other"},
        {"linkpath": "other"},
        {"size": "3"},
        {"GNU.sparse.major": "1"},
        {"GNU.sparse.name": "other"},
        {"SCHILY.xattr.user.a": "1"},
        {"hdrcharset": "BINARY"},
    ],
    ids=str,
)
def test_a_pax_header_that_means_another_file_is_refused(pax: dict[str, str]) -> None:
    with pytest.raises(FormatError, match="pax header"):
        unpack(tar_with(member("file"), b"data", **pax), "here")


def test_a_pax_header_of_a_time_is_passed_over() -> None:
    data = tar_with(member("file"), b"data", mtime="1.5", uname="anna")
    assert unpack(data, "here") == {**FILES, "file": b"data"}


@pytest.mark.parametrize(
    "text", [b"", b"x", b"0 mtime=1\n", b"5", b"99 mtime=1\n", b"-3 mtime=1\n", b"7 a=b\n"]
)
def test_a_pax_header_that_is_none_is_refused(text: bytes) -> None:
    data = tar_with(member("x", tarfile.XHDTYPE), text)
    if not text:
        assert unpack(data, "here") == FILES
        return
    with pytest.raises(FormatError, match="here"):
        unpack(data, "here")


def test_only_so_many_files_are_read_and_written() -> None:
    many = {f"f{i}": b"" for i in range(MOST_FILES + 1)}
    with pytest.raises(FormatError, match="at most"):
        pack(many)
    first = pack({f"f{i}": b"" for i in range(MOST_FILES)})
    with pytest.raises(FormatError, match="at most"):
        unpack(first[: -2 * BLOCK] + pack({"one.more": b""}), "here")
    headers = b"".join(member("x", tarfile.XHDTYPE).tobuf() for _ in range(5 * MOST_FILES))
    with pytest.raises(FormatError, match="too many"):
        unpack(headers + bytes(2 * BLOCK), "here")


def test_a_file_too_large_is_not_packed() -> None:
    with pytest.raises(FormatError, match="at most"):
        pack({"huge": bytes(LARGEST + 1)})
    with pytest.raises(FormatError, match="no name"):
        pack({"../evil": b""})


def test_what_comes_after_the_end_is_refused() -> None:
    data = pack(FILES)
    assert unpack(data + bytes(5 * BLOCK), "here") == FILES  # tar pads to 10 kB
    for more in (b"x", bytes(BLOCK - 1) + b"x", data):
        with pytest.raises(FormatError, match="proper end"):
            unpack(data + more, "here")


def test_torn_anywhere_it_is_refused_or_lacks_only_padding() -> None:
    data = pack(FILES)
    for end in range(0, len(data), 37):
        try:
            assert unpack(data[:end], "here") == FILES and end >= len(data) - BLOCK
        except FormatError:
            assert end < len(data) - BLOCK or end % BLOCK


@given(st.integers(0, len(pack(FILES)) - 1), st.integers(1, 255))
@settings(max_examples=300, deadline=None)
def test_any_byte_changed_is_read_or_refused_in_our_words(at: int, by: int) -> None:
    data = bytearray(pack(FILES))
    data[at] ^= by
    try:
        found = unpack(bytes(data), "here")
    except FormatError:
        return
    assert set(found) <= set(FILES)  # a header has a checksum: only a file's own bytes may differ, or padding


@given(st.binary(max_size=3 * BLOCK))
@settings(max_examples=100, deadline=None)
def test_garbage_is_no_tar(garbage: bytes) -> None:
    if any(garbage):
        with pytest.raises(FormatError):
            unpack(garbage, "here")
