"""Trust: a shipped bundle by its hash, one by a key that counts here, any other only on request."""

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from myoedge.edge.bundle import SHIPPED, Bundle, load_bundle, look_into, open_bundle
from myoedge.edge.errors import FormatError, MyoedgeError, TrustError
from myoedge.edge.keys import add_key, own_path, own_seed, remove_key, trusted_path
from myoedge.edge.sealed import SIGNATURE, sign_folder, write_tar
from myoedge.edge.signature import BLOCK, FOLDER, TAR, new_seed, sign
from myoedge.edge.tar import pack
from myoedge.edge.trust import may_move_a_hand, shipped_digests, sign_made_here

Make = Callable[..., Bundle]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MYOEDGE_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture
def bundle(make_bundle: Make) -> Bundle:
    return make_bundle({"CARD.md": b"a card"}, name="ours")


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED / "classic", tmp_path / "classic"))


def altered(folder: Path) -> Path:
    """The folder with another bundle.json that is whole in itself."""
    row = json.loads((folder / "bundle.json").read_text())
    (folder / "bundle.json").write_text(json.dumps({**row, "hop_ms": 25}))
    return folder


def test_every_shipped_bundle_is_known_by_its_hash() -> None:
    folders = {p.name for p in SHIPPED.iterdir() if p.is_dir()}
    assert {name: load_bundle(name).digest for name in folders} == shipped_digests()
    assert {open_bundle(name)[1] for name in folders} == {"shipped"}


def test_a_shipped_bundle_runs_without_the_signing_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nacl.signing", None)
    monkeypatch.setitem(sys.modules, "nacl", None)
    assert open_bundle("default")[1] == "shipped"


