"""`myoedge pair`: connect to an armband once and remember it."""

import argparse

from myoedge.verbs import manner


def add(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "example: myoedge pair myo"
    parser.add_argument("armband", nargs="?", default="myo", help="myo (the first heard), myo:ADDRESS, ...")
    parser.add_argument("--radio", help=manner.RADIO_HELP)


def run(args: argparse.Namespace) -> int:
    return manner.until_signal(lambda: _pair(args))


async def _pair(args: argparse.Namespace) -> int:
    from myoedge.edge.settings import keep
    from myoedge.firmware_bridge.share import open_or_share

    radio = manner.radio_of(args)
    async with open_or_share(args.armband, radio) as armband:
        await armband.vibrate(1)
        met, battery = armband.address, await armband.battery()
    kind = args.armband.partition(":")[0]
    remembered = args.armband if kind in ("virtual", "recording") else f"{kind}:{met}"
    where = keep(armband=remembered, radio=None if radio == "bluez" else radio)
    row = {"armband": remembered, "battery": battery, "settings": str(where)}
    level = "unknown" if battery is None else f"{battery} %"
    manner.result(args, row, f"{remembered} is remembered in {where}; battery {level}")
    return 0
