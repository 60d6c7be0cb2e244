"""One virtual armband as a service: its radio, body, commands, and the HCI of a controller in reach."""

from __future__ import annotations

import asyncio
import json
import math
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from myoedge.edge.errors import MyoedgeError, UsageError
from myoedge.firmware_bridge.virtual import cyton, ganglion, generic, gforce, myo, serial
from myoedge.firmware_bridge.virtual.body import Body, Truth
from myoedge.firmware_bridge.virtual.controller import make_controller, serve_hci
from myoedge.firmware_bridge.virtual.fault import Electrodes
from myoedge.firmware_bridge.virtual.options import ROUTINES, WIRED, VirtualOptions, parse_options
from myoedge.firmware_bridge.virtual.playback import Player, load_clip
from myoedge.firmware_bridge.virtual.radio import Radio, RadioSettings
from myoedge.firmware_bridge.virtual.serial_cable import Cable
from myoedge.firmware_bridge.virtual.source import Pattern, SampleSource, Skin

NS = 1_000_000_000
CENTRAL_ADDRESS = "C0:FF:EE:00:00:01"  # public address of the controller that is served
HOLD_S, REST_S = 2.0, 1.5  # of each gesture when the wearer cycles through them by itself
LEVEL = 0.7  # of the strongest contraction, unless a command says otherwise
Armband = (
    myo.VirtualMyo
    | generic.VirtualGeneric
    | ganglion.VirtualGanglion
    | gforce.VirtualGforce
    | serial.VirtualSerial
    | cyton.VirtualCyton
)


async def serve(
    kind: str,
    options: Mapping[str, str],
    hci: str,
    commands_in: asyncio.StreamReader | None,
    truth_out: Truth,
) -> None:
    """Serve a virtual armband until it is told to quit or cancelled.

    `hci` is a transport (`unix-server:PATH`, `tcp-server:127.0.0.1:PORT`, any of bumble's) for the host stack
    that is to meet the armband; of a wired one `pty:PATH`, a link to make to its port, or empty.
    `commands_in` gives JSON lines (None: no commands; their end is no reason to stop), `truth_out` takes what
    happened, first {"truth": "ready", ...}.
    Raises UsageError for options that cannot be, LinkError when the transport cannot be opened,
    NotThereError for a wearer or recording that is not there.
    """
    parsed = parse_options(kind, options)
    if kind in WIRED:
        await _serve_wired(kind, parsed, hci, commands_in, truth_out)
        return
    radio = Radio(RadioSettings(parsed.interval_ms / 1000, parsed.per_event, parsed.miss, parsed.seed))
    armband = make_armband(kind, parsed, radio, truth_out)
    port = await serve_hci(make_controller("central", radio, CENTRAL_ADDRESS), radio, hci)
    try:
        await armband.start()
        control = Control(armband, truth_out)
        control.routine(parsed.routine)
        identity = armband.peripheral.identity
        truth_out({"truth": "ready", "hci": hci, "address": identity.address, "name": identity.name})
        await control.run(commands_in)
    finally:
        await port.close()


async def _serve_wired(
    kind: str,
    options: VirtualOptions,
    port: str,
    commands_in: asyncio.StreamReader | None,
    truth_out: Truth,
) -> None:
    way, _, link = port.partition(":")
    if way not in ("", "pty"):
        raise UsageError(f"{kind} comes over a wire, not {port!r}; write --hci pty:PATH, or nothing")
    cable = Cable(truth_out, options.name or kind, link, options.loss, options.damage, options.seed)
    armband = make_wired(kind, options, cable)
    await armband.start()
    try:
        control = Control(armband, truth_out)
        control.routine(options.routine)
        identity = cable.identity
        truth_out({"truth": "ready", "hci": "", "address": identity.address, "name": identity.name})
        await control.run(commands_in)
    finally:
        cable.close()


def make_wired(kind: str, options: VirtualOptions, cable: Cable) -> serial.VirtualSerial | cyton.VirtualCyton:
    """The armband of that kind at the end of `cable` with its wearer; not plugged in."""
    channels, rate_hz = options.channels, options.rate
    if kind == "cyton":
        rate_hz = cyton.RATE_HZ if channels == 8 else cyton.DAISY_RATE_HZ
        body, player = _body(options, channels, rate_hz, cyton.LIMIT, cable.truth)
        return cyton.VirtualCyton(cable, body, channels, player)
    body, player = _body(options, channels, rate_hz, serial.LIMIT, cable.truth)
    return serial.VirtualSerial(cable, body, channels, rate_hz, player, options.battery)


def make_armband(kind: str, options: VirtualOptions, radio: Radio, truth: Truth) -> Armband:
    """The armband of that kind with its wearer, on `radio`; not started."""
    limit = {"myo": myo.LIMIT, "gforce": gforce.LIMIT}.get(kind, generic.LIMIT)
    shapes = {"myo": (myo.CHANNELS, myo.RATE_HZ), "ganglion": (ganglion.CHANNELS, ganglion.RATE_HZ)}
    shapes["gforce"] = gforce.CHANNELS, gforce.RATE_HZ
    channels, rate_hz = shapes.get(kind, (options.channels, options.rate))
    body, player = _body(options, channels, rate_hz, limit, truth)
    who = (options.name, options.address, options.loss, options.seed)
    if kind == "myo":
        peripheral = myo.make_myo_peripheral(radio, truth, *who)
        return myo.VirtualMyo(peripheral, body, player, options.battery, options.idle_s)
    if kind == "gforce":
        peripheral = gforce.make_gforce_peripheral(radio, truth, *who)
        return gforce.VirtualGforce(peripheral, body, player)
    if kind == "ganglion":
        peripheral = ganglion.make_ganglion_peripheral(radio, truth, *who)
        return ganglion.VirtualGanglion(peripheral, body, player, options.firmware)
    peripheral = generic.make_generic_peripheral(radio, truth, *who)
    return generic.VirtualGeneric(peripheral, body, channels, rate_hz, player, options.battery)


