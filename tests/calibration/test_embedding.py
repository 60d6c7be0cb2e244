"""Calibration sees what the device sees."""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from myoedge.calibration.embedding import StreamEmbedder
from myoedge.calibration.learn import learn
from myoedge.calibration.stretch import Span, Stretch, stretch_of
from myoedge.edge.bundle import Bundle
from myoedge.edge.chunk import Chunk
from myoedge.edge.pipeline import Pipeline
from myoedge.edge.stream import StreamSpec

Emg = Callable[..., NDArray[np.float32]]
PERIOD_NS = 5_000_000
Stretches = Callable[..., list[Stretch]]


def test_its_embedding_is_the_pipelines_bit_for_bit(
    classic: Bundle, specs: Mapping[str, StreamSpec], make_emg: Emg, make_stretches: Stretches
) -> None:
    learned = learn(classic, None, make_stretches(), specs, wearer="anna", armband="myo")
    chunks = stretch_of("fist", 0, {"emg": make_emg("fist", 2.0, 7)}, {"emg": 200.0}).chunks
    pipeline = Pipeline(classic, None, learned.profile, specs)
    theirs = []
    for chunk in chunks:
        signal, _ = pipeline.condition(chunk)
        theirs += [(w.t_ns, pipeline.embed(w, None)) for w in pipeline.windows(signal)]
    ours = learned.embedder(chunks)
    assert ours.t_ns.tolist() == [t_ns for t_ns, _ in theirs]
    assert ours.embeddings.tobytes() == np.stack([e.embedding for _, e in theirs]).tobytes()
    assert ours.levels.tolist() == [e.level for _, e in theirs]


def test_windows_over_the_edge_of_a_repetition_are_left_out(
    classic: Bundle, specs: Mapping[str, StreamSpec], make_emg: Emg
) -> None:
    whole = stretch_of("fist", 0, {"emg": make_emg("fist", 3.0)}, {"emg": 200.0})
    span = Span("fist", 0, 1_000_000_000, 2_000_000_000)
    embedder = StreamEmbedder(classic, None, specs)
    (example,) = embedder.examples(Stretch(whole.chunks, [span]))
    assert len(example) == 17  # 200 ms windows every 50 ms that lie in 1 s whole


def test_a_repetition_shorter_than_a_window_gives_an_empty_example(
    classic: Bundle, specs: Mapping[str, StreamSpec], make_emg: Emg
) -> None:
    embedder = StreamEmbedder(classic, None, specs)
    (example,) = embedder.examples(stretch_of("fist", 0, {"emg": make_emg("fist", 0.1)}, {"emg": 200.0}))
    assert len(example) == 0
    assert example.embeddings.shape == (0, 68)


def test_a_flat_channel_marks_its_features_as_unused(
    classic: Bundle, specs: Mapping[str, StreamSpec], make_emg: Emg
) -> None:
    samples = make_emg("fist", 3.0)
    samples[:, 2] = 0
    embedder = StreamEmbedder(classic, None, specs)
    (example,) = embedder.examples(stretch_of("fist", 0, {"emg": samples}, {"emg": 200.0}))
    assert (example.used[-1] == ~embedder.touched[:, 2]).all()


def test_however_the_samples_were_cut_the_windows_are_the_same(
    classic: Bundle, specs: Mapping[str, StreamSpec], make_emg: Emg
) -> None:
    emg = make_emg("fist", 2.0)
    embedder = StreamEmbedder(classic, None, specs)
    whole = embedder([Chunk("emg", emg, 0, 400 * PERIOD_NS)])
    for rows in (1, 2, 7, 40):
        cut = [
            Chunk("emg", emg[at : at + rows], at * PERIOD_NS, min(400, at + rows) * PERIOD_NS)
            for at in range(0, 400, rows)
        ]
        assert np.array_equal(embedder(cut).t_ns, whole.t_ns)
        assert np.array_equal(embedder(cut).embeddings, whole.embeddings)


def test_examples_are_of_the_spans_windows_alone(
    classic: Bundle, specs: Mapping[str, StreamSpec], make_emg: Emg
) -> None:
    chunk = Chunk("emg", make_emg("fist", 4.0), 0, 800 * PERIOD_NS)
    spans = [Span("fist", 0, 100 * PERIOD_NS, 300 * PERIOD_NS), Span("rest", 0, 0, 20 * PERIOD_NS)]
    embedder = StreamEmbedder(classic, None, specs)
    fist, rest = embedder.examples(Stretch([chunk], spans))
    windows = embedder([chunk])
    inside = (windows.t_ns >= 139 * PERIOD_NS) & (windows.t_ns < 300 * PERIOD_NS)
    assert np.array_equal(fist.embeddings, windows.embeddings[inside]) and len(fist) > 10 and not len(rest)
