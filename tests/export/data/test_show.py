"""What `data show` says of a set, and the picture of its signals."""

import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from myoedge.export.data.picture import COLUMNS, TRACES, WIDE, chosen, picture
from myoedge.export.data.repetition import LoadedDataset
from myoedge.export.data.show import MOST_VALUES, dead_columns, describe
from myoedge.export.data.table import load


@pytest.fixture(scope="module")
def db3(tmp_path_factory: pytest.TempPathFactory, large: ModuleType) -> LoadedDataset:
    root = tmp_path_factory.mktemp("db3")
    large.db3(root)
    return load("ninapro-db3", root)


def test_a_person_is_described_as_the_contract_has_it(db3: LoadedDataset) -> None:
    row = describe(db3)
    seven, ten = row["people"]["s7"], row["people"]["s10"]
    assert row["dataset"] == "ninapro-db3"
    assert {"files", "seconds", "streams", "labels", "amputee", "hand", "notes"} <= seven.keys()
    assert seven["files"] == 2 and seven["amputee"] is True and seven["hand"] == "right"
    assert seven["streams"]["emg"] == {"rate_hz": 2000.0, "channels": 12, "dead": [8, 9]}
    assert ten["streams"]["emg"]["dead"] == [] and "force" not in ten["streams"]
    assert list(seven["labels"]) == ["0 rest", "1 thumb up", "3", "18", "25"]
    assert seven["labels"]["3"]["repetitions"] == [1, 2]
    assert seven["labels"]["25"]["name"] == "stick grasp" and "name" not in seven["labels"]["0 rest"]
    assert 0.7 < seven["labels"]["3"]["seconds"] <= 0.8
    assert any("DB3_s7/S7_E1_A1.mat" in note for note in seven["notes"])
    assert not any("S10" in note for note in seven["notes"])


def test_a_column_is_dead_when_it_never_changes_in_any_repetition(
    tmp_path: Path, generate: ModuleType
) -> None:
    generate.laval(tmp_path)
    own = list(load("myo-laval", tmp_path, ["eval/Male7"]).repetitions)
    assert dead_columns(own, "emg") == ()
    for turn, repetition in enumerate(own):
        repetition.signals["emg"][:, 2] = 5.0
        repetition.signals["emg"][:, 3] = float(turn)  # still in each, but not the same
    assert dead_columns(own, "emg") == (2,)
    assert dead_columns(own, "imu") == ()
    assert sum(r.signals["emg"].size for r in own) < MOST_VALUES  # all of them were looked at


def test_a_stream_that_nobody_has_is_said(tmp_path: Path, generate: ModuleType) -> None:
    generate.folder(tmp_path)
    for path in (tmp_path / "ben").rglob("*.imu.*"):
        path.unlink()
    people = describe(load("folder", tmp_path))["people"]
    assert "imu" in people["anna"]["streams"] and "imu" not in people["ben"]["streams"]
    assert "no imu" in people["ben"]["notes"]
    assert any(".imu file" in note and note.startswith("ben/") for note in people["ben"]["notes"])


def test_a_picture_shows_rest_first_and_marks_dead_columns(db3: LoadedDataset) -> None:
    own = [r for r in db3.repetitions if r.person == "s7"]
    shown = chosen(own)
    assert shown[0].label == "rest" and len(shown) == min(COLUMNS, 5)
    drawing = ET.fromstring(picture(own, "s7 <three>", dead=(8, 9)))
    texts = [text.text for text in drawing.iter("{http://www.w3.org/2000/svg}text")]
    assert "s7 <three>" in texts and "8 dead" in texts and "9 dead" in texts and "1 thumb up" in texts
    lines = list(drawing.iter("{http://www.w3.org/2000/svg}polyline"))
    assert sum(line.get("stroke-dasharray") is not None for line in lines) == 2 * len(shown)
    assert all(len(str(line.get("points")).split()) <= 2 * WIDE for line in lines)


def test_a_picture_of_many_channels_and_labels_stays_small(db3: LoadedDataset) -> None:
    template = db3.repetitions[0]
    wide = np.random.default_rng(0).normal(size=(4000, 128)).astype(np.float32)
    many = [replace(template, label=f"l{n}", native=f"l{n}", signals={"emg": wide}) for n in range(30)]
    drawing = ET.fromstring(picture(many, "many"))
    assert len(list(drawing.iter("{http://www.w3.org/2000/svg}polyline"))) == COLUMNS * TRACES


def test_a_picture_of_silence_can_be_drawn(db3: LoadedDataset) -> None:
    still = replace(db3.repetitions[0], signals={"emg": np.zeros((100, 4), np.float32)})
    ET.fromstring(picture([still], "still", dead=(0, 1, 2, 3)))
