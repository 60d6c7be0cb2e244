"""`myoedge data`: look at recordings before learning from them."""

import argparse
from typing import Any

from myoedge.edge.errors import StorageError, UsageError
from myoedge.verbs import manner


def add(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "example: myoedge data show myo-laval --root myo-laval --picture signals.svg"
    parser.add_argument("what", choices=("show",))
    parser.add_argument("dataset", help="a key of the data set table, as myo-laval, ninapro-db2 or folder")
    parser.add_argument(
        "--root", required=True, type=manner.path, metavar="DIR", help="the set's unpacked folder"
    )
    parser.add_argument("--people", type=manner.names, metavar="A,B", help="only these (default: all found)")
    parser.add_argument(
        "--modalities", type=manner.names, metavar="A,B", help="only these beside the EMG (default: all)"
    )
    parser.add_argument(
        "--picture", type=manner.path, metavar="FILE.svg", help="draw the first person's signals"
    )


def run(args: argparse.Namespace) -> int:
    from myoedge.export.data.picture import picture
    from myoedge.export.data.show import describe
    from myoedge.export.data.table import load

    if args.picture and args.picture.suffix != ".svg":
        raise UsageError(f"--picture {args.picture.name}: wanted a file that ends in .svg")
    manner.say(args, f"reading {args.dataset}")
    loaded = load(args.dataset, args.root, args.people, args.modalities)
    row = describe(loaded)
    if args.picture:
        name = (args.people or loaded.people)[0]
        own = [r for r in loaded.repetitions if r.person == name]
        dead = row["people"][name]["streams"]["emg"]["dead"]
        try:
            args.picture.write_text(picture(own, f"{args.dataset} {name}", dead), encoding="utf-8")
        except OSError as error:
            raise StorageError(f"cannot write {args.picture}: {error.strerror}") from None
        row["picture"] = str(args.picture)
    manner.result(args, row, _text(row))
    return 0


def _text(row: dict[str, Any]) -> str:
    lines = [f"{row['dataset']}: {len(row['people'])} people, licence {row['licence']}, {row['source']}"]
    for name, one in row["people"].items():
        streams = ", ".join(_stream(modality, stream) for modality, stream in one["streams"].items())
        arm = ("amputee, " if one["amputee"] else "") + f"hand {one['hand']}"
        lines.append(f"\n{name}: {one['files']} files, {one['seconds']:.0f} s, {arm}; {streams}")
        lines += [
            f"  {label:<28} {len(label_row['repetitions']):>3} repetitions {label_row['seconds']:>8.1f} s"
            f"{'  ' + label_row['name'] if 'name' in label_row else ''}"
            for label, label_row in one["labels"].items()
        ]
        lines += [f"  note: {text}" for text in _gathered(one["notes"])]
    lines += [""] if row["notes"] or row["skipped"] else []
    lines += [f"left out: {text}" for text in row["skipped"]] + [f"note: {text}" for text in row["notes"]]
    if "picture" in row:
        lines.append(f"signals drawn in {row['picture']}")
    return "\n".join(lines)


def _gathered(notes: list[str]) -> list[str]:
    """Notes of one kind about many files as one line; --json has every file."""
    kinds: dict[str, list[str]] = {}
    for note in notes:
        kinds.setdefault(note.partition(": ")[2] or note, []).append(note)
    return [one[0] if len(one) == 1 else f"{kind} ({len(one)} files)" for kind, one in kinds.items()]


def _stream(modality: str, row: dict[str, Any]) -> str:
    dead = f" (dead: {', '.join(map(str, row['dead']))})" if row["dead"] else ""
    return f"{modality} {row['channels']} x {row['rate_hz']:g} Hz{dead}"
