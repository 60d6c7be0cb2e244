"""`myoedge scan`: the armbands in reach."""

import argparse
import asyncio
from dataclasses import asdict

from myoedge.verbs import manner


def add(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "example: myoedge scan --seconds 5"
    parser.add_argument("--radio", help="bluez (default), or a transport such as tcp-client:127.0.0.1:9001")
    parser.add_argument("--seconds", type=manner.positive, default=5.0, help="how long to listen (5)")


def run(args: argparse.Namespace) -> int:
    from myoedge.firmware_bridge.scan import scan

    found = asyncio.run(scan(manner.radio_of(args), args.seconds))
    rows = [asdict(armband) for armband in found]
    text = "\n".join(f"{r['kind']}:{r['address']}  {r['name']}  {r['rssi']} dBm" for r in rows)
    manner.result(args, {"armbands": rows}, text or "no armband in reach: is it switched on and not connected elsewhere?")
    return 0 if rows else 3
