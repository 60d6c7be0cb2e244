"""`myoedge scan`: the armbands in reach."""

import argparse

from myoedge.verbs import manner


def add(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "example: myoedge scan --seconds 5"
    parser.add_argument("--radio", help=manner.RADIO_HELP)
    parser.add_argument("--seconds", type=manner.positive, default=5.0, help="how long to listen (5)")
    parser.add_argument(
        "--no-serial", dest="serial", action="store_false", help="ask no USB serial port whether it is one"
    )


def run(args: argparse.Namespace) -> int:
    return manner.until_signal(lambda: _scan(args))


async def _scan(args: argparse.Namespace) -> int:
    from dataclasses import asdict

    from myoedge.firmware_bridge.scan_serial import scan_everywhere

    found, trouble = await scan_everywhere(manner.radio_of(args), args.seconds, args.serial)
    for line in trouble:
        manner.say(args, line)
    rows = [asdict(one) for one in found]
    text = "\n".join(
        f"{r['kind']}:{r['address']}  {r['name']}  {'wire' if r['rssi'] is None else str(r['rssi']) + ' dBm'}"
        for r in rows
    )
    none = "no armband in reach: is it switched on and not connected elsewhere?"
    manner.result(args, {"armbands": rows}, text or none)
    return 0 if rows else 3
