"""What can be asked of a virtual armband: the words after `?` in `virtual:myo?wearer=anna&loss=0.2`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

from myoedge.edge.errors import UsageError
from myoedge.firmware_bridge.virtual.generic import rows_per_packet
from myoedge.firmware_bridge.virtual.serial import rows_per_frame

KINDS = ("myo", "generic", "openband", "cyton", "ganglion", "gforce")
WIRED = ("openband", "cyton")  # on a pseudo-terminal; the others are in the air
SAME = {"serial": "openband"}  # other words for a kind
_OF_THE_AIR = {"miss", "interval_ms", "per_event", "address"}
STRANGE: dict[str, set[str]] = {  # options that a kind has not
    "myo": {"channels", "rate", "damage", "firmware"},
    "generic": {"idle_s", "damage", "firmware"},
    "openband": {"idle_s", "firmware", *_OF_THE_AIR},
    "cyton": {"idle_s", "rate", "battery", "firmware", *_OF_THE_AIR},
    "gforce": {"idle_s", "channels", "rate", "damage", "firmware"},
    "ganglion": {"idle_s", "channels", "rate", "battery", "damage"},
}
SOURCES = ("wearer", "pattern", "skin")
ROUTINES = ("idle", "cycle")


@dataclass(frozen=True, slots=True)
class VirtualOptions:
    """Everything about one virtual armband; words it does not know are the simulated wearer's."""

    wearer: str = "anna"
    source: str = "wearer"  # wearer, pattern (counts up: losses show) or skin (rest; for played clips)
    recording: Path | None = None  # sends this recording's packets instead of samples
    routine: str = "idle"  # cycle: one gesture after another by itself
    seed: int = 0
    loss: float = 0.0  # share of notifications the armband drops
    miss: float = 0.0  # share of connection events missed
    interval_ms: float = 7.5  # connection interval; 0 delivers at once
    per_event: int = 0  # packets a connection event carries; 0: what fits
    drift_ppm: float = 0.0  # of the armband's sample clock
    battery: int = 91  # percent
    idle_s: float = 30.0  # a Myo without streaming or a never-sleep command ends the link
    name: str = ""  # empty: the kind's own
    address: str = ""
    channels: int = 8  # not of a Myo; a Cyton has 8 or 16
    rate: float = 1000.0  # Hz, of generic and openband
    damage: float = 0.0  # share of frames that a wire damages
    firmware: str = "3.0.0"  # of a Ganglion
    body: Mapping[str, str] = field(default_factory=dict)  # the wearer's words: rotation, fatigue, hum, ...


def parse_kind(text: str) -> tuple[str, dict[str, str]]:
    """`myo?wearer=anna&loss=0.2` to its kind and words; an empty one is a Myo.

    Raises UsageError for a kind that is not there or words that are no `name=value`.
    """
    kind, _, query = text.removeprefix("virtual:").partition("?")
    kind = SAME.get(kind, kind)
    if kind not in KINDS:
        raise UsageError(f"no virtual armband {kind!r}; wanted {' or '.join(KINDS)}")
    try:
        words = dict(parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query)))
    except ValueError as error:
        raise UsageError(f"cannot read {query!r} ({error}); write name=value&name=value") from error
    return kind, words


def write_kind(kind: str, words: Mapping[str, str]) -> str:
    """The inverse of `parse_kind`."""
    return f"{kind}?{urlencode(words)}" if words else kind


def parse_options(kind: str, words: Mapping[str, str]) -> VirtualOptions:
    """Raises UsageError for a word nobody knows (listing the known ones) or a value that cannot be."""
    from myoedge.firmware_bridge.wearer.options import Options

    own = set(READERS) - STRANGE[kind]
    wearers = {one.name for one in fields(Options)}
    values: dict[str, object] = {}
    for word, text in words.items():
        if word not in own | wearers:
            known = ", ".join(sorted(own | wearers))
            raise UsageError(f"virtual:{kind} has no option {word!r}; known: {known}")
        if word in own:
            values[word] = _read(word, text)
    body = {word: text for word, text in words.items() if word in wearers}
    Options.parse(body)  # what the wearer cannot read is better said before anything starts
    options = VirtualOptions(**values, body=body)  # type: ignore[arg-type]  # each by its own reader
    if kind == "generic":
        rows_per_packet(options.channels, options.rate)
    if kind == "openband":
        rows_per_frame(options.channels, options.rate)
    if kind == "cyton" and options.channels not in (8, 16):
        raise UsageError(f"a cyton of {options.channels} channels; wanted 8, or 16 with a Daisy")
    return options


def _read(word: str, text: str) -> object:
    reader, wanted = READERS[word]
    try:
        return reader(text)
    except ValueError as error:
        raise UsageError(f"option {word}={text!r}; wanted {wanted}") from error


def _within(low: float, high: float) -> Callable[[str], float]:
    def read(text: str) -> float:
        value = float(text)
        if not low <= value <= high:
            raise ValueError(text)
        return value

    return read


def _whole(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        value = int(text)
        if not low <= value <= high:
            raise ValueError(text)
        return value

    return read


def _one_of(names: tuple[str, ...]) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in names:
            raise ValueError(text)
        return text

    return read


def _address(text: str) -> str:
    parts = text.split(":")
    if len(parts) != 6 or any(len(part) != 2 for part in parts):
        raise ValueError(text)
    if int(parts[0], 16) < 0xC0 or not all(0 <= int(part, 16) <= 0xFF for part in parts):
        raise ValueError(text)
    return text.upper()


READERS: dict[str, tuple[Callable[[str], object], str]] = {
    "wearer": (str, "a wearer's name"),
    "source": (_one_of(SOURCES), " or ".join(SOURCES)),
    "recording": (Path, "a recording's path"),
    "routine": (_one_of(ROUTINES), " or ".join(ROUTINES)),
    "seed": (_whole(0, 2**31), "a whole number from 0"),
    "firmware": (_one_of(("3.0.0", "2.0.1")), "3.0.0 or 2.0.1"),
    "damage": (_within(0, 1), "a share from 0 to 1"),
    "loss": (_within(0, 1), "a share from 0 to 1"),
    "miss": (_within(0, 0.99), "a share from 0 to 0.99"),
    "interval_ms": (_within(0, 4000), "milliseconds from 0 to 4000"),
    "per_event": (_whole(0, 1000), "a whole number from 0"),
    "drift_ppm": (_within(-10_000, 10_000), "parts per million, at most 10000 either way"),
    "battery": (_whole(0, 100), "a percentage"),
    "idle_s": (_within(0.01, 1e6), "seconds above 0"),
    "name": (str, "a name"),
    "address": (_address, "a static random address, C0:.. to FF:.., such as D7:91:D9:1C:C3:EB"),
    "channels": (_whole(1, 118), "1 to 118"),
    "rate": (_within(50, 100_000), "50 to 100000 Hz"),
}
