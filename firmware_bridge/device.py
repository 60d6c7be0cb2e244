"""One armband, owned and running: link, pipeline, runtime, lock and control socket joined."""

import asyncio
import gc
import time
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from myoedge.edge.budget import DEFAULT_MS, Budget, make_budget
from myoedge.edge.bundle import Bundle, open_bundle
from myoedge.edge.control import Control
from myoedge.edge.engines import Engine, failed, load_engine
from myoedge.edge.engines.choice import remembered
from myoedge.edge.errors import LinkError, ParityError, UsageError
from myoedge.edge.owner import Owner
from myoedge.edge.pipeline import Pipeline
from myoedge.edge.profile import Profile, load_profile
from myoedge.edge.runtime import Runtime, Sink
from myoedge.edge.trust import Trust
from myoedge.firmware_bridge.armband import Armband
from myoedge.firmware_bridge.armbands import open_armband
from myoedge.firmware_bridge.watch import Watch, WatchedPipeline, introduction


@dataclass(frozen=True, slots=True)
class Choice:
    """What is to run: bundle, engine, profile, rhythm."""

    bundle: str = "default"
    engine: str | None = None
    profile: Profile | None = None
    budget_ms: float = DEFAULT_MS
    hop_ms: float | None = None
    confirm: int = 1
    every: bool = False
    unsigned: bool = False
    explain: bool = False


@dataclass(frozen=True, slots=True)
class Loaded:
    """A bundle that may run here, with the engine that was found right for it."""

    bundle: Bundle
    engine: Engine | None
    trust: Trust
    refused: tuple[str, ...]  # engines that were not taken, and why
    failed: tuple[str, ...] = ()  # of them, those that are installed and did not do what they should


def load(choice: Choice) -> Loaded:
    """Read, trust and test a bundle.

    What `bench compute` chose here is tried first. With a profile a bundle without a right engine runs on its
    closed-form part. Raises NotThereError, FormatError, TrustError, ParityError.
    """
    bundle, trust = open_bundle(choice.bundle, choice.unsigned)
    first, word = (None, None) if choice.engine else remembered(bundle)
    try:
        engine, refused = load_engine(bundle, choice.engine, first)
    except ParityError as error:
        if choice.profile is None:
            raise
        engine, refused = None, [str(error)]
    said = (*([word] if word else []), *refused)
    return Loaded(bundle, engine, trust, said, tuple(failed(refused)))


