"""Which bundles may run: the shipped ones by their hash inside the package; others only on request."""

import json
from typing import Literal

from myoedge.edge.bundle import SHIPPED, Bundle
from myoedge.edge.errors import TrustError

Trust = Literal["shipped", "unsigned"]


def shipped_digests() -> dict[str, str]:
    """Name -> digest of every bundle in this package."""
    table: dict[str, str] = json.loads((SHIPPED / "shipped.json").read_text())
    return table


def check_trust(bundle: Bundle, unsigned: bool = False) -> Trust:
    """Say how a bundle is trusted; raises TrustError when it is not.

    `unsigned` lets any bundle run; such a bundle never moves a hand.
    """
    if bundle.digest in shipped_digests().values():
        return "shipped"
    if unsigned:
        return "unsigned"
    raise TrustError(
        f"bundle {bundle.name} ({bundle.short_digest}) is not one shipped with this package; "
        "run a shipped one (default, classic), or this one with --unsigned (events only, never a hand)"
    )
