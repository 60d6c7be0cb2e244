"""Those who tell the wearer what to do."""

import asyncio
import gc

from myoedge.calibration.plan import Step
from myoedge.calibration.prompter import Prompters, TextPrompter, VibrationPrompter, WearerPrompter
from myoedge.calibration.verdict import Verdict
from myoedge.edge.errors import LinkError

READY, HOLD, RELAX = (Step("fist", 0, phase, 2.0, 1, 4) for phase in ("ready", "hold", "relax"))
BAD = Verdict("fist", 0, False, ("no contraction",), 1.0, 0.0, redo=True)


class Felt:
    """An armband that remembers its vibrations."""

    def __init__(self, gone: bool = False) -> None:
        self.kinds: list[int] = []
        self._gone = gone

    async def vibrate(self, kind: int) -> None:
        if self._gone:
            raise LinkError("the link is down; wait")
        self.kinds.append(kind)


def test_a_hold_is_felt_short_its_end_medium_and_a_bad_one_long() -> None:
    armband, lines = Felt(), list[str]()
    both = Prompters(VibrationPrompter(armband), TextPrompter(lines.append))

    async def session() -> None:
        for step in (READY, HOLD, RELAX):
            await both.prompt(step)
        await both.verdict(BAD)
        await both.progress(0.5)
        await both.say("hello")

    asyncio.run(session())
    assert armband.kinds == [1, 2, 3]
    assert "get ready: fist" in lines[0] and "no contraction" in lines[-2] and lines[-1] == "hello"


def test_a_lost_link_does_not_end_the_prompting() -> None:
    asyncio.run(VibrationPrompter(Felt(gone=True)).prompt(HOLD))


def test_a_simulated_wearer_obeys_after_a_human_reaction_time() -> None:
    did: list[tuple[str, float]] = []

    async def session() -> None:
        prompter = WearerPrompter(lambda label, level: did.append((label, level)))
        await prompter.prompt(HOLD)
        assert not did
        await asyncio.sleep(0.5)
        await prompter.prompt(RELAX)
        await asyncio.sleep(0.5)

    asyncio.run(session())
    assert [label for label, _ in did] == ["fist", "rest"]
    assert 0 < did[0][1] <= 1


def test_a_wearer_who_reacts_after_the_session_is_over_raises_nothing() -> None:
    troubles: list[dict[str, object]] = []

    async def session() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, trouble: troubles.append(trouble))

        async def gone(label: str, level: float) -> None:
            raise LinkError("the virtual armband's process is gone; start it again")

        await WearerPrompter(gone).prompt(HOLD)
        await asyncio.sleep(0.4)

    asyncio.run(session())
    gc.collect()
    assert not troubles