def test_a_signed_bundle_without_the_signing_library_says_what_to_install(
    bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_tar(tmp_path / "a.tar", bundle.files, new_seed()[0])
    monkeypatch.setitem(sys.modules, "nacl.signing", None)
    monkeypatch.setitem(sys.modules, "nacl", None)
    with pytest.raises(TrustError, match=r"pip install 'myoedge\[sign\]'"):
        open_bundle(tmp_path / "a.tar")
    with pytest.raises(TrustError, match=r"pip install 'myoedge\[sign\]'"):
        open_bundle(tmp_path / "a.tar", unsigned=True)


def test_a_copy_of_a_shipped_bundle_is_trusted(copied: Path) -> None:
    assert open_bundle(copied)[1] == "shipped"


def test_an_altered_copy_is_not(copied: Path) -> None:
    with pytest.raises(TrustError, match="--unsigned"):
        open_bundle(altered(copied))
    assert open_bundle(copied, unsigned=True)[1] == "unsigned"
    assert look_into(copied)[1] == "unsigned"


def test_an_altered_file_is_refused_even_unsigned(bundle: Bundle, tmp_path: Path) -> None:
    card = next(tmp_path.glob("*/CARD.md"))
    card.write_bytes(b"as it is")
    with pytest.raises(FormatError, match="hash"):
        load_bundle(card.parent)


def test_nothing_of_a_bundle_is_parsed_before_it_is_trusted(tmp_path: Path) -> None:
    (tmp_path / "torn.tar").write_bytes(b"no tar at all" * 512)
    (tmp_path / "torn").mkdir()
    (tmp_path / "torn" / "bundle.json").write_bytes(b"no json at all")
    for path in (tmp_path / "torn.tar", tmp_path / "torn"):
        with pytest.raises(TrustError, match="bears no signature"):
            open_bundle(path)
        with pytest.raises(FormatError):
            open_bundle(path, unsigned=True)


def test_a_bad_signature_is_said_before_what_else_is_wrong(tmp_path: Path) -> None:
    body, path = b"no tar at all".ljust(BLOCK), tmp_path / "a.tar"
    good = sign(own_seed(), TAR, body)
    path.write_bytes(body + good)
    with pytest.raises(FormatError, match="tar"):
        open_bundle(path)
    path.write_bytes(body + good[:-1] + bytes([good[-1] ^ 1]))
    for unsigned in (False, True):
        with pytest.raises(TrustError, match="signature does not hold"):
            open_bundle(path, unsigned)


def test_this_machines_own_key_counts_and_another_only_while_it_is_trusted(
    bundle: Bundle, tmp_path: Path
) -> None:
    mine, theirs = tmp_path / "mine.tar", tmp_path / "theirs.tar"
    write_tar(mine, bundle.files, own_seed())
    seed, public = new_seed()
    write_tar(theirs, bundle.files, seed)
    assert open_bundle(mine) == (bundle, "own")
    with pytest.raises(TrustError, match=f"trust add ed25519:{public.hex()}"):
        open_bundle(theirs)
    with pytest.raises(TrustError, match="not trusted here"):
        look_into(theirs)
    assert open_bundle(theirs, unsigned=True) == (bundle, "unsigned")
    add_key(public, "maker")
    assert open_bundle(theirs) == (bundle, "key:maker")
    remove_key("maker")
    with pytest.raises(TrustError, match="not trusted here"):
        open_bundle(theirs)


def test_a_tar_that_lost_its_signature_is_refused(bundle: Bundle, tmp_path: Path) -> None:
    data = write_tar(tmp_path / "a.tar", bundle.files, own_seed())
    (tmp_path / "a.tar").write_bytes(data[:-BLOCK])
    with pytest.raises(TrustError, match="bears no signature"):
        open_bundle(tmp_path / "a.tar")


def test_a_shipped_bundle_signed_by_a_stranger_is_the_strangers(tmp_path: Path) -> None:
    write_tar(tmp_path / "a.tar", load_bundle("classic").files, new_seed()[0])
    with pytest.raises(TrustError, match="not trusted here"):
        open_bundle(tmp_path / "a.tar")


def test_signatures_of_two_bundles_cannot_be_swapped(make_bundle: Make, tmp_path: Path) -> None:
    bundles = [make_bundle({"CARD.md": b"a card"}, name=name) for name in ("ours", "mine")]
    seed = own_seed()
    first, second = (pack(one.files) for one in bundles)
    (tmp_path / "a.tar").write_bytes(first + sign(seed, TAR, first))
    assert open_bundle(tmp_path / "a.tar")[0].name == "ours"
    (tmp_path / "a.tar").write_bytes(first + sign(seed, TAR, second))
    with pytest.raises(TrustError, match="signature does not hold"):
        open_bundle(tmp_path / "a.tar")
    folders = sorted(path.parent for path in tmp_path.glob("*/bundle.json"))
    for folder in folders:
        sign_folder(folder, (folder / "bundle.json").read_bytes(), seed)
    ours, mine = (folder / SIGNATURE for folder in folders)
    assert ours.read_bytes() != mine.read_bytes()
    ours.write_bytes(mine.read_bytes())
    with pytest.raises(TrustError, match="signature does not hold"):
        open_bundle(ours.parent)


def test_a_signature_counts_for_what_it_was_made_for(bundle: Bundle, tmp_path: Path) -> None:
    body, seed = pack(bundle.files), own_seed()
    (tmp_path / "a.tar").write_bytes(body + sign(seed, FOLDER, body))
    with pytest.raises(TrustError, match="signature does not hold"):
        open_bundle(tmp_path / "a.tar")


def test_a_folder_made_here_is_trusted_and_refused_once_it_is_changed(
    make_bundle: Make, tmp_path: Path
) -> None:
    make_bundle({"CARD.md": b"a card"})
    (folder,) = (path.parent for path in tmp_path.glob("*/bundle.json"))
    own_seed()
    assert sign_made_here(folder, print) == "own"
    bundle, trust = open_bundle(folder)
    assert trust == "own" and SIGNATURE not in bundle.files
    with pytest.raises(TrustError, match="signature does not hold"):
        open_bundle(altered(folder), unsigned=True)


def test_what_is_made_here_without_the_signing_library_stays_unsigned_and_says_so(
    copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "nacl.signing", None)
    monkeypatch.setitem(sys.modules, "nacl", None)
    said: list[str] = []
    assert sign_made_here(copied, said.append) == "unsigned"
    assert "pip install" in said[0] and "bundle sign" in said[0]
    assert not (copied / SIGNATURE).exists()


@pytest.mark.parametrize("byte", range(0, BLOCK, 8))
def test_any_change_of_a_folders_signature_is_refused(make_bundle: Make, tmp_path: Path, byte: int) -> None:
    make_bundle({"CARD.md": b"a card"})
    (folder,) = (path.parent for path in tmp_path.glob("*/bundle.json"))
    data = bytearray(sign_folder(folder, (folder / "bundle.json").read_bytes(), own_seed()).read_bytes())
    data[byte] ^= 4
    for wrong in (bytes(data), bytes(data[:byte]), bytes(data) + b"\0"):
        (folder / SIGNATURE).write_bytes(wrong)
        with pytest.raises(TrustError, match="signature does not hold"):
            open_bundle(folder, unsigned=True)


@pytest.mark.parametrize("damage", [b"", b"[]", b"{}", b"garbage", b'{"myoedge": "trusted keys", "v": 1}'])
def test_a_damaged_list_of_trusted_keys_trusts_nobody(bundle: Bundle, tmp_path: Path, damage: bytes) -> None:
    seed, public = new_seed()
    write_tar(tmp_path / "a.tar", bundle.files, seed)
    add_key(public, "maker")
    assert open_bundle(tmp_path / "a.tar")[1] == "key:maker"
    trusted_path().write_bytes(damage)
    with pytest.raises(TrustError, match=r"trusted\.json is damaged"):
        open_bundle(tmp_path / "a.tar")


def test_a_hand_moves_only_where_somebody_vouches() -> None:
    assert [may_move_a_hand(trust) for trust in ("shipped", "own", "key:maker")] == [True] * 3
    assert not may_move_a_hand("unsigned")


def test_looking_at_an_unsigned_bundle_makes_no_key(bundle: Bundle, tmp_path: Path) -> None:
    with pytest.raises(MyoedgeError):
        open_bundle(next(tmp_path.glob("*/bundle.json")).parent)
    assert not own_path().exists()
