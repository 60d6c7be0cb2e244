"""Which channels can go: masked one by one as the device masks dead ones, the head fitted without them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from myoedge.export.look import HeldOut, Reached

if TYPE_CHECKING:
    from torch import nn

FEWEST = 2  # channels that stay

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Kept:
    """Some channels and what is reached with them."""

    channels: tuple[int, ...]
    gone: int | None  # the last one that was left out
    reached: Reached


def electrodes(
    model: "nn.Module", held_out: HeldOut, channels: int, fewest: int = FEWEST, say: Say = lambda _: None
) -> list[Kept]:
    """All channels, then one less at a time: each time the one that held-out people miss least.

    The head is fitted without the channel; the network meets zeros in its place, as on a band with a dead
    electrode, and is not trained again.
    """
    prior = held_out.prior(model)
    kept = tuple(range(channels))
    rows = [Kept(kept, None, held_out(model, prior=prior))]
    while len(kept) > fewest:
        tried = []
        for channel in kept:
            left = tuple(one for one in kept if one != channel)
            dead = [one for one in range(channels) if one not in left]
            tried.append(Kept(left, channel, held_out(model, dead=dead, prior=prior)))
        rows.append(max(tried, key=lambda row: row.reached.both))
        kept = rows[-1].channels
        say(
            f"{len(kept)} channels, without {rows[-1].gone}: held-out people "
            f"{100 * rows[-1].reached.both:.2f} %"
        )
    return rows
