"""`myoedge bench`: what the controller costs beside a bare subscriber of its link, and each engine alone."""

import argparse
from typing import TYPE_CHECKING, Any

from myoedge.edge.errors import UsageError
from myoedge.verbs import manner

if TYPE_CHECKING:
    from myoedge.export.recorded import Recorded


def add(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "example: myoedge bench latency --seconds 20"
    parser.add_argument(
        "what",
        choices=("latency", "reaction", "curve", "compute"),
        help="arrival to event; movement to event; accuracy against movement to event; or every engine and "
        "precision of the bundle in turns, the fastest kept for this computer's runs",
    )
    parser.add_argument("--armband", default=None, help="default virtual:myo")
    parser.add_argument("--radio", help="bluez (default), or a transport such as tcp-client:127.0.0.1:9001")
    parser.add_argument("--seconds", type=manner.positive, default=20.0, help="of measuring (20)")
    parser.add_argument("--bundle", default="default", help="curve: several apart by commas")
    parser.add_argument("--engine", choices=manner.ENGINES, help="default: the first that is right")
    parser.add_argument(
        "--profile", help="a name in the store, or a file (default: fitted to the simulated wearer)"
    )
    parser.add_argument("--rate", type=manner.positive, default=20.0, help="decisions a second (20)")
    played = parser.add_argument_group("reaction without an armband")
    played.add_argument(
        "--played",
        choices=("wearers", "myo-uci", "myo-laval"),
        help="play movements whose beginning is known: six simulated wearers', or recorded people's",
    )
    played.add_argument("--root", type=manner.path, metavar="DIR", help="the set's unpacked folder")
    played.add_argument("--people", metavar="A,B", help="only these of the set")
    played.add_argument("--plot", type=manner.path, metavar="FILE", help="curve: a picture too, as .svg")
    played.add_argument("--pace", type=manner.positive, default=1.0, help="of the wearers: times quicker (1)")


def run(args: argparse.Namespace) -> int:
    return {"latency": _latency, "reaction": _reaction, "curve": _curve, "compute": _compute}[args.what](args)


def _latency(args: argparse.Namespace) -> int:
    from myoedge.boards.latency import Plan, bench_latency
    from myoedge.boards.stand_in import profile_file

    address = args.armband or "virtual:myo"
    with profile_file(args.bundle, address, args.profile) as profile:
        plan = Plan(
            address=address,
            radio=manner.radio_of(args),
            seconds=args.seconds,
            bundle=args.bundle,
            engine=args.engine or "",
            profile=str(profile),
            hop_ms=f"{1000 / args.rate:g}",
            decisions_per_s=args.rate,
        )
        row = bench_latency(plan)
    manner.result(args, row, _latency_text(row))
    return 0 if row["missed"] <= 1 else 1


def _latency_text(row: dict[str, Any]) -> str:
    lines = [
        f"{row['armband']}, bundle {row['bundle']} on {row['engine'] or 'no engine'}, load {row['load']:.2f}"
    ]
    lines += [
        f"  {name:<20} p50 {ms['p50']:7.3f}  p95 {ms['p95']:7.3f}  p99 {ms['p99']:7.3f}  "
        f"max {ms['max']:7.3f} ms"
        for name, ms in row["ms"].items()
    ]
    lines.append(f"  decisions {row['decisions']} of {row['expected']}")
    lines.append(f"  CPU {row['cpu_percent']:.1f} %, bare subscriber {row['bare_cpu_percent']:.1f} %, "
                 f"above it {row['above_bare_cpu_percent']:.1f} %")  # fmt: skip
    lines.append(f"  RSS {row['rss_mb']:.0f} MB (bare {row['bare_rss_mb']:.0f}); link to first event "
                 f"{row['linked_to_event_ms']:.0f} ms")  # fmt: skip
    return "\n".join(lines)


def _reaction(args: argparse.Namespace) -> int:
    row = _played(args) if args.played else _over_a_link(args)
    manner.result(args, row, _reaction_text(row))
    return 0 if row["started_right"] else 1


def _over_a_link(args: argparse.Namespace) -> dict[str, Any]:
    from myoedge.boards.reaction import bench_reaction
    from myoedge.boards.stand_in import profile_file

    address = args.armband or "virtual:myo?interval_ms=7.5"
    with profile_file(args.bundle, address, args.profile) as profile:
        return bench_reaction(
            address, manner.radio_of(args), args.bundle, profile, args.seconds, 1000 / args.rate
        )


def _played(args: argparse.Namespace) -> dict[str, Any]:
    hop_ms = 1000 / args.rate
    if args.played == "wearers":
        from myoedge.boards.reaction import play_wearers

        row = play_wearers(args.bundle, args.engine, hop_ms, args.pace)
    else:
        row = _recorded(args, hop_ms)
    return {"played": args.played, "bundle": args.bundle, **row}


def _recorded(args: argparse.Namespace, hop_ms: float) -> dict[str, Any]:
    from myoedge.edge.bundle import load_bundle
    from myoedge.edge.engines import load_engine
    from myoedge.export.recorded import measure_recorded

    bundle = load_bundle(args.bundle)
    engine, _ = load_engine(bundle, args.engine)
    return measure_recorded(bundle, engine, _takes(args), hop_ms)


def _takes(args: argparse.Namespace) -> "list[Recorded]":
    from myoedge.export.recorded import recorded_takes

    if args.root is None:
        raise UsageError(f"{args.played} is a data set; name its unpacked folder with --root")
    return recorded_takes(args.played, args.root, args.people.split(",") if args.people else None)


def _curve(args: argparse.Namespace) -> int:
    from myoedge.edge.bundle import load_bundle
    from myoedge.edge.engines import load_engine
    from myoedge.export.curve import measure_curve
    from myoedge.export.data.table import load as load_dataset

    if args.played in (None, "wearers"):
        raise UsageError("the curve is measured on recorded people; name the set with --played and --root")
    bundles = [load_bundle(name) for name in args.bundle.split(",")]
    engines = [load_engine(bundle, args.engine)[0] for bundle in bundles]
    takes = _takes(args)
    rows = measure_curve(
        list(zip(bundles, engines, strict=True)),
        load_dataset(args.played, args.root, {one.take.wearer for one in takes}),
        takes,
        progress=lambda text: manner.say(args, text),
    )
    if args.plot:
        from myoedge.export.curve_plot import curve_svg

        title = f"{args.played}: ms to the first start (median), window accuracy in %, by hop in ms"
        args.plot.write_text(curve_svg(rows, title), encoding="utf-8")
    manner.result(args, {"played": args.played, "rows": rows}, _curve_text(rows))
    return 0


def _compute(args: argparse.Namespace) -> int:
    from myoedge.boards.compute import bench_compute
    from myoedge.edge.bundle import load_bundle
    from myoedge.edge.engines.choice import remember

    bundle = load_bundle(args.bundle)
    row = bench_compute(bundle)
    for line in row["refused"]:
        manner.say(args, f"engine {line}")
    if row["chosen"]:
        where = remember(bundle, row["chosen"])
        manner.say(args, f"{row['chosen']} is kept for this bundle and processor in {where}; --engine wins")
    manner.result(args, row, _compute_text(row))
    return 0 if row["chosen"] or not bundle.engines else 1


def _compute_text(row: dict[str, Any]) -> str:
    if not row["rows"]:
        return f"bundle {row['bundle']}: no engine to time"
    lines = [f"{'engine':<10}{'precision':<11}{'us p50':>8}{'p99':>8}{'ratio':>8}{'kB':>8}{'load ms':>9}"]
    for one in row["rows"]:
        share = "-" if one["ratio_to_fp32"] is None else f"{one['ratio_to_fp32']:.2f}"
        lines.append(
            f"{one['engine']:<10}{one['precision']:<11}{one['us_p50']:>8.0f}{one['us_p99']:>8.0f}{share:>8}"
            f"{one['kb']:>8.0f}{one['load_ms']:>9.1f}{'  chosen' if one['name'] == row['chosen'] else ''}"
        )
    if row["fp32"] is None:
        lines.append("the bundle carries no float file: no ratio to one")
    return "\n".join(lines)


def _curve_text(rows: list[dict[str, Any]]) -> str:
    lines = ["window and hop in ms; accuracy of held windows; ms to the first start and to the right one"]
    lines.append(f"{'bundle':<14}{'window':>7}{'hop':>5}{'accuracy':>10}{'start p50':>11}{'p95':>6}"
                 f"{'right p50':>11}{'p95':>6}{'first wrong':>13}")  # fmt: skip
    for row in rows:
        start, right = (
            "{:>11.0f}{:>6.0f}".format(*(row[name].get(q, float("nan")) for q in ("p50", "p95")))
            for name in ("first_start_ms", "right_start_ms")
        )
        wrong = f"{row['first_wrong']} of {row['started']}"
        lines.append(
            f"{row['bundle']:<14}{row['window_ms']:>7g}{row['hop_ms']:>5g}{100 * row['accuracy']:>9.1f}%"
            f"{start}{right}{wrong:>13}"
        )
    return "\n".join(lines)


def _reaction_text(row: dict[str, Any]) -> str:
    if "played" in row:
        lines = [
            f"{row['played']}, {row['people']} people, bundle {row['bundle']}, every {row['hop_ms']:g} ms"
        ]
    else:
        lines = [
            f"{row['armband']}, bundle {row['bundle']}, every {row['hop_ms']:g} ms, load {row['load']:.2f}"
        ]
    for name, count, of, shown in (
        ("first_start_ms", "started", "onsets", "movement to start event"),
        ("right_start_ms", "started_right", "onsets", "to the right one"),
        ("release_ms", "released", "releases", "letting go to rest"),
    ):
        if row.get(of):
            lines.append(f"  {shown:<24} {row[count]} of {row[of]}{_spread(row[name])}")
    lines.append(f"  first named wrongly      {row['first_wrong']} of {row['started']}")
    if "starts_in_release" in row:
        lines.append(f"  started while letting go {row['starts_in_release']}")
    if "rest_s" in row:
        lines.append(f"  started in rest          {row['starts_in_rest']} in {row['rest_s']:.0f} s")
    return "\n".join(lines)


def _spread(ms: dict[str, float]) -> str:
    return f", p50 {ms['p50']:.0f}  p95 {ms['p95']:.0f}  max {ms['max']:.0f} ms" if ms else ""
