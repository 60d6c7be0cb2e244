"""Stop 8 beside the windows: a movement that was cut out of the stream to the event of a taught word."""

from collections.abc import Mapping

from myoedge.edge.bundle import Bundle
from myoedge.edge.condition import Signal
from myoedge.edge.errors import MismatchError
from myoedge.edge.event import Event
from myoedge.edge.modality import Bound
from myoedge.edge.profile import Profile
from myoedge.edge.segment import EMG, FRAME_HZ, IMU, Cut, Segmenter
from myoedge.edge.word_population import load_population
from myoedge.edge.words import Judged, Matcher


class WordStop:
    """Feeds on conditioned signals; a word has no duration to hold, so its start and end come together.

    Cutting costs next to nothing, judging takes milliseconds: a movement that is over waits until it is asked
    for, behind the decision of its moment. What the windows hold meanwhile is left as it is. Raises
    MismatchError when the profile's words need another bundle, FormatError when they do not fit it.
    """

    def __init__(self, bundle: Bundle, profile: Profile, bounds: Mapping[str, Bound]) -> None:
        population, taught = load_population(bundle), profile.words
        if population is None or taught is None:
            raise MismatchError(
                f"profile {profile.wearer} knows words, bundle {bundle.name} cannot tell them; run the one "
                "that they were taught with"
            )
        self.modalities = (EMG, IMU) if taught.with_imu else (EMG,)
        if missing := [name for name in self.modalities if name not in bounds]:
            raise MismatchError(
                f"the words of profile {profile.wearer} need {', '.join(missing)}; use the armband they were "
                "taught with"
            )
        self._matcher = Matcher(population, taught)
        self._segmenter = Segmenter({name: bounds[name] for name in self.modalities}, taught.limits)
        self._rate_hz = bounds[EMG].rate_hz
        self._imu_rate_hz = bounds[IMU].rate_hz if IMU in self.modalities else FRAME_HZ
        self._bundle, self._profile = bundle.short_digest, profile.wearer
        self._over: list[Cut] = []  # movements that wait to be judged
        self.last: Judged | None = None  # for who looks on

    @property
    def moving(self) -> bool:
        """Whether a movement is going on."""
        return self._segmenter.open

    def reset(self) -> None:
        """Forget a movement that has begun, and those that nobody asked for."""
        self._segmenter.reset()
        self._over.clear()

    def feed(self, signal: Signal) -> None:
        """Take a signal in and cut; nothing is judged."""
        self._over += self._segmenter.feed(signal)

    def told(self, until_ns: int | None = None) -> list[Event]:
        """The events of the words known to be over by then, each once; None: of all that wait."""
        if not self._over:
            return []
        last_ns = self._over[-1].known_ns if until_ns is None else until_ns
        due = [cut for cut in self._over if cut.known_ns <= last_ns]
        self._over = [cut for cut in self._over if cut.known_ns > last_ns]
        return [event for cut in due for event in self._events(cut)]

    def _events(self, cut: Cut) -> list[Event]:
        judged = self._matcher(cut, self._rate_hz, self._imu_rate_hz)
        self.last = judged
        if judged is None or not judged.accepted:
            return []
        detail = {"by": "movement", "ended_ns": cut.end_ns}
        return [
            Event(
                "gesture",
                judged.label,
                phase,
                score=judged.posterior,
                t_ns=cut.known_ns,
                arrival_ns=cut.arrival_ns,
                onset_ns=cut.start_ns if phase == "start" else None,
                bundle=self._bundle,
                profile=self._profile,
                detail=detail,
            )
            for phase in ("start", "end")
        ]
