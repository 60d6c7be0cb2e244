"""`myoedge wearer`: fit the simulated wearers to recordings, or measure how like real people they are."""

import argparse
from typing import Any

from myoedge.verbs import manner


def add(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "example: myoedge wearer check --root recordings"
    parser.add_argument("what", choices=("fit", "check"), help="write the table of fitted numbers; or try it")
    parser.add_argument(
        "--root", required=True, type=manner.path, metavar="DIR", help="holds myo-uci and myo-psl, unpacked"
    )
    parser.add_argument(
        "--out", type=manner.path, metavar="FILE", help="of fit (default: into this package itself)"
    )


def run(args: argparse.Namespace) -> int:
    return _fit(args) if args.what == "fit" else _check(args)


def _fit(args: argparse.Namespace) -> int:
    from myoedge.export.wearer_fit import fit, save
    from myoedge.firmware_bridge.wearer import WEARERS
    from myoedge.firmware_bridge.wearer.person import FILE

    people = {name: source.split()[-1] for name, source in WEARERS.items()}
    file = args.out or FILE
    save(fit(args.root / "myo-uci", args.root / "myo-psl", people), file)
    row = {"file": str(file), "wearers": list(people), "bytes": file.stat().st_size}
    manner.result(args, row, f"{file}: {len(people)} wearers, {row['bytes']} bytes")
    return 0


def _check(args: argparse.Namespace) -> int:
    from myoedge.export.wearer_trial import trial
    from myoedge.firmware_bridge.wearer.session import rehearse

    row = trial(args.root / "myo-uci", args.root / "myo-psl", rehearse)
    manner.result(args, row, _check_text(row))
    return 0 if row["holds"] else 1


def _check_text(row: dict[str, Any]) -> str:
    lines = [f"{row['people']} people, window accuracy in %"]
    for name, share in row["accuracy"].items():
        fitted, tried = name.split("_")
        lines.append(f"  fitted on {fitted:<9} tried on {tried:<9} {100 * share:5.1f}")
    verdict = "holds" if row["holds"] else "does not hold"
    lines.append(f"a carried head loses {100 * row['loss']:.1f} points, 10 allowed: {verdict}")
    lines.append(
        f"real or simulated, people held out: AUC {row['auc_real_or_simulated']:.3f} (0.5: cannot tell)"
    )
    return "\n".join(lines)
