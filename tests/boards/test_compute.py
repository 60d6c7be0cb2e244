"""Every engine of a bundle that is right here is timed in turns; one is chosen by a rule, kept, and run."""

import asyncio
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from myoedge.__main__ import main
from myoedge.boards.compute import bench_compute, fastest
from myoedge.edge.bundle import Bundle, load_bundle, write_bundle
from myoedge.edge.engines.choice import choice_file, remember, remembered
from myoedge.edge.event import Event
from myoedge.firmware_bridge.device import Choice, Device, load

ROUNDS = np.ones((5, 4))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The default bundle with its int8 files given as float ones too, one of which is damaged."""
    monkeypatch.setenv("MYOEDGE_DATA", str(tmp_path / "data"))
    for library in ("ai_edge_litert", "onnxruntime"):
        pytest.importorskip(library, reason=f"{library} is not installed here")
    made = load_bundle("default")
    row = json.loads(made.files["bundle.json"])
    for name in ("myoedge", "v", "files"):
        row.pop(name)
    row["engines"] |= {"litert-fp32": "float.tflite", "onnx-fp32": "float.onnx"}
    row["tolerance"] |= {"litert-fp32": row["tolerance"]["litert"], "onnx-fp32": row["tolerance"]["onnx"]}
    files = {name: data for name, data in made.files.items() if name != "bundle.json"}
    files |= {"float.tflite": files["model.tflite"], "float.onnx": b"torn"}
    write_bundle(tmp_path / "both", row, files)
    return tmp_path / "both"


def test_every_engine_and_precision_that_is_right_has_a_row(folder: Path) -> None:
    found = bench_compute(load_bundle(folder))
    rows = {row["name"]: row for row in found["rows"]}
    assert {"litert", "onnx", "litert-fp32"} <= set(rows) and "onnx-fp32" not in rows
    assert any(line.startswith("onnx-fp32: cannot open") for line in found["refused"])
    assert (rows["litert-fp32"]["engine"], rows["litert-fp32"]["precision"]) == ("litert", "fp32")
    kb = round((folder / "model.tflite").stat().st_size / 1000, 1)
    assert (rows["litert"]["precision"], rows["litert"]["kb"]) == ("int8", kb)
    assert found["fp32"] == "litert-fp32" and rows["litert-fp32"]["ratio_to_fp32"] == 1
    assert all(0 < row["us_p50"] <= row["us_p99"] and row["load_ms"] > 0 for row in rows.values())
    assert found["chosen"] in rows


def test_the_choice_is_kept_and_a_run_takes_it(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "compute", "--bundle", str(folder), "--json"]) == 0
    row: dict[str, Any] = json.loads(capsys.readouterr().out)
    bundle = load_bundle(folder)
    assert remembered(bundle) == (row["chosen"], None)
    for name in ("onnx", "litert-fp32"):
        remember(bundle, name)
        loaded = load(Choice(str(folder), unsigned=True))
        assert loaded.engine is not None and loaded.engine.name == name
    loaded = load(Choice(str(folder), engine="litert", unsigned=True))
    assert loaded.engine is not None and loaded.engine.name == "litert"


def test_a_choice_that_fails_gives_way_and_that_is_told(folder: Path) -> None:
    remember(load_bundle(folder), "onnx-fp32")
    loaded = load(Choice(str(folder), unsigned=True))
    assert loaded.engine is not None and loaded.engine.name == "litert"
    assert len(loaded.failed) == 1 and loaded.failed[0].startswith("onnx-fp32: cannot open the network")


def test_a_run_tells_of_the_engine_that_failed(folder: Path) -> None:
    remember(load_bundle(folder), "onnx-fp32")
    events: list[Event] = []

    async def run() -> None:
        choice = Choice(str(folder), unsigned=True, budget_ms=1000)
        async with Device("virtual:myo", "bluez", choice, [events.append]) as device:
            await device.run(asyncio.Event(), 0.3)

    asyncio.run(run())
    told = [event for event in events if event.kind == "status" and event.label == "fallback"]
    assert len(told) == 1 and "onnx-fp32: cannot open the network" in str(told[0].detail)


def test_a_broken_memory_is_said_and_no_failure(folder: Path) -> None:
    choice_file().parent.mkdir(parents=True)
    choice_file().write_text("{")
    loaded = load(Choice(str(folder), unsigned=True))
    assert loaded.engine is not None and loaded.engine.name == "litert"
    assert "bench compute" in loaded.refused[0] and loaded.failed == ()


@pytest.mark.parametrize(
    ("shares", "chosen"),
    [
        ({"litert": 1.0, "onnx": 0.98}, "litert"),  # as good as equal: the first of the table
        ({"litert": 1.0, "onnx": 0.9}, "onnx"),
        ({"litert": 1.0, "onnx": 1.5, "litert-fp32": 0.8}, "litert-fp32"),
        ({}, None),
    ],
)
def test_the_fastest_is_chosen_and_of_equals_the_first(shares: dict[str, float], chosen: str | None) -> None:
    assert fastest({name: share * ROUNDS for name, share in shares.items()}) == chosen


def test_a_bundle_without_a_network_has_nothing_to_time(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "compute", "--bundle", "classic"]) == 0
    assert "no engine to time" in capsys.readouterr().out


def test_an_engine_that_is_wrong_is_not_timed(folder: Path, tmp_path: Path) -> None:
    made: Bundle = load_bundle(folder)
    golden = dict(made.golden())
    golden["scores"] = golden["scores"] + 9
    file = io.BytesIO()
    np.savez(file, **golden)  # type: ignore[arg-type]
    row = json.loads(made.files["bundle.json"])
    for name in ("myoedge", "v", "files"):
        row.pop(name)
    files = {**made.files, "golden.npz": file.getvalue()}
    files.pop("bundle.json")
    write_bundle(tmp_path / "wrong", row, files)
    found = bench_compute(load_bundle(tmp_path / "wrong"))
    assert (found["rows"], found["chosen"]) == ([], None)
    assert sum("differs from the golden vectors" in line for line in found["refused"]) == 3
    assert main(["bench", "compute", "--bundle", str(tmp_path / "wrong")]) == 1
