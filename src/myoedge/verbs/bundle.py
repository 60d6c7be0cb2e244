"""`myoedge bundle`: one model as a file that can be passed on: packed, shown, signed, verified."""

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from myoedge.verbs import manner

if TYPE_CHECKING:
    from pathlib import Path

    from myoedge.edge.bundle import Bundle

A_BUNDLE = "a folder, a .tar, default or classic"


def add(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "example: myoedge bundle pack default --out default.tar"
    deeds = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    for name, (says, words, deed) in DEEDS.items():
        one = deeds.add_parser(name, help=says, description=says)
        for short in (("--json",), ("-v", "--verbose"), ("-q", "--quiet")):  # as before the deed's name
            one.add_argument(*short, action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
        words(one)
        one.set_defaults(deed=deed)


def run(args: argparse.Namespace) -> int:
    return int(args.deed(args))


def _pack_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("bundle", help=A_BUNDLE)
    parser.add_argument(
        "--out", required=True, type=manner.path, metavar="FILE.tar", help="the file to write"
    )
    _add_key(parser)


def _pack(args: argparse.Namespace) -> int:
    from myoedge.edge.bundle import load_bundle
    from myoedge.edge.sealed import write_tar

    bundle, seed = load_bundle(args.bundle), _seed(args)
    data = write_tar(args.out, bundle.files, seed)
    row = {"file": str(args.out), "bytes": len(data), **_named(bundle), **_signer(seed)}
    manner.result(
        args, row, f"{args.out}: {bundle.name} {bundle.short_digest}, {len(data)} bytes, {_by(row)}"
    )
    return 0


def _sign_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("bundle", type=manner.path, help="a folder, which gets a bundle.sig, or a .tar")
    _add_key(parser)


def _sign(args: argparse.Namespace) -> int:
    from myoedge.edge.bundle import load_bundle
    from myoedge.edge.sealed import sign_folder, write_tar

    found = args.bundle.resolve()  # a shipped one by its name would not be meant
    bundle, seed = load_bundle(found), _seed(args)
    if found.is_dir():
        written = sign_folder(args.bundle, bundle.files["bundle.json"], seed)
    else:
        write_tar(written := args.bundle, bundle.files, seed)
    row = {"file": str(written), **_named(bundle), **_signer(seed)}
    manner.result(args, row, f"{written}: {bundle.name} {bundle.short_digest}, {_by(row)}")
    return 0


def _show_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("bundle", help=A_BUNDLE)
    manner.add_unsigned(parser)


def _show(args: argparse.Namespace) -> int:
    from myoedge.edge.bundle import look_into, open_bundle

    bundle, trust = open_bundle(args.bundle, unsigned=True) if args.unsigned else look_into(args.bundle)
    row = {**_named(bundle), "trust": trust, **_described(bundle)}
    manner.result(args, row, _text(row))
    return 0


def _verify_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("bundle", metavar="FILE", help=A_BUNDLE)


def _verify(args: argparse.Namespace) -> int:
    from myoedge.edge.bundle import open_bundle

    bundle, trust = open_bundle(args.bundle)
    row = {"file": args.bundle, **_named(bundle), "trust": trust}
    manner.result(args, row, f"{args.bundle}: {bundle.name} {bundle.short_digest}, whole, trusted: {trust}")
    return 0


def _add_key(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--key", type=manner.path, metavar="FILE", help="sign with this secret key (this machine's own)"
    )


def _seed(args: argparse.Namespace) -> bytes:
    from myoedge.edge.keys import load_seed, own_seed

    path: Path | None = args.key
    return load_seed(path) if path else own_seed()


def _signer(seed: bytes) -> dict[str, str]:
    from myoedge.edge.keys import fingerprint, text_of
    from myoedge.edge.signature import public_of

    public = public_of(seed)
    return {"key": text_of(public), "fingerprint": fingerprint(public)}


def _by(row: dict[str, Any]) -> str:
    return f"signed by the key of fingerprint {row['fingerprint']}"


def _named(bundle: "Bundle") -> dict[str, str]:
    return {"bundle": bundle.name, "digest": bundle.digest}


def _described(bundle: "Bundle") -> dict[str, Any]:
    modalities = {
        name: {"rate_hz": one.rate_hz, "channels": one.channels, "window_ms": one.window_ms}
        for name, one in bundle.modalities.items()
    }
    return {
        "task": bundle.task,
        "labels": list(bundle.labels),
        "modalities": modalities,
        "hop_ms": bundle.hop_ms,
        "engines": dict(bundle.engines),
        "quantization": bundle.facts.get("quantization"),
        "fallback": bundle.facts.get("fallback"),
        "training": bundle.facts.get("training"),
        "metrics": bundle.facts.get("metrics"),
        "files": {name: len(data) for name, data in sorted(bundle.files.items())},
    }


def _text(row: dict[str, Any]) -> str:
    lines = [f"{row['bundle']} sha256:{row['digest'][:12]}, {row['task']}, trusted: {row['trust']}"]
    lines += [
        f"  {name}: {one['channels'] or 'any number of'} channels at {_rate(one['rate_hz'])}, "
        f"windows of {one['window_ms']:g} ms"
        for name, one in row["modalities"].items()
    ]
    lines.append(
        f"  a decision every {row['hop_ms']:g} ms; labels: {', '.join(row['labels']) or 'by profile'}"
    )
    lines += [f"  {name} runs {file}" for name, file in row["engines"].items()]
    lines += [f"  {size:>10} bytes  {name}" for name, size in row["files"].items()]
    return "\n".join(lines)


def _rate(rate_hz: float | None) -> str:
    return "any rate" if rate_hz is None else f"{rate_hz:g} Hz"


def _make_words(parser: argparse.ArgumentParser) -> None:
    from myoedge.verbs.quantize import add_judged

    parser.add_argument("network", help="default, or what train or prune wrote")
    add_judged(parser)
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--out", type=manner.path, metavar="DIR", help="the bundle's folder (default: bundles/NAME)"
    )
    where.add_argument(
        "--ship", action="store_true", help="into this package itself, trusted from now on; for a checkout"
    )
    parser.add_argument(
        "--keep", metavar="BUNDLE", help="take what tells words and people from it, instead of learning anew"
    )


def _make(args: argparse.Namespace) -> int:
    from pathlib import Path

    from myoedge.edge.bundle import SHIPPED, load_bundle
    from myoedge.edge.trust import sign_made_here
    from myoedge.export.make import QUICK, bundle_name, make_bundle
    from myoedge.export.network import load_network
    from myoedge.export.package import ship
    from myoedge.export.tradeoff import methods_of
    from myoedge.verbs.train import add_learned, simulated

    def say(text: str) -> None:
        manner.say(args, text)

    network, methods = load_network(args.network), methods_of(args.methods or QUICK)
    name = bundle_name(network)
    folder = SHIPPED / name if args.ship else args.out or Path("bundles") / name
    kept = load_bundle(args.keep) if args.keep else None
    made = make_bundle(network, args.root, simulated(), folder, say, methods, args.max_loss)
    digest = add_learned(folder, network.recipe, args.root, made.digest, kept, say)
    if args.ship:
        ship({name: digest})
    trust = "shipped" if args.ship else sign_made_here(folder, say)
    row = {"bundle": str(folder), "digest": digest, "chosen": made.chosen, "trust": trust}
    chosen = ", ".join(f"{engine} {method}" for engine, method in made.chosen.items())
    manner.result(args, row, f"{folder}: sha256:{digest[:12]}, {chosen}")
    return 0


Words = Callable[[argparse.ArgumentParser], None]
Deed = Callable[[argparse.Namespace], int]

# name -> (what it does, what adds its arguments, what does it)
DEEDS: dict[str, tuple[str, Words, Deed]] = {
    "make": ("a float network to an int8 bundle, refused where int8 costs too much", _make_words, _make),
    "pack": ("write a bundle as one signed file", _pack_words, _pack),
    "show": ("what a bundle says of itself, and who vouches for it", _show_words, _show),
    "sign": ("vouch for a bundle made elsewhere or by hand", _sign_words, _sign),
    "verify": ("whether a bundle is whole and trusted here", _verify_words, _verify),
}
