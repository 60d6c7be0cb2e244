"""The whole device in one class: a chunk in, events out. No I/O, no clock, no threads: read this first.

Stop 5 `condition`, stop 6 `windows`, stop 7 `embed`, stop 8 `decide`; `tick` tells what silence means. The
runtime calls them one by one to stamp each; `feed` calls them in order, as a replay does.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from myoedge.edge.bundle import Bundle
from myoedge.edge.chunk import Chunk
from myoedge.edge.condition import Conditioner, Signal
from myoedge.edge.decide import REST, Decider, Decision
from myoedge.edge.embed import Embedded, Embedder
from myoedge.edge.engines import Engine
from myoedge.edge.errors import MismatchError
from myoedge.edge.event import Announcer, Event
from myoedge.edge.explain import Explainer, Reason
from myoedge.edge.misfit import Misfit
from myoedge.edge.modality import Bound, bind
from myoedge.edge.onset import find_onset
from myoedge.edge.profile import Profile
from myoedge.edge.quality import QualityChange
from myoedge.edge.stream import StreamSpec
from myoedge.edge.window import Window, Windower
from myoedge.edge.word_stop import WordStop

SILENT_NS = 200_000_000  # without data for so long: a status event (promised within 250 ms)
REST_NS = 450_000_000  # without data for so long: rest (promised within 500 ms)


def bind_all(
    bundle: Bundle, specs: Mapping[str, StreamSpec], only: tuple[str, ...] | None = None
) -> dict[str, Bound]:
    """The bundle's modalities bound to the armband; raises MismatchError when a needed one is missing."""
    bounds: dict[str, Bound] = {}
    for name, spec in bundle.modalities.items():
        if name in specs and (only is None or name in only):
            bounds[name] = bind(spec, specs[name])
        elif spec.required:
            raise MismatchError(
                f"bundle {bundle.name} needs {name}, the armband gives {', '.join(specs) or 'nothing'}; "
                "use another armband or bundle"
            )
        elif spec.rate_hz and spec.channels:
            bounds[name] = bind(spec, StreamSpec(spec.rate_hz, spec.channels))
    if lacking := [name for name in bundle.inputs if name not in (*bounds, "features")]:
        raise MismatchError(f"bundle {bundle.name} cannot run without {', '.join(lacking)}; use another one")
    return bounds


