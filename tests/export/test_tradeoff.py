"""The trade-off of a tiny network: files judged and timed, the choice by rule, a report that is whole."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from myoedge.edge.errors import FormatError, ParityError, StorageError, UsageError
from myoedge.export.exam import PROFILE, SCORES, Exam, Person
from myoedge.export.make import passed
from myoedge.export.models import build_model
from myoedge.export.network import FloatNetwork, network_of
from myoedge.export.tradeoff import REFERENCE, Line, Tradeoff, choose, methods_of, trade_off
from myoedge.export.tradeoff_report import PAGE, TABLE, write_report
from myoedge.export.verdict import Verdict

SHAPES: dict[str, tuple[int, ...]] = {"emg": (40, 8), "imu": (10, 6), "features": (12,)}
LABELS = ("rest", "fist", "wave")
METHODS = ("fast-litert-dynamic", "ort-dynamic")
SIZES = {"width": 16, "hidden": 16, "embedding": 8, "heads": 2, "branch_layers": 1, "cross_layers": 1}


def windows(count: int, seed: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    return {name: rng.standard_normal((count, *shape)).astype(np.float32) for name, shape in SHAPES.items()}


def person(name: str, seed: int) -> Person:
    """Ten windows of each label and repetition; what the label is shows in the EMG's strength."""
    inputs = windows(60, seed)
    truth = np.tile(np.repeat(LABELS, 10), 2)
    for strength, label in enumerate(LABELS):
        inputs["emg"][truth == label] *= 1 + 3 * strength
    return Person(name, inputs, inputs["features"], truth, np.repeat([0, 1], 30))


@pytest.fixture(scope="module")
def network() -> FloatNetwork:
    import torch

    torch.manual_seed(0)
    options = {"kind": "hierarchical", "patches": 5, **SIZES}
    model = build_model(labels=3, inputs=SHAPES, **options)  # type: ignore[arg-type]
    return network_of(model, {"name": "tiny"}, options, SHAPES, LABELS, [])


@pytest.fixture(scope="module")
def exam() -> Exam:
    return Exam(windows(16, 0), (person("anna", 1), person("ben", 2)), LABELS, None)


@pytest.fixture(scope="module")
def found(network: FloatNetwork, exam: Exam) -> Tradeoff:
    return trade_off(network, exam, METHODS, 100.0, lambda _: None)


def test_every_file_is_judged_in_both_ways_and_timed(found: Tradeoff) -> None:
    assert [one.name for one in found.lines] == [REFERENCE, "float litert, fast graph", *METHODS]
    for one in found.lines:
        assert set(one.verdicts) == {SCORES, PROFILE}
        assert one.us > 0
    reference = found.lines[0]
    assert reference.ratio == 1
    assert {way.agreement for way in reference.verdicts.values()} == {1.0}


def test_int8_is_smaller_than_float_and_decides_nearly_alike(found: Tradeoff) -> None:
    by_name = {one.name: one for one in found.lines}
    assert len(by_name["fast-litert-dynamic"].model) < len(by_name["float litert, fast graph"].model)
    for name in METHODS:
        assert by_name[name].verdicts[PROFILE].agreement > 0.9


def test_one_method_of_each_engine_is_chosen(found: Tradeoff) -> None:
    assert set(found.chosen) == {"litert", "onnx"}


def test_the_report_is_one_page_and_one_table(found: Tradeoff, tmp_path: Path) -> None:
    assert write_report(found, tmp_path / "out") == [TABLE, PAGE]
    row = json.loads((tmp_path / "out" / TABLE).read_text())
    assert [one["name"] for one in row["lines"]] == [one.name for one in found.lines]
    page = (tmp_path / "out" / PAGE).read_text()
    assert page.count("<svg") == page.count("</svg>") == 1
    for one in found.lines:
        assert one.name in page


def test_a_report_that_cannot_be_written_leaves_nothing(found: Tradeoff, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file where the folder should be")
    with pytest.raises(StorageError):
        write_report(found, tmp_path / "out")
    assert [one.name for one in tmp_path.iterdir()] == ["out"]


def test_calibration_with_nan_stops_it_before_anything_is_made(network: FloatNetwork, exam: Exam) -> None:
    broken = windows(16, 0)
    broken["imu"][0, 0, 0] = np.inf
    with pytest.raises(FormatError, match="imu"):
        trade_off(network, replace(exam, calibration=broken), METHODS, 0.5, lambda _: None)


def line(name: str, us: float, size: int, lost: float, like: Line) -> Line:
    verdict = Verdict(0.9, lost, 0.9, {"fist": 4 * lost}, {})
    said = None if lost < 0.5 else "too much"
    return replace(
        like, name=name, engine="onnx", us=us, model=bytes(size), verdicts={SCORES: verdict}, fault=said
    )


def test_the_fastest_that_keeps_the_limits_is_chosen_and_the_smallest_of_equals(found: Tradeoff) -> None:
    like = found.lines[-1]
    rows = [
        line("quick", 50, 10, 2.0, like),
        line("large", 100, 90, 0, like),
        line("small", 104, 40, 0, like),
    ]
    assert choose(rows, "onnx") == "small"
    assert choose([*rows, line("slow", 120, 10, 0, like)], "onnx") == "small"
    assert choose(rows[:1], "onnx") is None


def test_a_bundle_is_refused_by_the_class_that_loses(found: Tradeoff) -> None:
    worse = replace(found, lines=[line("quick", 50, 10, 2.0, found.lines[-1])], chosen={}, max_loss=0.5)
    with pytest.raises(ParityError, match=r"onnx by quick.*fist loses 8.0 points"):
        passed(worse)


def test_without_any_file_the_reasons_are_told(found: Tradeoff) -> None:
    with pytest.raises(ParityError, match="ort-static: no such operation"):
        passed(replace(found, lines=[], chosen={}, failed={"ort-static": "no such operation"}))


def test_an_unknown_method_is_a_wrong_usage() -> None:
    with pytest.raises(UsageError, match="int4"):
        methods_of(("ort-dynamic", "int4"))
