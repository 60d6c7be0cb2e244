"""Sentence vectors of actions, one a view, from the frozen encoder of this computer."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.errors import UsageError
from myoedge.export.actions.action import Actions

Encode = Callable[[Sequence[str]], NDArray[np.float32]]


def vectors_of(names: Sequence[str], actions: Actions, encode: Encode) -> NDArray[np.float32]:
    """(action, view, sentence) in the order of VIEWS; raises UsageError for an action without texts."""
    rows = []
    for name in names:
        one = actions.find(name)
        if one is None:
            raise UsageError(f"no texts for {name!r}; add them to a file and name it with --texts")
        rows.append(np.concatenate([encode([view]) for view in one.views]))
    return np.stack(rows)
