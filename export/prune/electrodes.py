"""Which channels can go: masked one by one as the device masks dead ones, the head fitted without them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from myoedge.export.look import HeldOut, Reached
from myoedge.export.pool import Pool
from myoedge.export.prior import EVERY

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
    model: "nn.Module", held_out: HeldOut, pool: Pool, fewest: int = FEWEST, say: Say = lambda _: None
) -> list[Kept]:
    """All channels, then one less at a time: each time the one that those whom `pool` holds out miss least.

    The head is fitted without the channel; the network meets zeros in its place, as on a band with a dead
    electrode, and is not trained again.
    """
    prior, tested, channels = held_out.prior(model), _thinned(pool), pool.emg.shape[2]
    kept = tuple(range(channels))
    rows = [Kept(kept, None, held_out(model, tested, prior=prior))]
    while len(kept) > fewest:
        tried = []
        for channel in kept:
            left = tuple(one for one in kept if one != channel)
            dead = [one for one in range(channels) if one not in left]
            tried.append(Kept(left, channel, held_out(model, tested, dead, prior)))
        rows.append(max(tried, key=lambda row: row.reached.both))
        kept = rows[-1].channels
        say(
            f"{len(kept)} channels, without {rows[-1].gone}: held-out people "
            f"{100 * rows[-1].reached.both:.2f} %"
        )
    return rows


def _thinned(pool: Pool) -> Pool:
    """With each fourth window of those held out: neighbours overlap too much to say more."""
    groups = [
        replace(group, by={key: at[::EVERY] for key, at in group.by.items()}) for group in pool.held_out
    ]
    return replace(pool, held_out=tuple(groups))
