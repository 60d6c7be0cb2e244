"""A signed bundle on the disk: no byte can be changed, left out or added, and a full disk leaves no half."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from myoedge.edge.bundle import Bundle, load_bundle, open_bundle, write_bundle
from myoedge.edge.errors import FormatError, NotThereError, StorageError, TrustError
from myoedge.edge.keys import own_seed
from myoedge.edge.sealed import SIGNATURE, read_sealed, sealed_tar, sign_folder, write_tar
from myoedge.edge.signature import BLOCK, public_of
from myoedge.edge.tar import LARGEST_TAR

SEED = bytes(range(32))
FILES = {"bundle.json": b"{}", "a.npz": bytes(range(256)) * 3}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MYOEDGE_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture
def signed(tmp_path: Path) -> bytes:
    return write_tar(tmp_path / "a.tar", FILES, SEED)


def refused(data: bytes) -> bool:
    """Whether a tar is refused whatever is asked for: as changed, or as no tar of plain files."""
    try:
        sealed_tar(Path("a.tar"), data).files()
    except (TrustError, FormatError):
        return True
    return False


def test_the_same_files_and_key_give_the_same_bytes(tmp_path: Path, signed: bytes) -> None:
    assert write_tar(tmp_path / "b.tar", dict(reversed(FILES.items())), SEED) == signed
    assert (tmp_path / "a.tar").read_bytes() == (tmp_path / "b.tar").read_bytes() == signed
    found = read_sealed(tmp_path / "a.tar")
    assert (found.signer, found.files(), found.digest) == (public_of(SEED), FILES, None)


def test_every_byte_flipped_is_refused(signed: bytes) -> None:
    assert not refused(signed)
    missed = []
    for at in range(len(signed)):
        changed = bytearray(signed)
        changed[at] ^= 1 << at % 8
        if not refused(bytes(changed)):
            missed.append(at)
    assert missed == [] and len(signed) > 3000


@given(data=st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_stretch_replaced_left_out_or_put_in_is_refused(
    tmp_path: Path, signed: bytes, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(signed)), "from")
    end = data.draw(st.integers(start, len(signed)), "to")
    changed = signed[:start] + data.draw(st.binary(max_size=40), "instead") + signed[end:]
    if changed in (
        signed,
        signed[:-BLOCK],
    ):  # without its whole signature it is an unsigned tar, no signed one
        return
    if not refused(changed):  # then it lost its signature and nothing else but padding: nobody vouches
        path = tmp_path / "b.tar"
        path.write_bytes(changed)
        assert read_sealed(path).signer is None and read_sealed(path).files() == FILES
        with pytest.raises(TrustError, match="bears no signature"):
            open_bundle(path)


def test_torn_at_any_byte_nobody_vouches_for_it(tmp_path: Path, signed: bytes) -> None:
    path = tmp_path / "b.tar"
    for end in range(0, len(signed), 61):
        path.write_bytes(signed[:end])
        with pytest.raises(TrustError):
            open_bundle(path)


@pytest.mark.parametrize("more", [b"\0", bytes(BLOCK), b"x" * BLOCK, bytes(10 * BLOCK)])
def test_appended_bytes_are_refused(signed: bytes, more: bytes) -> None:
    assert refused(signed + more)
    assert refused(more + signed)


def test_a_tar_signed_twice_is_refused(signed: bytes) -> None:
    assert refused(signed + signed[-BLOCK:])


def test_signing_a_tar_again_replaces_the_signature(tmp_path: Path, signed: bytes) -> None:
    path = tmp_path / "a.tar"
    other = write_tar(path, read_sealed(path).files(), bytes(32))
    assert len(other) == len(signed) and other[:-BLOCK] == signed[:-BLOCK]
    assert read_sealed(path).signer == public_of(bytes(32))


def test_a_file_too_large_is_refused_before_it_is_read_whole(tmp_path: Path) -> None:
    with (tmp_path / "huge.tar").open("wb") as file:
        file.truncate(LARGEST_TAR + 2 * BLOCK)  # sparse: takes no room
    with pytest.raises(FormatError, match="at most"):
        read_sealed(tmp_path / "huge.tar")


def test_what_is_no_file_is_refused_and_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(FormatError, match="no plain file"):
        read_sealed(tmp_path / "pipe")
    with pytest.raises(FormatError, match="no plain file"):
        read_sealed(Path("/dev/null"))
    with pytest.raises(NotThereError):
        read_sealed(tmp_path / "nothing.tar")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_device_is_never_replaced_by_a_file(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="no plain file"):
        write_tar(Path("/dev/full"), FILES, SEED)
    assert Path("/dev/full").is_char_device()


FULL = """
import json, resource, signal, sys
from pathlib import Path
from myoedge.edge.bundle import load_bundle, write_bundle
from myoedge.edge.errors import StorageError
from myoedge.edge.keys import own_seed
from myoedge.edge.sealed import sign_folder, write_tar
what, path = sys.argv[1], Path(sys.argv[2])
files = dict(load_bundle("classic").files)
row = json.loads(files.pop("bundle.json"))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
limit = int(sys.argv[3])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
deeds = {
    "tar": lambda: write_tar(path, files, bytes(32)),
    "folder": lambda: write_bundle(path, {**row, "hop_ms": 25}, {**files, "CARD.md": b"a card"}),
    "signature": lambda: sign_folder(path, (path / "bundle.json").read_bytes(), bytes(32)),
    "key": own_seed,
}
try:
    deeds[what]()
except StorageError as error:
    print(error)
    sys.exit(7)
"""


def fails_full(what: str, path: Path, limit: int = 100) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FULL, what, str(path), str(limit)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 7, done.stderr
    assert "free some space" in done.stdout


def everything(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_disk_full_while_packing_leaves_nothing_or_the_old_file(tmp_path: Path, signed: bytes) -> None:
    before = everything(tmp_path)
    fails_full("tar", tmp_path / "new.tar", 3000)
    fails_full("tar", tmp_path / "a.tar", 3000)
    assert everything(tmp_path) == before


def test_a_disk_full_while_a_bundle_is_written_leaves_the_old_one_whole(tmp_path: Path) -> None:
    folder = tmp_path / "ours"
    files = dict(load_bundle("classic").files)
    (folder).mkdir()
    for name, data in files.items():
        (folder / name).write_bytes(data)
    before = everything(folder)
    for limit in (0, 1000, 3000):
        fails_full("folder", folder, limit)
        assert everything(folder) == before
    fails_full("signature", folder)
    assert everything(folder) == before


def test_a_disk_full_while_the_own_key_is_made_leaves_no_key(tmp_path: Path, home: Path) -> None:
    fails_full("key", tmp_path)
    assert everything(home) == {}
    assert len(own_seed()) == 32


def test_a_bundle_written_anew_loses_the_signature_of_the_old_one(
    make_bundle: Callable[..., Bundle], tmp_path: Path
) -> None:
    make_bundle({"CARD.md": b"a card"})
    (folder,) = (path.parent for path in tmp_path.glob("*/bundle.json"))
    sign_folder(folder, (folder / "bundle.json").read_bytes(), own_seed())
    assert open_bundle(folder)[1] == "own"
    write_bundle(folder, {"name": "ours"}, {})
    assert not (folder / SIGNATURE).exists()
    with pytest.raises(TrustError, match="bears no signature"):
        open_bundle(folder)
