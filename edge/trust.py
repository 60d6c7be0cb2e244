"""Which bundles may run: the shipped ones by their hash, others by a key that counts here, or on request.

What vouches for a bundle is judged before anything of it is parsed.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from myoedge.edge.errors import StorageError, TrustError
from myoedge.edge.keys import OWN, fingerprint, own_seed, text_of, who
from myoedge.edge.sealed import Sealed, sign_folder

Trust: TypeAlias = str  # "shipped", "own", "key:LABEL" or "unsigned"
UNSIGNED = "unsigned"  # nobody vouches for it here
TABLE = Path(__file__).parent / "bundles" / "shipped.json"


def shipped_digests() -> dict[str, str]:
    """Name -> digest of every bundle in this package."""
    table: dict[str, str] = json.loads(TABLE.read_text())
    return table


def may_move_a_hand(trust: Trust) -> bool:
    """An unsigned bundle gives events only, whoever asked for it."""
    return trust != UNSIGNED


def judge(sealed: Sealed, unsigned: bool = False) -> Trust:
    """Say how a bundle is trusted; raises TrustError when it is not.

    `unsigned` lets any bundle run that has no signature, or one that holds but whose key is unknown.
    """
    if sealed.digest in shipped_digests().values():
        return "shipped"
    found = who(sealed.signer) if sealed.signer is not None else None
    if found is not None:
        return found
    if unsigned:
        return UNSIGNED
    raise TrustError(_untrusted(sealed.path, sealed.signer))


def _untrusted(path: Path, signer: bytes | None) -> str:
    if signer is None:
        return (
            f"bundle {path} is not one shipped with this package and bears no signature; have its maker sign "
            "it (myoedge bundle sign), or run it with --unsigned (events only, never a hand)"
        )
    return (
        f"bundle {path} is signed by a key that is not trusted here, fingerprint {fingerprint(signer)}; "
        f"where that is its maker's: myoedge trust add {text_of(signer)} --label NAME; or run it with "
        "--unsigned (events only, never a hand)"
    )


def sign_made_here(folder: Path, say: Callable[[str], None]) -> Trust:
    """Sign the folder of a bundle just made with this machine's own key; else say why it stays unsigned."""
    try:
        sign_folder(folder, (folder / "bundle.json").read_bytes(), own_seed())
    except (TrustError, StorageError) as error:  # the work of hours is not lost for want of a key
        say(f"{folder} is not signed: {error}; then: myoedge bundle sign {folder}")
        return UNSIGNED
    return OWN
