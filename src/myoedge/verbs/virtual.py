"""`myoedge virtual`: an armband in software, served to any Bluetooth stack over HCI, or on a serial port."""

import argparse


def add(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "example: myoedge virtual myo?wearer=anna --hci tcp-server:127.0.0.1:9001"
    parser.add_argument(
        "armband", help="myo, generic or openband, with options: generic?channels=8&rate=2000"
    )
    parser.add_argument(
        "--hci",
        default="",
        help="where the controller's HCI is served: tcp-server:HOST:PORT, ...; openband: pty:PATH or nothing",
    )


def run(args: argparse.Namespace) -> int:
    from myoedge.firmware_bridge.virtual.__main__ import main

    words = [args.armband.removeprefix("virtual:"), "--hci", args.hci]
    return int(main([*words, "--json"] if args.json else words))