class Pipeline:
    """Stops 5 to 8 for one armband, one bundle and, if there is one, its wearer's profile."""

    def __init__(
        self,
        bundle: Bundle,
        engine: Engine | None,
        profile: Profile | None,
        specs: Mapping[str, StreamSpec],
        *,
        hop_ms: float | None = None,
        confirm: int = 1,
        every: bool = False,
        only: tuple[str, ...] | None = None,
        explain: bool = False,
    ) -> None:
        self.bundle, self.engine, self.profile = bundle, engine, profile
        if profile and profile.unused:
            only = tuple(name for name in only or specs if name not in profile.unused)
        self.bounds = bind_all(bundle, specs, only)
        clock = self.bounds[bundle.clock]
        if profile:
            profile.check_fits(bundle.digest, len(clock.columns))
        elif not bundle.labels:
            raise MismatchError(
                f"bundle {bundle.name} knows no gesture of itself; run `myoedge calibrate` first"
            )
        self._conditioners = {
            name: self._conditioner(name, bound)
            for name, bound in self.bounds.items()
            if name in specs and (only is None or name in only)
        }
        self._aside: set[str] = set()  # modalities that only taught words need
        self._words = self._word_stop(specs) if profile and profile.words else None
        self._windower = Windower(self.bounds, bundle.clock, hop_ms or bundle.hop_ms)
        self._embedder = Embedder(bundle, len(clock.columns), profile.turn if profile else 0.0)
        if profile:
            profile.check_blocks(self._embedder.blocks)
        self._decider = Decider(bundle.labels, profile, confirm, clock=bundle.clock, rate_hz=clock.rate_hz)
        self._misfit = Misfit(profile, bundle.features, len(clock.columns)) if profile else None
        self._explainer = Explainer(bundle, profile) if explain else None
        self._reason: Reason | None = None  # of the gesture that began last
        self._decided: tuple[Window, Embedded, Decision] | None = None  # the newest
        self._begun = False  # whether a gesture began with it
        self._digest = bundle.short_digest
        self._announcer = Announcer(self._digest, profile.wearer if profile else None, every)
        self._last_ns: int | None = None  # arrival of the newest data of the clock modality
        self._silent = self._resting = False

    def _conditioner(self, name: str, bound: Bound) -> Conditioner:
        mine = self.profile if name == self.bundle.clock else None
        order, gain, dead = (mine.order, mine.gain, mine.dead) if mine else (None, 1.0, ())
        electrodes = name == self.bundle.clock
        return Conditioner(bound, self.bundle.max_gap_ms, order, gain, electrodes, dead)

    def _word_stop(self, specs: Mapping[str, StreamSpec]) -> WordStop | None:
        """Taught words, judged by movement; they may use a modality that the windows leave out."""
        if self.profile is None:
            return None
        there = {name: bound for name, bound in self.bounds.items() if name in specs}
        words = WordStop(self.bundle, self.profile, there)
        for name in words.modalities:
            if name not in self._conditioners:
                self._conditioners[name] = self._conditioner(name, self.bounds[name])
                self._aside.add(name)
        return words

    def wants(self, chunk: Chunk) -> bool:
        """Whether the bundle has any use for this modality."""
        return chunk.modality in self._conditioners

    def condition(self, chunk: Chunk) -> tuple[Signal, list[Event]]:
        """Stop 5: the signal, and events on what happened to channels or the stream."""
        events: list[Event] = []
        if chunk.modality == self.bundle.clock and len(chunk.samples):
            events += self._heard(chunk.arrival_ns)
        signal, changes = self._conditioners[chunk.modality](chunk)
        events += [self._quality(change, chunk) for change in changes]
        if self._words:
            self._words.feed(signal)
        return signal, events

    def windows(self, signal: Signal) -> Iterator[Window]:
        """Stop 6: every window that the signal completes."""
        return iter(()) if signal.modality in self._aside else self._windower.feed(signal)

    def embed(self, window: Window, engine: Engine | None) -> Embedded:
        """Stop 7: scores and embedding; without the engine only the closed-form part."""
        return self._embedder(window, engine)

    def decide(self, window: Window, embedded: Embedded) -> list[Event]:
        """Stop 8: the events that this window causes."""
        decision = self._decider(window, embedded)
        onset_ns = None
        if decision.label not in (REST, self._announcer.held):
            onset_ns = self._onset_ns(window)
        self._decided = window, embedded, decision
        events = self._announcer(decision, onset_ns, window.arrival_ns, window.lost)
        self._begun = any(event.phase == "start" for event in events)
        return events

    def afterwards(self) -> list[Event]:
        """What may wait until the decision's events are out: words, whether the profile fits.

        A word comes behind the first window that ends no sooner than it was known, however samples are cut.
        """
        if self._decided is None:
            return []
        window, embedded, decision = self._decided
        self._decided = None
        end_ns = window.t_ns + self.bounds[self.bundle.clock].period_ns
        if self._explainer is not None and self._begun:
            self._reason = self._explainer(window, embedded, decision.label)
        told = self._words.told(end_ns) if self._words else []
        return told + self._look(window, embedded, decision)

    def reason(self) -> Reason | None:
        """Why the gesture that has just begun was decided, to be worked out when there is time; told once."""
        found, self._reason = self._reason, None
        return found

    def explained(self, reason: Reason) -> list[Event]:
        """What a gesture was told by, when all of its reason was worked out."""
        found = reason.told()
        if found is None:
            return []
        modalities = {name: round(share, 3) for name, share in found.modalities.items()}
        channels = [round(share, 3) for share in found.channels]
        return [
            self._status(
                "explained", reason.arrival_ns, gesture=reason.label, modalities=modalities, channels=channels
            )
        ]

    def _explained_at_once(self) -> list[Event]:
        """For a replay, where nothing is late."""
        reason = self.reason()
        if reason is None:
            return []
        engine = self.engine if reason.with_engine else None
        try:
            while reason.window is not None:
                reason.feed(self.embed(reason.window, engine))
        except Exception:  # any failure of an engine: the decisions go on without a reason
            return []
        return self.explained(reason)

    def _look(self, window: Window, embedded: Embedded, decision: Decision) -> list[Event]:
        if self._misfit is None or window.lost:
            return []
        found = self._misfit(embedded.embedding, embedded.used, embedded.level, not decision.rejected)
        if found is None:
            return []
        if found.help == "sync":
            self._decider.band_moved()
        return [self._status("misfit", window.arrival_ns, help=found.help, reason=found.reason)]

    def tick(self, now_ns: int) -> list[Event]:
        """What silence up to `now_ns` means: a status after 200 ms, rest after 450 ms, at those instants."""
        if self._last_ns is None:
            return []
        events: list[Event] = []
        if not self._silent and now_ns - self._last_ns >= SILENT_NS:
            self._silent = True
            events.append(self._status("silent", self._last_ns + SILENT_NS))
        if not self._resting and now_ns - self._last_ns >= REST_NS:
            events += self.rest(self._last_ns + REST_NS)
        return events

    def rest(self, now_ns: int, reason: str = "silence") -> list[Event]:
        """End what is held and say so; the output stays at rest until data comes back."""
        self._resting = True
        self._decider.reset()
        told = []
        if self._words:
            told = self._words.told()  # what was over before is told before
            self._words.reset()
        return [*told, *self._announcer.release(now_ns, now_ns), self._status("rest", now_ns, reason=reason)]

    def linked(self, now_ns: int, detail: str = "") -> list[Event]:
        """The armband is connected: silence counts from now on."""
        if self._last_ns is None:
            self._last_ns = now_ns
        return [self._status("linked", now_ns, detail=detail)]

    def feed(self, chunk: Chunk) -> Iterator[Event]:
        """All stops in order; nothing is dropped, and the same chunks always give the same events."""
        if not self.wants(chunk):
            return
        yield from self.tick(chunk.arrival_ns)
        signal, events = self.condition(chunk)
        said = sorted((event for event in events if event.kind != "status"), key=lambda event: event.t_ns)
        yield from (event for event in events if event.kind == "status")
        for window in self.windows(signal):  # in the order of the samples, so that chunking changes nothing
            while said and said[0].t_ns <= window.t_ns:
                yield said.pop(0)
            yield from self.decide(window, self.embed(window, self.engine))
            yield from self.afterwards()
            yield from self._explained_at_once()
        yield from said

    def states(self) -> list[str]:
        """Quality of every channel of the clock modality."""
        return self._conditioners[self.bundle.clock].states

    @property
    def silent_due_ns(self) -> int | None:
        """When `tick` next has something to say, if nothing arrives until then."""
        if self._last_ns is None or self._resting:
            return None
        return self._last_ns + (REST_NS if self._silent else SILENT_NS)

    @property
    def rows_due(self) -> int:
        """Samples of the clock modality worth waiting for: until the next window, at most a hop."""
        return min(self._windower.rows_due, self._windower.hop)

    @property
    def silent(self) -> bool:
        """Whether silence was told and data has not come back yet."""
        return self._silent

    @property
    def hop_ns(self) -> int:
        """Time between two decisions while data flows."""
        return self._windower.hop_ns

    def status(self, label: str, now_ns: int, **detail: object) -> Event:
        """A status event of the runtime's own: fallback, stopped, ..."""
        return self._status(label, now_ns, **detail)

    def _heard(self, arrival_ns: int) -> list[Event]:
        was_silent = self._silent
        self._last_ns = arrival_ns
        self._silent = self._resting = False
        return [self._status("resumed", arrival_ns)] if was_silent else []

    def _onset_ns(self, window: Window) -> int | None:
        if self.profile is None:
            return None
        bound = self.bounds[self.bundle.clock]
        counted = window.samples[self.bundle.clock][:, ~window.masked]
        at = find_onset(counted, bound.rate_hz, self.profile.level)
        return None if at is None else window.t_ns - (bound.rows - 1 - at) * bound.period_ns

    def _quality(self, change: QualityChange, chunk: Chunk) -> Event:
        detail = {"modality": chunk.modality, "channel": change.channel}
        return self._signed(
            Event("quality", change.state, None, t_ns=change.t_ns, arrival_ns=chunk.arrival_ns, detail=detail)
        )

    def _status(self, label: str, now_ns: int, **detail: object) -> Event:
        said = {name: value for name, value in detail.items() if value not in ("", None)}
        return self._signed(Event("status", label, None, t_ns=now_ns, arrival_ns=now_ns, detail=said))

    def _signed(self, event: Event) -> Event:
        wearer = self.profile.wearer if self.profile else None
        return replace(event, bundle=self._digest, profile=wearer)
