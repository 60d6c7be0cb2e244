"""What the table of data sets says of each."""

from collections.abc import Mapping
from dataclasses import dataclass

from myoedge.edge.stream import StreamSpec


@dataclass(frozen=True, slots=True)
class DatasetSpec:
    """One line of the table."""

    key: str
    loader: str  # "module:function", imported when the set is loaded
    licence: str
    ship_weights: bool  # whether a model trained on it may be given away
    attribution: str  # what a model's card must say; empty when weights may not ship
    source: str
    streams: Mapping[str, StreamSpec]
    has_sessions: bool = True  # False: one session called "all"
    first_sessions: tuple[str, ...] = ()  # sessions that calibrate under `sessions`; empty: the first in time
    unseen: tuple[str, ...] = ()  # people no bundle trains on whose zero-shot figure is quoted
    standard: str = ""  # the division of windows that the field uses, a scheme of fold.py
    moving: bool = False  # repetitions are movements, to be judged as a whole, and not held
    native_rest: str = "rest"  # folder: its own word for no gesture; every Repetition.label says "rest"
    cautions: tuple[str, ...] = ()  # traps no reader can mend; said in every result