class Device:
    """`async with Device(...) as device: await device.run()`; holds the armband from enter to exit."""

    def __init__(
        self, address: str, radio: str, choice: Choice, sinks: Sequence[Sink], events: int | None = None
    ) -> None:
        self._address, self._radio, self._choice = address, radio, choice
        self._sinks, self._events = sinks, events
        self._stack = AsyncExitStack()
        self._watch = Watch()
        self.budget: Budget
        self.armband: Armband
        self.runtime: Runtime
        self.loaded: Loaded

    async def __aenter__(self) -> Self:
        try:
            await self._open()
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def _open(self) -> None:
        choice = self._choice
        armband = open_armband(self._address, self._radio)  # an address that cannot be is said first
        live = is_live(self._address)
        if live:
            self._stack.enter_context(Owner(self._address))
        self.loaded = load(choice)
        self.budget = make_budget(self.loaded.bundle, choice.budget_ms, choice.hop_ms, choice.confirm)
        self.armband = await self._stack.enter_async_context(armband)
        pipeline = self._pipeline(choice.profile)
        sinks: list[Sink] = [*self._sinks, self._watch] if live else list(self._sinks)
        self.runtime = Runtime(self.armband, pipeline, sinks, self.budget, timed=live, events=self._events)
        if live:
            self._watch.attach(self.runtime)
            self.armband.listeners.append(self._watch.arrived)
            self._stack.callback(self._watch.close)
            await self._serve(self._address)
            found = f"{self.armband.name}:{self.armband.address}"
            if found not in (self._address, self._address.partition("?")[0]) and self.armband.wearer is None:
                self._stack.enter_context(Owner(found))  # `myo` was the first heard: it has a name of its own
                await self._serve(found)

    async def _serve(self, name: str) -> None:
        """Answer whoever speaks to this armband by that name."""
        control = Control(name, self._handlers(), self._watch.look)
        await control.open()
        self._stack.push_async_callback(control.close)
        self.armband.listeners.append(control.arrived)
        self._watch.outlets.append(control)

    def _pipeline(self, profile: Profile | None) -> Pipeline:
        choice, loaded = self._choice, self.loaded
        return WatchedPipeline(
            self._watch,
            loaded.bundle,
            loaded.engine,
            profile,
            self.armband.specs,
            hop_ms=choice.hop_ms,
            confirm=choice.confirm,
            every=choice.every,
            explain=choice.explain,
        )

    async def __aexit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def run(self, stop: asyncio.Event, seconds: float | None = None) -> None:
        """Until `stop` is set, the time is over, enough events were written or the stream ends.

        However it ends, cancelled too, the outputs are at rest when this returns.
        """
        if is_live(self._address):
            for line in self.loaded.failed:
                self.runtime.tell("fallback", f"engine {line}")
        work = asyncio.create_task(self.runtime.run())
        halt = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait((work, halt), timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            halt.cancel()
            self.runtime.stop()
            await work

    @staticmethod
    def settle() -> None:
        """Take what start-up made out of the collector's way: a full pass takes longer than a decision may.

        For a process that does nothing else.
        """
        gc.collect()
        gc.freeze()

    def status(self) -> dict[str, Any]:
        """What a person or program may want to know of the run."""
        pipeline = self.runtime.pipeline
        return {
            "armband": self._address,
            "address": self.armband.address,
            "bundle": pipeline.bundle.name,
            "bundle_digest": pipeline.bundle.short_digest,
            "trust": self.loaded.trust,
            "engine": self.loaded.engine.name if self.loaded.engine else None,
            "profile": pipeline.profile.wearer if pipeline.profile else None,
            "channels": pipeline.states(),
            "latency_ms": _latency(self.runtime.latency_ms),
            "counters": asdict(self.runtime.counters),
            "link": dict(self.armband.counters),
            "budget_ms": self.budget.reaction_ms,
            "deadline_ms": self.budget.deadline_ms,
            "t_ns": time.monotonic_ns(),
        }

    def _handlers(self) -> dict[str, Any]:
        return {
            "status": self._on_status,
            "stop": self._on_stop,
            "tap": self._on_tap,
            "watch": self._on_watch,
            "ask": self._on_ask,
            "wearer": self._on_wearer,
            "reload": self._on_reload,
        }

    async def _on_status(self, _: Mapping[str, Any]) -> dict[str, Any]:
        try:
            battery = await self.armband.battery()
        except LinkError:
            battery = None  # not connected just now
        return {**self.status(), "battery": battery}

    async def _on_stop(self, _: Mapping[str, Any]) -> dict[str, Any]:
        self.runtime.stop()
        return {}

    async def _on_tap(self, _: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "tap": True,
            "armband": self.armband.name,
            "address": self.armband.address,
            "streams": {name: asdict(spec) for name, spec in self.armband.specs.items()},
            "wearer": self.armband.wearer is not None,  # who prompts must know whom
        }

    async def _on_watch(self, _: Mapping[str, Any]) -> dict[str, Any]:
        said = introduction(await self._on_status({}), await self._on_tap({}))
        return {**said, "bundle": self._choice.bundle}

    async def _on_ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        sent = request.get("data")
        answer = await self.armband.ask(str(request["point"]), None if sent is None else bytes.fromhex(sent))
        return {"data": answer.hex()}

    async def _on_wearer(self, request: Mapping[str, Any]) -> dict[str, Any]:
        if self.armband.wearer is None:
            raise UsageError(f"{self._address} has no simulated wearer")
        self.armband.wearer.command(request["words"])
        return {}

    async def _on_reload(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Take another profile over between two decisions; the old one stays where the new does not fit."""
        try:
            profile = load_profile(Path(str(request["profile"])))
        except KeyError as error:
            raise UsageError("reload wants the path of a profile") from error
        self.runtime.take_over(self._pipeline(profile))
        return {"profile": profile.wearer}


def _latency(values_ms: Sequence[float] | deque[float]) -> dict[str, float | None]:
    """Arrival to event; None before the first decision."""
    if not values_ms:
        return {"p50": None, "p99": None}
    p50, p99 = np.percentile(values_ms, (50, 99))
    return {"p50": float(p50), "p99": float(p99)}


def is_live(address: str) -> bool:
    """Whether time at this address is now: everything but a recording that is not paced."""
    kind, _, rest = address.partition(":")
    return kind != "recording" or "pace=live" in rest
