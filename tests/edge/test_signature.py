"""The signature block: every byte counts, the same input gives the same block, purposes stay apart."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from myoedge.edge.errors import TrustError
from myoedge.edge.signature import BLOCK, FOLDER, MAGIC, TAR, new_seed, public_of, sign, signer_of, split

SEED = bytes(range(32))
# RFC 8032, 7.1, test 1: the public key that belongs to this secret seed.
RFC_SEED = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
RFC_PUBLIC = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"


def test_the_keys_are_those_of_the_standard() -> None:
    assert public_of(RFC_SEED).hex() == RFC_PUBLIC


def test_a_new_seed_is_new_and_fits_its_key() -> None:
    (first, public), (second, _) = new_seed(), new_seed()
    assert first != second and public_of(first) == public


@given(st.binary(max_size=2000))
@settings(max_examples=50, deadline=None)
def test_a_signature_holds_for_what_was_signed(body: bytes) -> None:
    block = sign(SEED, TAR, body)
    assert len(block) == BLOCK and block == sign(SEED, TAR, body)
    assert signer_of(TAR, body, block, "here") == public_of(SEED)


@given(st.binary(max_size=600), st.data())
@settings(max_examples=150, deadline=None)
def test_whatever_is_changed_does_not_hold(body: bytes, data: st.DataObject) -> None:
    block = sign(SEED, TAR, body)
    whole = body + block
    at = data.draw(st.integers(0, len(whole) - 1))
    bit = data.draw(st.integers(0, 7))
    changed = whole[:at] + bytes([whole[at] ^ 1 << bit]) + whole[at + 1 :]
    with pytest.raises(TrustError, match="does not hold"):
        signer_of(TAR, changed[:-BLOCK], changed[-BLOCK:], "here")


def test_what_is_signed_as_a_folder_is_not_signed_as_a_tar() -> None:
    with pytest.raises(TrustError, match="does not hold"):
        signer_of(TAR, b"body", sign(SEED, FOLDER, b"body"), "here")


@pytest.mark.parametrize("public", [bytes(32), b"\1" + bytes(31), b"\xff" * 32], ids=["0", "1", "no point"])
def test_a_key_for_which_anything_holds_is_refused(public: bytes) -> None:
    """Of small order: the signature R = key, S = 0 would hold for any text."""
    head = MAGIC.ljust(BLOCK - 96, b"\0") + public
    with pytest.raises(TrustError, match="does not hold"):
        signer_of(TAR, b"body", head + public + bytes(32), "here")


def test_only_a_whole_block_at_the_end_is_one() -> None:
    body, block = b"x" * BLOCK, sign(SEED, TAR, b"x" * BLOCK)
    assert split(body + block) == (body, block)
    for other in (body, body + block[:-1], body + block + b"\0", b"", block + body):
        assert split(other) == (other, None)
