"""`myoedge prune`: a trained network to a smaller one, from which `quantize` and `bundle make` go on."""

import argparse
from typing import Any

from myoedge.verbs import manner

STEPS = 200  # of learning again


def add(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "example: myoedge prune default --root recordings --macs 0.5 --out pruned"
    parser.add_argument(
        "network", help="default, the folder or file that train or prune wrote, or a finished run"
    )
    parser.add_argument(
        "--root",
        required=True,
        type=manner.path,
        metavar="DIR",
        help="holds one unpacked folder a data set: those that the network was trained on",
    )
    parser.add_argument(
        "--out", required=True, type=manner.path, metavar="DIR", help="for the network and the report"
    )
    parser.add_argument(
        "--macs", type=manner.positive, default=0.5, metavar="SHARE", help="of multiply-adds that stay (0.5)"
    )
    parser.add_argument(
        "--curve", type=_shares, default=(), metavar="A,B", help="other shares for the table, as 0.75,0.35"
    )
    parser.add_argument(
        "--steps", type=manner.count, default=STEPS, metavar="N", help=f"of learning again ({STEPS})"
    )
    parser.add_argument(
        "--width", type=manner.count, metavar="N", help="channels of the residual path that stay (all)"
    )
    parser.add_argument("--importance", choices=("taylor", "fisher"), default="taylor", help="(taylor)")
    parser.add_argument("--electrodes", action="store_true", help="which channels can go; takes minutes")
    parser.add_argument(
        "--unstructured",
        type=manner.positive,
        metavar="SHARE",
        help="of weights that NNCF sets to zero, as a row of the table: a smaller file, nothing faster",
    )
    parser.add_argument(
        "--cache", type=manner.path, metavar="DIR", help="of a run's windows (the user's cache folder)"
    )


def _shares(text: str) -> tuple[float, ...]:
    return tuple(manner.positive(one) for one in manner.names(text))


def run(args: argparse.Namespace) -> int:
    import torch

    from myoedge.export.cache import default_cache
    from myoedge.export.network import load_network, save_network
    from myoedge.export.prune.importance import transformer
    from myoedge.export.prune.prune import Asked, prune
    from myoedge.export.prune.report import claim, write_report
    from myoedge.export.prune.task import task_of

    def say(text: str) -> None:
        manner.say(args, text)

    torch.set_num_threads(1)
    asked = Asked(
        args.macs,
        args.curve,
        args.steps,
        args.importance,
        args.width,
        args.electrodes,
        args.unstructured,
    )
    network = load_network(args.network)
    transformer(network.model)
    claim(args.out)
    task = task_of(network, args.root, args.cache or default_cache(), say)
    found = prune(network, task, asked, say)
    files = write_report(found.report, args.out)
    save_network(args.out, found.network)
    row = {**found.report, "out": str(args.out), "files": files}
    manner.result(args, row, _text(row))
    return 0


def _text(row: dict[str, Any]) -> str:
    from myoedge.export.prune.prune import said

    dense = row["dense"]
    lines = [f"dense: {dense['macs']} multiply-adds, {said(dense['reached'])}"]
    lines += [
        f"{one['share']:.2f}: {one['macs']} multiply-adds, {said(one['reached'])}" for one in row["points"]
    ]
    lines += [
        f"{one['format']}: {one['kb']:g} kB, {one['ratio']:.2f} of the dense one's time"
        for one in row["spent"]
        if one["network"] == "pruned"
    ]
    return "\n".join([*lines, f"{row['out']}: network.json, network.npz, {', '.join(row['files'])}"])
