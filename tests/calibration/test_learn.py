"""From stretches to a profile."""

import io
from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from myoedge.calibration.learn import PRIOR, learn, load_prior
from myoedge.calibration.stretch import Stretch, stretch_of
from myoedge.edge.bundle import Bundle, load_bundle
from myoedge.edge.chunk import Chunk
from myoedge.edge.engines import load_engine
from myoedge.edge.errors import MismatchError
from myoedge.edge.pipeline import Pipeline
from myoedge.edge.profile import profile_from_json
from myoedge.edge.stream import StreamSpec

Stretches = Callable[..., list[Stretch]]
Specs = Mapping[str, StreamSpec]


def test_a_learned_profile_runs_and_tells_the_gestures_apart(
    classic: Bundle, specs: Specs, make_stretches: Stretches, make_emg: Callable[..., NDArray[np.float32]]
) -> None:
    learned = learn(classic, None, make_stretches(), specs, wearer="anna", armband="myo")
    profile = profile_from_json(learned.profile.to_json())
    pipeline = Pipeline(classic, None, profile, specs, every=True)
    for label in ("fist", "hand open", "wrist flexion"):
        chunks = stretch_of(label, 0, {"emg": make_emg(label, 2.0, 8)}, {"emg": 200.0}).chunks
        events = [
            e for chunk in chunks for e in pipeline.feed(chunk) if e.kind == "gesture" and e.phase == "hold"
        ]
        assert np.mean([e.label == label for e in events]) > 0.8


@pytest.mark.parametrize("scale", [1e-5, 0.1, 40.0])
def test_any_unit_will_do_for_a_bundle_that_normalises(
    classic: Bundle, specs: Specs, make_stretches: Stretches, scale: float
) -> None:
    plain = {"emg": StreamSpec(200.0, 8, "volt")}
    one = learn(classic, None, make_stretches(), plain, wearer="a", armband="x").profile
    other = learn(classic, None, make_stretches(scale=scale), plain, wearer="a", armband="x").profile
    assert other.gain == pytest.approx(one.gain / scale, rel=1e-4)
    assert np.allclose(one.head.means, other.head.means, atol=0.02)


def test_a_bundle_that_does_not_normalise_keeps_counts(
    classic: Bundle, specs: Specs, make_stretches: Stretches
) -> None:
    bundle = replace(classic, normalise=False)
    assert learn(bundle, None, make_stretches(), specs, wearer="a", armband="x").profile.gain == 1.0


def test_a_silent_armband_does_not_divide_by_zero(classic: Bundle, specs: Specs) -> None:
    flat = [stretch_of(label, 0, {"emg": np.zeros((100, 8))}, {"emg": 200.0}) for label in ("rest", "fist")]
    assert learn(classic, None, flat, specs, wearer="a", armband="x").profile.gain == 1.0


def test_a_dead_channel_is_named_in_the_profile(
    classic: Bundle, specs: Specs, make_emg: Callable[..., NDArray[np.float32]], labels: tuple[str, ...]
) -> None:
    dead = []
    for label in labels:
        samples = make_emg(label, 6.0)
        samples[:, 5] = 0
        dead.append(stretch_of(label, 0, {"emg": samples}, {"emg": 200.0}))
    assert learn(classic, None, dead, specs, wearer="a", armband="x").profile.dead == (5,)


def test_an_armband_without_emg_is_refused(classic: Bundle, make_stretches: Stretches) -> None:
    with pytest.raises(MismatchError, match="emg"):
        learn(classic, None, make_stretches(), {"imu": StreamSpec(50.0, 10)}, wearer="a", armband="x")


def test_a_prior_counts_only_where_its_blocks_fit(classic: Bundle) -> None:
    file = io.BytesIO()
    np.savez(file, cov_0=np.eye(32), cov_1=np.eye(36))
    bundle = replace(classic, files={PRIOR: file.getvalue()})
    prior = load_prior(bundle, ((0, 32), (32, 68)))
    assert prior is not None and prior.sizes == [32, 36]
    assert load_prior(bundle, ((0, 64), (64, 200))) is None  # another number of channels
    assert load_prior(replace(classic, files={}), ((0, 32), (32, 68))) is None


def test_a_second_modality_that_tells_nothing_is_left_out() -> None:
    pytest.importorskip("ai_edge_litert")
    bundle = load_bundle("default")
    engine, _ = load_engine(bundle)
    specs = {"emg": StreamSpec(200, 8, limit=128), "imu": StreamSpec(50, 10, limit=32768)}
    chance = np.random.default_rng(4)
    amplitudes = {"rest": np.ones(8), "fist": np.linspace(5, 30, 8), "wrist flexion": np.linspace(30, 5, 8)}
    still = np.array([16384, 0, 0, 0, 0, 0, 2048, 0, 0, 0], np.int16)
    stretches = [
        stretch_of(
            label,
            turn,
            {
                "emg": np.rint(amplitude * chance.normal(size=(400, 8))).astype(np.int16),
                "imu": np.repeat(still[None], 100, axis=0),
            },
            {"emg": 200.0, "imu": 50.0},
        )
        for turn in range(2)
        for label, amplitude in amplitudes.items()
    ]
    learned = learn(bundle, engine, stretches, specs, wearer="a", armband="b")
    assert learned.profile.unused == ("imu",)
    assert not Pipeline(bundle, engine, learned.profile, specs).wants(Chunk("imu", still[None], 0, 0))
