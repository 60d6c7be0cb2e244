"""Pathways of attention: from the modality that is read to the one that reads, and groups of them."""

from collections.abc import Collection, Sequence

import torch
from torch import Tensor

from myoedge.edge.errors import UsageError

ARROW = ">"  # "emg>imu": IMU tokens (queries) read EMG tokens (keys)
WITHIN, CROSS, ALL = "within", "cross", "all"

Pathway = tuple[str, str]  # (read, reader)


def groups(modalities: Sequence[str]) -> dict[str, frozenset[Pathway]]:
    """Every group that has a name: within, cross, all, and each pathway by itself."""
    pairs = [(read, reader) for read in modalities for reader in modalities]
    return {
        WITHIN: frozenset(p for p in pairs if p[0] == p[1]),
        CROSS: frozenset(p for p in pairs if p[0] != p[1]),
        ALL: frozenset(pairs),
        **{ARROW.join(pair): frozenset([pair]) for pair in pairs},
    }


def pathways(names: Collection[str], modalities: Sequence[str]) -> frozenset[Pathway]:
    """The pathways of some groups; raises UsageError for a name that these modalities do not have."""
    known = groups(modalities)
    for name in names:
        if name not in known:
            raise UsageError(f"no pathways {name!r}; wanted some of {', '.join(known)}")
    return frozenset(pathway for name in names for pathway in known[name])


def entries(
    chosen: Collection[Pathway], owners: Sequence[str], heads: int, only: Collection[int] | None = None
) -> Tensor:
    """Which entries of the attention matrix these pathways are, bool (head, query, key), in some heads only.

    `owners`: the modality of every token.
    """
    one = torch.tensor([[(read, reader) in chosen for read in owners] for reader in owners])
    head = torch.tensor([only is None or h in only for h in range(heads)])
    return one.unsqueeze(0) & head[:, None, None]
