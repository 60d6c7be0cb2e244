"""The reaction time allowed from movement to event, and what of it is left for link and computation."""

from dataclasses import dataclass

from myoedge.edge.bundle import Bundle
from myoedge.edge.errors import BudgetError

DEFAULT_MS = 150.0


@dataclass(frozen=True, slots=True)
class Budget:
    """`reaction_ms` less what is fixed gives the deadline for `emitted_ns - t_ns` of every event."""

    reaction_ms: float
    window_ms: float  # the part of the window that must be new before a decision turns
    wait_ms: float  # half a hop: a movement begins anywhere between two decisions
    decision_ms: float  # hops that the decision is held back for confirmation

    @property
    def deadline_ms(self) -> float:
        return self.reaction_ms - self.window_ms - self.wait_ms - self.decision_ms

    @property
    def deadline_ns(self) -> int:
        return round(self.deadline_ms * 1e6)

    def __str__(self) -> str:
        return (
            f"budget {self.reaction_ms:g} ms = {self.window_ms:g} new share of the window + {self.wait_ms:g} "
            f"half a hop + {self.decision_ms:g} decision + {self.deadline_ms:g} left for link and computation"
        )


def make_budget(
    bundle: Bundle, reaction_ms: float = DEFAULT_MS, hop_ms: float | None = None, confirm: int = 1
) -> Budget:
    """Raises BudgetError when the bundle cannot meet it at all."""
    hop_ms = hop_ms or bundle.hop_ms
    window_ms = bundle.modalities[bundle.clock].window_ms * bundle.new_share
    budget = Budget(reaction_ms, round(window_ms, 3), hop_ms / 2, (confirm - 1) * hop_ms)
    if budget.deadline_ms <= 0:
        raise BudgetError(
            f"bundle {bundle.name} cannot react within {reaction_ms:g} ms: "
            f"{reaction_ms - budget.deadline_ms:g} ms are fixed before link and computation; "
            "allow more with --budget-ms, or take a shorter hop or window"
        )
    return budget
