"""Which arm the band is on: on the other one its channels run the other way round."""

from typing import Literal

from myoedge.edge.bundle import Bundle

Arm = Literal["right", "left"]
TRAINED_ON: Arm = "right"  # where a bundle does not say `"arm"` (our choice: most recordings do not tell)
# The electrode worn on top of the forearm on either arm, about which the ring is reflected: of a Myo the one
# under the logo, the fourth (our choice where the maker marks none: the first).
MARKED = {"myo": 3}


def order_for(arm: Arm, bundle: Bundle, armband: str, channels: int) -> tuple[int, ...] | None:
    """The armband channel for each place of the window, so that prior and network see the arm they know.

    None: as they come. A rotation could not do it: a left arm is a right one in the mirror.
    """
    if arm == bundle.facts.get("arm", TRAINED_ON):
        return None
    kind = armband.rpartition(":")[2].partition("?")[0] if armband.startswith("virtual:") else armband
    marked = MARKED.get(kind.partition(":")[0], 0)
    return tuple((2 * marked - place) % channels for place in range(channels))
