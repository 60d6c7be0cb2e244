"""`myoedge pair`: connect to an armband once and remember it."""

import argparse
import asyncio

from myoedge.edge.settings import keep
from myoedge.verbs import manner


def add(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "example: myoedge pair myo"
    manner.add_armband(parser)


def run(args: argparse.Namespace) -> int:
    from myoedge.firmware_bridge.armbands import open_armband

    address = args.armband or "myo"
    radio = manner.radio_of(args)

    async def meet() -> tuple[str, int | None]:
        async with open_armband(address, radio) as armband:
            await armband.vibrate(1)
            return armband.address, await armband.battery()

    met, battery = asyncio.run(meet())
    kind = address.partition("?")[0]
    remembered = address if kind.startswith("virtual:") else f"{kind.split(':')[0]}:{met}"
    where = keep(armband=remembered, radio=args.radio or None)
    row = {"armband": remembered, "battery": battery, "settings": str(where)}
    level = "unknown" if battery is None else f"{battery} %"
    manner.result(args, row, f"{remembered} is remembered in {where}; battery {level}")
    return 0
