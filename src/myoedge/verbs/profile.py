"""`myoedge profile`: who is kept on this computer, and taking that away or along."""

import argparse
import sys
from typing import TYPE_CHECKING, Any

from myoedge.edge.errors import UsageError
from myoedge.verbs import manner

if TYPE_CHECKING:
    from myoedge.calibration.store import Entry


def add(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "example: myoedge profile delete anna"
    parser.add_argument("what", choices=("list", "show", "export", "delete"))
    parser.add_argument("name", nargs="?", help="the wearer's")
    parser.add_argument("file", nargs="?", type=manner.path, help="export: the tar to write (NAME.tar)")
    parser.add_argument("--all", action="store_true", help="export: older profiles and recordings too")
    parser.add_argument("--yes", action="store_true", help="delete without asking")


def run(args: argparse.Namespace) -> int:
    if (args.name is None) != (args.what == "list"):
        raise UsageError(f"profile {args.what} {'takes no name' if args.name else 'wants a name'}")
    if args.file and args.what != "export":
        raise UsageError(f"profile {args.what} writes no file; leave {args.file.name} out")
    deeds = {"list": _list, "show": _show, "export": _export, "delete": _delete}
    return deeds[args.what](args)


def _list(args: argparse.Namespace) -> int:
    from myoedge.calibration.store import Store

    rows = [_row(entry) for entry in Store().list()]
    lines = [
        f"{row['name']:<20} {row.get('created_utc', ''):<26} {row.get('bundle', ''):<10} "
        f"{', '.join(row.get('labels', ()))}{row['trouble']}"
        for row in rows
    ]
    manner.result(args, rows, "\n".join(lines) or "no profile yet; myoedge calibrate ARMBAND --profile NAME")
    return 0


def _row(entry: "Entry") -> dict[str, Any]:
    from myoedge.edge.profile import load_profile

    row: dict[str, Any] = {"name": entry.name, "path": str(entry.path), "versions": entry.versions}
    row["trouble"] = entry.trouble
    if not entry.trouble:
        profile = load_profile(entry.path)
        tested = profile.facts.get("held_out")
        row |= {"created_utc": profile.created_utc, "armband": profile.armband, "bundle": profile.bundle_name}
        row |= {"labels": list(dict.fromkeys(profile.head.labels))}
        row |= {"starter": "starter" in profile.facts}
        row |= {"held_out": tested["accuracy"] if isinstance(tested, dict) else None}
    return row


def _show(args: argparse.Namespace) -> int:
    from myoedge.calibration.archive import kept_of
    from myoedge.calibration.store import Store

    store = Store()
    kept = kept_of(store, args.name)
    entry = next((entry for entry in store.list() if entry.name == args.name), None)
    row: dict[str, Any] = _row(entry) if entry else {"name": args.name, "trouble": "no profile in use"}
    row["files"] = [{"path": str(k.path), "bytes": k.size, "what": k.what} for k in kept]
    lines = [f"{name}: {_said(value)}" for name, value in row.items() if name != "files" and value != ""]
    lines += [f"  {k.path.name:<28} {k.size / 1024:>8.1f} kB  {k.what}" for k in kept]
    manner.result(args, row, "\n".join(lines))
    return 0


def _said(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _export(args: argparse.Namespace) -> int:
    from pathlib import Path

    from myoedge.calibration.archive import export
    from myoedge.calibration.store import Store

    target = args.file or Path(f"{args.name}.tar")
    files = export(Store(), args.name, target, everything=args.all)
    row = {"name": args.name, "file": str(target), "files": [path.name for path in files]}
    manner.result(args, row, f"{len(files)} files of {args.name} in {target}; it identifies a person")
    return 0


def _delete(args: argparse.Namespace) -> int:
    from myoedge.calibration.store import Store
    from myoedge.edge.settings import keep, load_settings

    store = Store()
    files = store.files(args.name)
    if not args.yes and not _agreed(f"delete {len(files)} files of {args.name} for good? [y/N] "):
        manner.say(args, "nothing was deleted")
        return 1
    gone = store.delete(args.name)
    forgotten = load_settings().profile == args.name
    if forgotten:
        keep(profile=None)
    row = {"deleted": args.name, "files": [path.name for path in gone], "forgotten": forgotten}
    more = ", and the settings forget it" if forgotten else ""
    manner.result(
        args, row, f"{len(gone)} files of {args.name} deleted{more}; recordings kept elsewhere stay"
    )
    return 0


def _agreed(question: str) -> bool:
    """Asks on the terminal; raises UsageError where there is nobody to ask."""
    if not sys.stdin or not sys.stdin.isatty():
        raise UsageError("nobody to ask whether to delete; add --yes")
    print(question, end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")
