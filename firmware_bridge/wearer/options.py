"""What can be asked of a simulated wearer: the words after `?` in an armband's address."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Self

from myoedge.edge.errors import UsageError

TRUE, FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off", "")


@dataclass(frozen=True, slots=True)
class Options:
    """Everything is off unless asked for; amplitudes are counts of an 8-bit armband (full scale 128)."""

    rotation: float = 0.0  # channels the band is turned by, any fraction
    mirror: bool = False  # the band is on the other way round
    pace: float = 1.0  # times quicker than the people recorded, who were not asked to be quick
    fatigue: float = 0.0  # 0..1, reached with a minute of effort: a slower and larger signal
    drift: float = 0.0  # standard deviation of each channel's log gain after one minute; grows with the root
    hum: float = 0.0  # amplitude of the mains
    hum_hz: float = 50.0
    noise: float = 0.0  # added white noise, RMS
    liftoff: tuple[int, ...] = ()  # zero-based channels that have lost the skin, as 3 or 2+5

    @classmethod
    def parse(cls, words: Mapping[str, str]) -> Self:
        """Raises UsageError for a word it does not know or a value it cannot read."""
        known = {field.name for field in fields(cls)}
        values: dict[str, float | bool | tuple[int, ...]] = {}
        for word, text in words.items():
            if word not in known:
                raise UsageError(f"wearer option {word!r}; wanted one of {', '.join(sorted(known))}")
            try:
                values[word] = _value(word, text)
            except ValueError as error:
                raise UsageError(f"wearer option {word}={text!r}; wanted {_wanted(word)}") from error
        return cls(**values)  # type: ignore[arg-type]  # each by its field's own reader


def _value(word: str, text: str) -> float | bool | tuple[int, ...]:
    if word == "liftoff":
        return tuple(int(part) for part in text.replace("+", " ").split())  # + in an address is a space
    if word == "mirror":
        if text.lower() not in TRUE + FALSE:
            raise ValueError(text)
        return text.lower() in TRUE
    number = float(text)
    if number != number or abs(number) == float("inf") or (word != "rotation" and number < 0):
        raise ValueError(text)
    if word == "pace" and not number:
        raise ValueError(text)
    return number


def _wanted(word: str) -> str:
    return {
        "mirror": "yes or no",
        "pace": "a number > 0",
        "liftoff": "channel numbers from 0, as 3 or 2+5",
    }.get(word, "a number >= 0")
