"""A profile for benches that have no person: the simulated wearer's calibration, without the waiting."""

import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from myoedge.calibration.learn import learn
from myoedge.calibration.store import load as load_stored
from myoedge.calibration.stretch import Stretch, stretch_of
from myoedge.edge.bundle import Bundle
from myoedge.edge.engines import Engine
from myoedge.edge.errors import UsageError
from myoedge.edge.profile import Profile
from myoedge.edge.stream import StreamSpec
from myoedge.firmware_bridge.address import Address
from myoedge.firmware_bridge.device import Choice, load
from myoedge.firmware_bridge.wearer import Wearer, make_wearer

REPETITIONS, HOLD_S, SETTLE_S = 2, 2.0, 0.7
MYO = {"emg": StreamSpec(200, 8, limit=128), "imu": StreamSpec(50, 10, limit=32768)}


@contextmanager
def profile_file(bundle: str, address: str, wanted: str | None) -> Iterator[Path]:
    """The profile asked for as a file; for a virtual armband without one, its wearer's own."""
    with tempfile.TemporaryDirectory(prefix="myoedge-") as folder:
        path = Path(folder) / "profile.json"
        profile = load_stored(wanted) if wanted else stand_in(bundle, address)
        path.write_text(json.dumps(profile.to_json()))
        yield path


def stand_in(bundle_name: str, address: str) -> Profile:
    """Fit the wearer of a virtual armband; raises UsageError for any other armband."""
    parsed = Address.parse(address)
    if parsed.kind != "virtual":
        raise UsageError(f"{address} has no simulated wearer; calibrate first and name the --profile")
    loaded = load(Choice(bundle_name))
    options = dict(parsed.options)
    specs = MYO
    if parsed.target == "generic":
        rate_hz, channels = float(options.get("rate", 1000)), int(options.get("channels", 8))
        specs = {"emg": StreamSpec(rate_hz, channels, limit=32768)}
    return fit_wearer(loaded.bundle, loaded.engine, options.get("wearer", "anna"), specs)


def fit_wearer(bundle: Bundle, engine: Engine | None, name: str, specs: dict[str, StreamSpec]) -> Profile:
    """What calibration would learn of that wearer with an armband of these streams."""
    emg = specs["emg"]
    wearer = make_wearer(name, channels=emg.channels, rate_hz=emg.rate_hz, limit=emg.limit or 128)
    stretches = [
        _repetition(wearer, gesture, turn, specs)
        for turn in range(REPETITIONS)
        for gesture in wearer.gestures
    ]
    return learn(bundle, engine, stretches, specs, wearer=name, armband="virtual").profile


def _repetition(wearer: Wearer, gesture: str, turn: int, specs: dict[str, StreamSpec]) -> Stretch:
    """Rest, move there, and keep the part that is held."""
    for label, seconds, kept in (("rest", 0.5, False), (gesture, SETTLE_S, False), (gesture, HOLD_S, True)):
        if label != wearer.gesture:
            wearer.perform(label)
        signals = {"emg": _rows(wearer.emg, seconds, specs["emg"])}
        if "imu" in specs:
            signals["imu"] = _rows(wearer.imu, seconds, specs["imu"])
        if kept:
            return stretch_of(gesture, turn, signals, {name: specs[name].rate_hz for name in signals})
    raise UsageError("a plan without a part to keep")


def _rows(source: Callable[[int], NDArray[Any]], seconds: float, spec: StreamSpec) -> NDArray[Any]:
    return source(round(seconds * spec.rate_hz))
