"""Accuracy of taught words: a person teaches some repetitions, every other movement is judged as a whole."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from myoedge.calibration.embedding import StreamEmbedder
from myoedge.calibration.learn import Learned
from myoedge.calibration.stretch import Stretch
from myoedge.calibration.words import cut_spans, rates_of, teach
from myoedge.edge.word_population import FILE, Population, load_population
from myoedge.edge.words import Matcher
from myoedge.export.data.split import PersonSplit
from myoedge.export.score import Score
from myoedge.export.subject import Subject

BY_MOVEMENT = (
    "gesture_accuracy: whole movements, cut out of the stream and told apart as taught words; "
    "gesture_accuracy_by_window: the label with the largest mean score over a repetition's windows"
)


@dataclass(slots=True)
class WordScore:
    """One person's tally of whole movements."""

    tested: int = 0
    right: int = 0
    accepted: Counter[bool] = field(default_factory=Counter)  # right or wrong -> accepted
    uncut: int = 0  # repetitions in which no movement was found: counted as wrong

    @property
    def accuracy(self) -> float:
        return self.right / max(1, self.tested)


def score_words(
    embedder: StreamEmbedder,
    population: Population,
    calibration: Sequence[Stretch],
    test: Sequence[Stretch],
    *,
    emg: bool = True,
) -> WordScore:
    """Teach on the calibration's spans, judge the test's; `emg=False` judges by the IMU alone."""
    matcher = Matcher(population, taught := teach(embedder, calibration, population))
    rate_hz, imu_rate_hz = rates_of(embedder)
    score = WordScore()
    for stretch in test:
        score.tested += len(stretch.spans)
        for span, cut in cut_spans(embedder, stretch, taught.limits):
            judged = matcher.judge(population.measure(cut, rate_hz, imu_rate_hz), emg=emg)
            if judged is not None:
                right = judged.label == span.label
                score.right += right
                score.accepted[right] += judged.accepted
            score.uncut -= 1
        score.uncut += len(stretch.spans)
    return score


def judges_movements(subject: Subject) -> bool:
    """Whether the set's repetitions are movements and the bundle can learn words."""
    return subject.dataset.spec.moving and FILE in subject.bundle.files


def judge_movements(subject: Subject, learned: Learned, one: PersonSplit, score: Score) -> None:
    """Teach the calibration's repetitions as words, with the profile's gain, and judge the test's."""
    population = load_population(subject.bundle) if judges_movements(subject) else None
    if population is None:
        return
    profile = learned.profile
    embedder = subject.embedder().worn(profile.order, 0.0, profile.gain, profile.dead)
    found = score_words(embedder, population, subject.stretches(one.calibration), subject.stretches(one.test))
    score.add_movements(found.right, found.tested)