def _body(
    options: VirtualOptions, channels: int, rate_hz: float, limit: int, truth: Truth
) -> tuple[Body, Player | None]:
    """What the armband measures, and what it plays instead, if that was asked for."""
    electrodes = Electrodes(channels, rate_hz, limit, options.seed)
    source = _source(options, channels, rate_hz, limit)
    body = Body(source, electrodes, truth, (rate_hz, myo.IMU_RATE_HZ), options.drift_ppm)
    return body, Player(options.recording) if options.recording is not None else None


def _source(options: VirtualOptions, channels: int, rate_hz: float, limit: int) -> SampleSource:
    if options.source == "pattern":
        return Pattern(channels, limit)
    if options.source == "skin":
        return Skin(channels, options.seed)
    from myoedge.firmware_bridge.wearer import make_wearer

    return make_wearer(
        options.wearer,
        channels=channels,
        rate_hz=rate_hz,
        imu_rate_hz=myo.IMU_RATE_HZ,
        limit=limit + 1,
        seed=options.seed,
        options=options.body,
    )


class Control:
    """Obeys commands, one JSON object a line; one it cannot obey becomes {"truth": "refused", ...}."""

    def __init__(self, armband: Armband, truth: Truth) -> None:
        self._armband, self._truth = armband, truth
        self._routine: asyncio.Task[None] | None = None
        self._table: dict[str, Callable[[Mapping[str, Any]], None]] = {
            "perform": self._perform,
            "routine": lambda words: self.routine(str(words["name"])),
            "drop": lambda words: self._radio.leave(_number(words, "seconds", 3600)),
            "stall": lambda words: self._radio.stall(_number(words, "seconds", 3600)),
            "loss": self._loss,
            "silence": self._silence,
            "fault": self._fault,
            "battery": self._battery,
            "play": self._play,
        }

    @property
    def _radio(self) -> Radio | Cable:
        return self._armband.peripheral.radio

    async def run(self, lines: asyncio.StreamReader | None) -> None:
        """Until `quit`; the end of the lines is no reason to stop."""
        try:
            while lines is not None and (line := await lines.readline()):
                if not self._obeyed(line):
                    return
            await asyncio.get_running_loop().create_future()
        finally:
            self.routine("idle")

    def routine(self, name: str) -> None:
        """`cycle`: one gesture after another; `idle`: only what is commanded."""
        if name not in ROUTINES:
            raise UsageError(f"no routine {name!r}; known: {', '.join(ROUTINES)}")
        if self._routine is not None:
            self._routine.cancel()
        self._routine = asyncio.ensure_future(self._cycle()) if name == "cycle" else None

    def _obeyed(self, line: bytes) -> bool:
        """Obey one line; False when it says quit."""
        try:
            words = json.loads(line)
            if words["op"] == "quit":
                return False
            if words["op"] not in self._table:
                raise UsageError(f"no command {words['op']!r}; known: {', '.join(self._table)}, quit")
            self._table[words["op"]](words)
        except (MyoedgeError, KeyError, TypeError, ValueError) as error:
            text = str(error) if isinstance(error, MyoedgeError) else f"cannot read {line[:200]!r}: {error!r}"
            self._truth({"truth": "refused", "text": text})
        return True

    async def _cycle(self) -> None:
        body = self._armband.body
        gestures = [gesture for gesture in body.source.gestures if gesture != "rest"]
        while gestures:
            for gesture in gestures:
                await asyncio.sleep(REST_S)
                body.perform(gesture, LEVEL)
                await asyncio.sleep(HOLD_S)
                body.perform("rest", LEVEL)

    def _perform(self, words: Mapping[str, Any]) -> None:
        self._armband.body.perform(str(words["gesture"]), float(words.get("level", LEVEL)))

    def _loss(self, words: Mapping[str, Any]) -> None:
        self._armband.peripheral.loss = _number(words, "share", 1)

    def _silence(self, words: Mapping[str, Any]) -> None:
        until_ns = time.monotonic_ns() + round(_number(words, "seconds", 3600) * NS)
        self._armband.peripheral.silent_until_ns = until_ns

    def _fault(self, words: Mapping[str, Any]) -> None:
        channel = words.get("channel")
        self._armband.body.electrodes.set(str(words["kind"]), None if channel is None else int(channel))

    def _battery(self, words: Mapping[str, Any]) -> None:
        self._armband.battery.set(round(_number(words, "percent", 100)))

    def _play(self, words: Mapping[str, Any]) -> None:
        armband = self._armband
        channels = myo.CHANNELS if isinstance(armband, myo.VirtualMyo) else armband.channels
        limit = myo.LIMIT if isinstance(armband, myo.VirtualMyo) else generic.LIMIT
        about = {name: value for name, value in words.items() if name not in ("op", "npz", "loop")}
        clip = load_clip(Path(str(words["npz"])), channels, limit, bool(words.get("loop", False)), about)
        armband.body.deck.play(clip)


def _number(words: Mapping[str, Any], name: str, most: float) -> float:
    value = float(words[name])
    if not (math.isfinite(value) and 0 <= value <= most):
        raise UsageError(f"{name} {words[name]!r}; wanted 0 to {most:g}")
    return value
