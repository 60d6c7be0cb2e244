"""`myoedge trust`: whose signatures on bundles count on this computer."""

import argparse
from typing import Any

from myoedge.edge.errors import UsageError
from myoedge.verbs import manner


def add(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "example: myoedge trust add maker.key --label maker"
    parser.add_argument("what", choices=("add", "list", "remove", "own"))
    parser.add_argument(
        "key",
        nargs="?",
        help="add: ed25519:..., or a file that holds it; remove: label, key or fingerprint",
    )
    parser.add_argument("--label", help="add: what to call it (key- and the fingerprint's beginning)")


def run(args: argparse.Namespace) -> int:
    if (args.key is None) != (args.what in ("list", "own")):
        raise UsageError(f"trust {args.what} {'takes no key' if args.key else 'wants a key'}")
    if args.label and args.what != "add":
        raise UsageError(f"trust {args.what} gives no label; leave --label out")
    deeds = {"add": _add, "list": _list, "remove": _remove, "own": _own}
    return deeds[args.what](args)


def _row(public: bytes, label: str) -> dict[str, Any]:
    from myoedge.edge.keys import fingerprint, text_of

    return {"label": label, "key": text_of(public), "fingerprint": fingerprint(public)}


def _add(args: argparse.Namespace) -> int:
    from myoedge.edge.keys import add_key, fingerprint, read_public

    public = read_public(args.key)
    label = args.label or "key-" + fingerprint(public)[:9]
    one = add_key(public, label)
    row = _row(one.public, one.label)
    manner.result(
        args, row, f"bundles signed by {label} run here from now on (fingerprint {row['fingerprint']})"
    )
    return 0


def _list(args: argparse.Namespace) -> int:
    from myoedge.edge.keys import OWN, own_public, trusted_keys

    own = own_public()
    rows = [_row(one.public, one.label) for one in trusted_keys()]
    mine = [_row(own, OWN)] if own else []
    row = {"own": mine[0] if mine else None, "trusted": rows}
    lines = [f"{one['label']:<20} {one['fingerprint']}  {one['key']}" for one in mine + rows]
    if own is None:
        lines.append(
            "no key of this machine yet; the first `bundle pack`, `bundle sign` or `trust own` makes it"
        )
    manner.result(args, row, "\n".join(lines))
    return 0


def _remove(args: argparse.Namespace) -> int:
    from myoedge.edge.keys import remove_key

    one = remove_key(args.key)
    manner.result(args, _row(one.public, one.label), f"bundles signed by {one.label} are refused from now on")
    return 0


def _own(args: argparse.Namespace) -> int:
    """The public key of this machine, to be passed on; made now where there is none."""
    from myoedge.edge.keys import OWN, own_seed
    from myoedge.edge.signature import public_of

    row = _row(public_of(own_seed()), OWN)
    manner.say(
        args, f"fingerprint {row['fingerprint']}; on another machine: myoedge trust add KEY --label NAME"
    )
    manner.result(args, row, row["key"])
    return 0
