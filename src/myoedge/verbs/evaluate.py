"""`myoedge evaluate`: accuracy of a bundle on recordings, through the device's own code."""

import argparse
from typing import Any

from myoedge.edge.errors import UsageError
from myoedge.verbs import manner


def add(parser: argparse.ArgumentParser) -> None:
    parser.epilog = (
        "example: myoedge evaluate classic --dataset myo-laval --root myo-laval --protocol sessions"
    )
    parser.add_argument("bundle", help="a folder, a .tar, default or classic")
    parser.add_argument(
        "--dataset", required=True, help="a key of the data set table, as myo-laval or folder"
    )
    parser.add_argument(
        "--root", required=True, type=manner.path, metavar="DIR", help="the set's unpacked folder"
    )
    parser.add_argument(
        "--protocol", required=True, help="zero-shot, sessions, cycles:N, within:N, sync or refresh:N"
    )
    parser.add_argument("--people", metavar="A,B", help="only these (default: all found)")
    parser.add_argument(
        "--modalities", metavar="A,B", help="only these of the bundle's (default: all the set has)"
    )
    parser.add_argument("--engine", choices=manner.ENGINES, help="default: the first that is right")
    parser.add_argument(
        "--unlabelled", type=manner.positive, metavar="S", help="zero-shot: seconds to scale by"
    )
    parser.add_argument(
        "--sync-gesture",
        metavar="A,B",
        default="wrist extension,hand open",
        help="sync: the gestures that re-align (wrist extension,hand open)",
    )
    parser.add_argument(
        "--baseline", action="store_true", help="the classic bundle on the same split beside it"
    )
    parser.add_argument(
        "--leave-out",
        nargs="?",
        const="window",
        choices=("window", "movement"),
        metavar="BY",
        help="each gesture left out in turn: what is taken for another; judged by window or by movement",
    )
    parser.add_argument(
        "--accept", type=manner.positive, metavar="SHARE", help="leave-out: of right decisions (0.95)"
    )
    parser.add_argument("--adapt", action="store_true", help="left out on purpose, see docs/donning.md")


def run(args: argparse.Namespace) -> int:
    from myoedge.edge.bundle import load_bundle
    from myoedge.edge.engines import load_engine
    from myoedge.export.data.table import load
    from myoedge.export.evaluate import evaluate

    if args.accept and not args.leave_out:
        raise UsageError("--accept chooses thresholds, which count with --leave-out only; add it")
    if args.adapt:
        raise UsageError(
            "--adapt: learning from unlabelled use is left out, it cost some people more than it gave "
            "(docs/donning.md); use --protocol sync or refresh:1"
        )
    bundle = load_bundle(args.bundle)
    engine, refused = load_engine(bundle, args.engine)
    for why in refused:
        manner.say(args, f"engine {why}")
    people = _list(args.people)
    dataset = load(args.dataset, args.root, people)
    if args.leave_out:
        return _leave_out(args, bundle, engine, dataset)
    row = evaluate(
        bundle,
        engine,
        dataset,
        args.protocol,
        modalities=_list(args.modalities),
        unlabelled_s=args.unlabelled or 0.0,
        sync_gestures=tuple(_list(args.sync_gesture) or ()),
        baseline=args.baseline,
        progress=lambda text: manner.say(args, text),
    )
    manner.result(args, row, _text(row))
    return 0


def _leave_out(args: argparse.Namespace, bundle: Any, engine: Any, dataset: Any) -> int:
    from myoedge.calibration.heldout import ACCEPT, check_accept
    from myoedge.export.evaluate import subject_of
    from myoedge.export.rejection import rejection

    row = rejection(
        subject_of(bundle, engine, dataset, modalities=_list(args.modalities)),
        args.protocol,
        check_accept(args.accept or ACCEPT),
        args.leave_out,
        baseline=args.baseline,
        progress=lambda text: manner.say(args, text),
    )
    manner.result(args, row, _leave_out_text(row))
    return 0


def _list(text: str | None) -> list[str] | None:
    return None if text is None else [name for name in text.split(",") if name]


def _text(row: dict[str, Any]) -> str:
    lines = [f"{row['dataset']} {row['protocol']}: {row['bundle']} on {row['engine'] or 'no engine'}"]
    lines.append(f"  {'':<28} {'windows':>8} {'accuracy':>9} {'macro F1':>9} {'gestures':>9} {'labels':>7}")
    lines += [
        f"  {name:<28} {one['windows']:>8}{_shares(one)} {one['labels']:>7}"
        for name, one in row["people"].items()
    ]
    lines += [f"  {name:<28} {'':>8}{_shares(part['mean'])}" for name, part in row.get("parts", {}).items()]
    if "parts" not in row:
        lines.append(f"  {'mean':<28} {'':>8}{_shares(row['mean'])}")
    accepted = row["rejection"]["right_accepted"]
    if accepted is not None:
        lines.append(f"  the thresholds let {100 * accepted:.1f} % of the right decisions through")
    lines += [f"  left out: {text}" for text in row["skipped"]] + [f"  note: {text}" for text in row["notes"]]
    if "donning" in row:
        lines += _donning(row["donning"])
    if "baseline" in row:
        lines.append(_text(row["baseline"]))
    return "\n".join(lines)


def _leave_out_text(row: dict[str, Any]) -> str:
    asked = f"{100 * row['accept']:g} %"
    lines = [
        f"{row['dataset']} {row['protocol']}: {row['bundle']}",
        f"  each gesture left out in turn, judged by {row['left_out']}",
        f"  strict: share of the strange let through where {asked} of what is right passes; then, at the",
        "  thresholds: of the strange, of what is right, of what is decided wrong",
        f"  {'':<28} {'strict':>8} {'strange':>8} {'right':>8} {'wrong':>8}",
    ]
    names = ("false_accepts_at_target", "false_accepts", "right_accepted", "wrong_accepted")
    for name, one in (*row["people"].items(), ("mean", row["mean"]), ("worst", row["worst"])):
        shares = (f"{100 * one[n]:>7.1f}%" if one[n] is not None else f"{'-':>8}" for n in names)
        lines.append(f"  {name:<28} {' '.join(shares)}")
    rest = row["rest"]
    lines.append(f"  at rest: {rest['starts']} starts in {rest['hours']:g} hours")
    if (moving := row["moving"])["hours"]:
        lines.append(f"  strange movement: {moving['events']} events in {moving['hours']:g} hours")
    lines += [f"  left out: {text}" for text in row["skipped"]]
    return "\n".join([*lines, *([_leave_out_text(row["baseline"])] if "baseline" in row else [])])


def _donning(row: dict[str, Any]) -> list[str]:
    lines = [
        f"  taken over in {row['taken']} of {row['sessions']} sessions; with the profile left as it was:"
    ]
    for help_, sessions in row["told"].items():
        lines.append(f"  a run with the old profile says in {sessions} of them that {help_} would help")
    for part, one in row["unchanged"].items():
        gain = f"; whom it cost most: {100 * one['worst_gain']:+.1f}"
        lines.append(f"  {part:<28} {'':>8}{_shares(one['mean'])}{gain}")
    return lines


def _shares(row: dict[str, float]) -> str:
    return "".join(f" {100 * row[name]:>8.1f}%" for name in ("accuracy", "macro_f1", "gesture_accuracy"))
