"""The guided session behind a page's calibration: fit, keep, and hand over to the run that goes on."""

import asyncio
from collections.abc import Callable

from myoedge.boards.guided import calibrate, gestures_for, report
from myoedge.boards.monitor.lesson import Ask, Outcome, PagePrompter, Teach
from myoedge.calibration.wishes import Wishes
from myoedge.edge.control import ask
from myoedge.edge.errors import MyoedgeError, NotThereError


def teacher(
    address: str, radio: str, bundle: Callable[[], str], say: Callable[[str], None], *, unsigned: bool = False
) -> Teach:
    """Calibrates that armband with the bundle that runs; `bundle` tells which."""

    async def teach(asked: Ask, prompter: PagePrompter, wishes: Wishes) -> Outcome:
        gestures_for(address, asked.plan.labels)  # what a simulated wearer cannot do is said at once
        guided = await calibrate(
            address, radio, asked.profile, bundle(), asked.plan, say,
            unsigned=unsigned, arm=asked.arm, more=(prompter,), wishes=wishes,
        )  # fmt: skip
        told = await asyncio.to_thread(_hand_over, address, str(guided.path))
        plots = guided.page.read_text() if guided.page else ""
        return Outcome((*report(guided).splitlines(), told), plots)

    return teach


def _hand_over(address: str, path: str) -> str:
    """Let what runs take the new profile over at once; says what came of it."""
    try:
        ask(address, "reload", profile=path)
    except NotThereError:
        return "nothing runs just now; the next run takes it"
    except MyoedgeError as error:
        return f"the running one keeps its profile: {error}"
    return "the running one has taken it over"
