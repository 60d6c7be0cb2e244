"""`myoedge scan`: the armbands in reach."""

import argparse

from myoedge.verbs import manner


def add(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "example: myoedge scan --seconds 5"
    parser.add_argument("--radio", help=manner.RADIO_HELP)
    parser.add_argument("--seconds", type=manner.positive, default=5.0, help="how long to listen (5)")


def run(args: argparse.Namespace) -> int:
    return manner.until_signal(lambda: _scan(args))


async def _scan(args: argparse.Namespace) -> int:
    from dataclasses import asdict

    from myoedge.firmware_bridge.scan import scan

    rows = [asdict(found) for found in await scan(manner.radio_of(args), args.seconds)]
    text = "\n".join(f"{r['kind']}:{r['address']}  {r['name']}  {r['rssi']} dBm" for r in rows)
    none = "no armband in reach: is it switched on and not connected elsewhere?"
    manner.result(args, {"armbands": rows}, text or none)
    return 0 if rows else 3
