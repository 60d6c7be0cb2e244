"""What a sensor costs is what the network loses without it."""

from collections.abc import Callable

import numpy as np
import pytest
import torch

from myoedge.export.isolate.figures import advice, cheapest
from myoedge.export.isolate.probe import Probe
from myoedge.export.isolate.sensors import refitted, sensors_of, without, worths
from myoedge.export.models.tokeniser import Stem
from myoedge.export.models.transformer import Transformer

Build = Callable[..., Transformer]
INPUTS = ("emg", "imu")


@pytest.fixture(scope="module")
def loud(build: Build) -> tuple[Transformer, Probe, Probe]:
    """A trained network whose labels stand in channel 2 of the EMG alone."""
    torch.manual_seed(0)
    truth = torch.arange(240) % 3
    emg, imu = torch.randn(240, 8, 3), torch.randn(240, 6, 2)
    emg[:, :, 2] += 2.0 * (truth[:, None] - 1)
    person = np.repeat(["anna", "ben"], 120)
    both = Probe((emg, imu), truth, person, ("fist", "open", "rest"))
    model = build(dropout=0.0)
    model.standardise(both.inputs)
    optimiser = torch.optim.AdamW(model.parameters(), lr=3e-3)
    for _ in range(60):
        loss = torch.nn.functional.cross_entropy(model.train()(*both.inputs)[0], truth)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    rows = np.arange(240)
    return model.eval(), both.at(rows[::2]), both.at(rows[1::2])


def test_every_modality_and_channel_is_a_sensor(build: Build) -> None:
    names = [sensor.name for sensor in sensors_of(build(), INPUTS, {})]
    assert names == ["all of emg", "emg 0", "emg 1", "emg 2", "all of imu", "imu 0", "imu 1"]


def test_a_channel_that_has_a_name_is_called_by_it(build: Build) -> None:
    names = [sensor.name for sensor in sensors_of(build(), INPUTS, {}, {"imu": ("up x", "turn y")})]
    assert names[1:] == ["emg 0", "emg 1", "emg 2", "all of imu", "imu 0 (up x)", "imu 1 (turn y)"]


def test_axes_of_one_sensor_stay_together(build: Build) -> None:
    names = [sensor.name for sensor in sensors_of(build(), INPUTS, {"imu": 2})]
    assert names[-2:] == ["all of imu", "imu 0-1"]


def test_many_channels_are_taken_together_in_neighbours(build: Build) -> None:
    from myoedge.export.models import build_model

    model = build_model("multimodal", labels=2, inputs={"emg": (8, 40)}, patches=2, width=16, heads=2)
    assert isinstance(model, Transformer)
    sensors = sensors_of(model, ("emg",), {})
    assert sensors[0].name == "emg 0-2"
    assert sensors[-1].channels == (("emg", 39, 40),)


def test_a_sensor_left_out_is_held_at_its_mean(loud: tuple[Transformer, Probe, Probe]) -> None:
    model, test, _ = loud
    sensor = next(s for s in sensors_of(model, INPUTS, {}) if s.name == "emg 2")
    masked = without(model, test, INPUTS, sensor)
    stem = model.tokeniser.stems[0]
    assert isinstance(stem, Stem)
    mean = stem.inlet.raw_mean[2]
    assert torch.equal(masked.inputs[0][..., 2], mean.expand(len(test), 8))
    assert torch.equal(masked.inputs[0][..., :2], test.inputs[0][..., :2])
    assert masked.inputs[1] is test.inputs[1]


def test_the_channel_that_holds_the_labels_is_kept_longest(loud: tuple[Transformer, Probe, Probe]) -> None:
    model, test, train = loud
    assert refitted(model, test, train).mean() > 0.9
    rows = list(worths(model, test, train, INPUTS, sensors_of(model, INPUTS, {})))
    order = [row.sensor.name for row in cheapest(rows)]
    assert order[-1] == "emg 2"
    said = advice(rows)
    assert "Keep emg 2 longest" in said
    assert said.index("Without all of imu") < said.index("Without all of emg")
    lost = {row.sensor.name: row for row in rows}
    assert lost["emg 2"].masked.mean() > 0.4
    assert lost["all of emg"].refitted.mean() > 0.4
    assert abs(lost["all of imu"].refitted.mean()) < 0.15
