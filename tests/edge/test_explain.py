"""What a decision rests on is what it loses without it."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from myoedge.edge.bundle import Bundle, load_bundle
from myoedge.edge.chunk import Chunk
from myoedge.edge.embed import Embedded, Embedder
from myoedge.edge.engines import Engine, load_engine
from myoedge.edge.event import Event
from myoedge.edge.explain import MOST_CHANNELS, Explainer, Explanation
from myoedge.edge.pipeline import Pipeline
from myoedge.edge.profile import Profile
from myoedge.edge.stream import StreamSpec
from myoedge.edge.window import Window

Made = Callable[..., NDArray[np.float64]]
Cut = Callable[..., list[Chunk]]
Specs = dict[str, StreamSpec]


def session(counts: Made) -> NDArray[np.float64]:
    return np.concatenate([counts(label, 400, seed=8) for label in ("rest", "fist", "rest")])


def events(pipeline: Pipeline, chunks: Iterable[Chunk]) -> list[Event]:
    return [event for chunk in chunks for event in pipeline.feed(chunk)]


def emg_window(samples: NDArray[np.float64], **more: Any) -> Window:
    both = {"emg": samples.astype(np.float32), **more}
    return Window(both, np.zeros(samples.shape[1], bool), (), 0, 0, 0.0)


def explain(
    bundle: Bundle,
    embedder: Embedder,
    profile: Profile | None,
    window: Window,
    embedded: Embedded,
    label: str,
    engine: Engine | None = None,
) -> Explanation | None:
    reason = Explainer(bundle, profile)(window, embedded, label)
    assert reason is not None
    while reason.window is not None:
        reason.feed(embedder(reason.window, engine if reason.with_engine else None))
    return reason.told()


def test_the_channels_of_the_muscle_carry_the_gesture(
    anna: Profile, classic: Bundle, myo: Specs, counts: Made
) -> None:
    embedder = Embedder(classic, 8)
    window = emg_window(counts("fist", 40, seed=3))
    found = explain(classic, embedder, anna, window, embedder(window, None), "fist")
    assert found is not None
    assert found.modalities == {"emg": 1.0}
    assert sum(found.channels) == pytest.approx(1)
    # One muscle lies under channel 2, the other gesture's under 6; 0 and 4 are as far from either.
    assert found.channels[2] + found.channels[6] > 3 * (found.channels[0] + found.channels[4])


def test_a_dead_channel_carries_nothing(anna: Profile, classic: Bundle, counts: Made) -> None:
    embedder = Embedder(classic, 8)
    window = emg_window(counts("fist", 40, seed=3))
    window = replace(window, masked=np.arange(8) == 2)
    found = explain(classic, embedder, anna, window, embedder(window, None), "fist")
    assert found is not None
    assert found.channels[2] == 0


def test_of_many_channels_only_modalities_are_told(
    make_bundle: Callable[..., Bundle], profile_of: Callable[..., Profile], counts: Made
) -> None:
    channels = MOST_CHANNELS + 8
    bundle = make_bundle()
    profile = profile_of(bundle, {"emg": StreamSpec(200, channels)})
    embedder = Embedder(bundle, channels)
    window = emg_window(counts("fist", 40, channels, seed=3))
    assert explain(bundle, embedder, profile, window, embedder(window, None), "fist") is None


def test_both_modalities_of_the_shipped_network_are_weighed() -> None:
    bundle = load_bundle("default")
    engine, _ = load_engine(bundle)
    if engine is None:
        pytest.skip("no engine is installed here")
    golden = bundle.golden()
    embedder = Embedder(bundle, 8)
    told = []
    for emg, imu in zip(golden["emg"], golden["imu"], strict=True):
        window = emg_window(emg, imu=imu)
        embedded = embedder(window, engine)
        assert embedded.scores is not None
        label = bundle.labels[int(embedded.scores.argmax())]
        found = explain(bundle, embedder, None, window, embedded, label, engine)
        if found is not None:
            assert sum(found.modalities.values()) == pytest.approx(1)
            assert set(found.modalities) == ({"emg", "imu"} if imu.any() else {"emg"})
            told.append(found.modalities["emg"])
    assert len(told) > 8
    assert np.mean(told) > 0.5  # held gestures stand in the EMG


def test_a_label_of_no_head_has_no_reason(anna: Profile, classic: Bundle, counts: Made) -> None:
    embedder = Embedder(classic, 8)
    window = emg_window(counts("fist", 40, seed=3))
    assert Explainer(classic, anna)(window, embedder(window, None), "knock") is None


def test_a_gesture_that_begins_is_explained_behind_its_event(
    anna: Profile, classic: Bundle, myo: Specs, counts: Made, chunks: Cut
) -> None:
    cut = chunks(session(counts), 200)
    plain = events(Pipeline(classic, None, anna, myo), cut)
    found = events(Pipeline(classic, None, anna, myo, explain=True), cut)
    assert [e for e in found if e.label != "explained"] == plain
    at = [number for number, event in enumerate(found) if event.label == "explained"]
    assert [(found[n - 1].label, found[n - 1].phase) for n in at] == [("fist", "start")]
    said = found[at[0]]
    assert said.detail["gesture"] == "fist"
    assert len(said.detail["channels"]) == 8
    assert said.to_json()
