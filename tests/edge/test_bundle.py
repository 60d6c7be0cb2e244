"""A bundle: every file held by its hash, a folder and its .tar alike, all else refused in our words."""

import copy
import hashlib
import io
import json
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from myoedge.edge.bundle import Bundle, load_bundle, parse_bundle, write_bundle
from myoedge.edge.errors import FormatError, MyoedgeError, NotThereError
from myoedge.edge.tar import LARGEST

Row = dict[str, Any]
NETWORK: Row = {
    "labels": ["rest", "fist"],
    "embedding": 4,
    "inputs": ["emg"],
    "engines": {"onnx": "model.onnx"},
    "tolerance": {"onnx": 0.1},
}


def golden(**changes: Any) -> bytes:
    arrays = {
        "emg": np.zeros((2, 40, 8)),
        "scores": np.zeros((2, 2)),
        "embedding": np.zeros((2, 4)),
        **changes,
    }
    file = io.BytesIO()
    np.savez(file, **{name: value for name, value in arrays.items() if value is not None})
    return file.getvalue()


@pytest.fixture
def folder(row: Row, tmp_path: Path) -> Path:
    path = tmp_path / "bundle"
    write_bundle(
        path, {**row, **NETWORK}, {"model.onnx": b"network", "golden.npz": golden(), "CARD.md": b"hi"}
    )
    return path


def tar_of(folder: Path, prefix: str = "") -> Path:
    path = folder.with_suffix(".tar")
    with tarfile.open(path, "w") as tar:
        for file in sorted(folder.iterdir()):
            tar.add(file, prefix + file.name)
    return path


@pytest.mark.parametrize("prefix", ["", "./"])
def test_a_tar_is_the_folder(folder: Path, prefix: str) -> None:
    assert load_bundle(tar_of(folder, prefix)) == load_bundle(folder)


def test_the_digest_holds_every_byte(folder: Path) -> None:
    text = (folder / "bundle.json").read_bytes()
    assert load_bundle(folder).digest == hashlib.sha256(text).hexdigest()
    assert set(json.loads(text)["files"]) == {"CARD.md", "golden.npz", "model.onnx"}


def test_one_altered_byte_is_refused(folder: Path) -> None:
    (folder / "model.onnx").write_bytes(b"Network")
    with pytest.raises(FormatError, match=r"model\.onnx is not the file"):
        load_bundle(folder)


def test_a_missing_file_is_refused(folder: Path) -> None:
    (folder / "golden.npz").unlink()
    with pytest.raises(FormatError, match=r"lacks golden\.npz"):
        load_bundle(folder)


def test_a_file_without_a_hash_is_no_part_of_it(row: Row, folder: Path) -> None:
    (folder / "stray.bin").write_bytes(b"?")
    assert "stray.bin" not in load_bundle(folder).files
    write_bundle(folder, {**row, **NETWORK, "engines": {"onnx": "stray.bin"}}, {"golden.npz": golden()})
    with pytest.raises(FormatError, match="engines whose file is missing"):
        load_bundle(folder)


def test_a_link_is_no_file(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes(b"network")
    (folder / "model.onnx").unlink()
    (folder / "model.onnx").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FormatError, match="lacks"):
        load_bundle(folder)


def member(name: str, kind: bytes = tarfile.REGTYPE, size: int = 0, link: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.size, info.linkname = kind, size, link
    return info


@pytest.mark.parametrize(
    "bad",
    [
        member("../evil"),
        member("/etc/evil"),
        member("inner/file"),
        member("inner", tarfile.DIRTYPE),
        member("link", tarfile.SYMTYPE, link="/etc/passwd"),
        member("hard", tarfile.LNKTYPE, link="bundle.json"),
        member("pipe", tarfile.FIFOTYPE),
        member("bundle.json"),
        member("huge", size=LARGEST + 1),
    ],
    ids=lambda info: f"{info.name} {info.type.decode()}",
)
def test_a_tar_holds_plain_small_files_only(folder: Path, bad: tarfile.TarInfo) -> None:
    path = tar_of(folder)
    with tarfile.open(path, "a") as tar:
        assert tar.fileobj is not None
        header = bad.tobuf()  # alone: Python 3.13 refuses to write a member whose bytes it does not get
        tar.fileobj.write(header)
        tar.offset += len(header)
    with pytest.raises(FormatError):
        load_bundle(path)
    assert not (folder.parent / "evil").exists()


def test_a_folder_too_large_is_refused_before_it_is_read(folder: Path) -> None:
    with (folder / "huge").open("wb") as file:
        file.truncate(LARGEST + 1)  # sparse: takes no room
    with pytest.raises(FormatError, match="at most"):
        load_bundle(folder)


def test_a_tar_of_too_many_files_is_refused(folder: Path) -> None:
    path = tar_of(folder)
    with tarfile.open(path, "a") as tar:
        for i in range(100):
            tar.addfile(member(f"f{i}"))
    with pytest.raises(FormatError, match="at most"):
        load_bundle(path)


def test_a_tar_torn_at_any_byte_is_refused(folder: Path) -> None:
    path = tar_of(folder)
    whole = path.read_bytes()
    wanted = load_bundle(path)
    for end in range(0, len(whole), 511):
        path.write_bytes(whole[:end])
        try:
            assert load_bundle(path) == wanted  # only the padding at the end is gone
        except FormatError:
            continue


def test_no_such_bundle_names_the_shipped_ones() -> None:
    with pytest.raises(NotThereError, match="classic"):
        load_bundle("nonesuch")
    with pytest.raises(NotThereError):
        load_bundle("../bundles/none")


WRONG: list[Row] = [
    {"v": 2},
    {"myoedge": "profile"},
    {"clock": "imu"},
    {"task": "dance"},
    {"labels": "fist"},
    {"labels": ["fist", "fist"]},
    {"labels": [1]},
    {"features": ["magic"]},
    {"features": []},
    {"hop_ms": 0},
    {"hop_ms": float("nan")},
    {"hop_ms": "soon"},
    {"max_gap_ms": -1},
    {"max_gap_ms": 1e9},
    {"new_share": 0},
    {"embedding": 4},
    {"embedding": -1},
    {"engines": {"onnx": "model.onnx"}},
    {"inputs": ["imu"]},
    {"modalities": {}},
    {"modalities": []},
    {"files": {"a": 5}},
    {"files": None},
]
WRONG_EMG: list[Row] = [
    {"window_ms": -5},
    {"window_ms": 1e12},
    {"rate_hz": 0},
    {"rate_hz": "fast"},
    {"rate_hz": float("inf")},
    {"channels": 0},
    {"channels": 8.5},
    {"channels": 10**9},
    {"columns": []},
    {"columns": [0, 0]},
    {"columns": [-1]},
    {"columns": [0, 1], "scale": [1, 2, 3]},
    {"scale": [float("nan")]},
    {"filters": [{"kind": "magic", "hz": 5}]},
    {"filters": [{"kind": "notch", "hz": 0}]},
    {"filters": [{"kind": "high_pass", "hz": 20, "order": 3}]},
    {"filters": [{"kind": "high_pass", "hz": 20, "order": 10**9}]},
    {"filters": "high"},
    {"required": False},
]


def parse(row: Row, **files: bytes) -> Bundle:
    return parse_bundle({"bundle.json": json.dumps(row).encode(), **files}, "here")


@pytest.mark.parametrize("changes", WRONG, ids=str)
def test_what_makes_no_sense_is_refused(row: Row, changes: Row) -> None:
    whole = {"myoedge": "bundle", "v": 1, "files": {}, **row}
    parse(whole)
    with pytest.raises(FormatError, match="here"):
        parse({**whole, **changes})


@pytest.mark.parametrize("changes", WRONG_EMG, ids=str)
def test_a_modality_that_makes_no_sense_is_refused(row: Row, changes: Row) -> None:
    row["modalities"]["emg"] |= changes
    with pytest.raises(FormatError, match="here"):
        parse({"myoedge": "bundle", "v": 1, "files": {}, **row})


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


@given(st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_value_changed_loads_or_is_refused_in_our_words(row: Row, data: st.DataObject) -> None:
    whole: Row = copy.deepcopy({"myoedge": "bundle", "v": 1, "files": {}, **row})
    emg = whole["modalities"]["emg"]
    inside: Row = data.draw(st.sampled_from([whole, emg, emg["filters"][0]]))
    name = data.draw(st.sampled_from([*sorted(inside), "embedding", "engines", "inputs", "scale", "columns"]))
    inside[name] = data.draw(anything)
    try:
        parse(whole)
    except MyoedgeError as error:
        assert "here" in str(error)


@given(st.binary(max_size=200) | anything.map(lambda value: json.dumps(value).encode()))
@settings(max_examples=80, deadline=None)
def test_garbage_is_no_bundle(garbage: bytes) -> None:
    with pytest.raises(FormatError):
        parse_bundle({"bundle.json": garbage}, "here")


def test_nested_without_end_is_no_bundle() -> None:
    with pytest.raises(FormatError):
        parse_bundle({"bundle.json": b"[" * 200_000}, "here")


@pytest.mark.parametrize(
    "file",
    [
        b"",
        b"garbage",
        golden()[:-40],
        golden(scores=None),
        golden(emg=np.zeros((0, 40, 8)), scores=np.zeros((0, 2)), embedding=np.zeros((0, 4))),
        golden(emg=np.zeros((3, 40, 8))),
        golden(emg=np.array([{"a": 1}, 2], object)),
    ],
    ids=["empty", "garbage", "torn", "no scores", "no examples", "unequal", "pickle"],
)
def test_golden_vectors_that_prove_nothing_are_refused(
    make_bundle: Callable[..., Bundle], file: bytes
) -> None:
    bundle = make_bundle({"model.onnx": b"network", "golden.npz": file}, **NETWORK)
    with pytest.raises(FormatError, match=r"golden\.npz"):
        bundle.golden()


def packed(name: str, data: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return file.getvalue()


@pytest.mark.parametrize("size", [LARGEST + 1, 1000], ids=["it has", "it says it has"])
def test_arrays_that_fill_the_memory_are_refused(make_bundle: Callable[..., Bundle], size: int) -> None:
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"shape": (2**44,), "fortran_order": False, "descr": "<f4"})
    file = packed("cov_0.npy", header.getvalue() + bytes(size))
    assert len(file) < 1 << 20
    with pytest.raises(FormatError, match=r"prior\.npz cannot be read"):
        make_bundle({"prior.npz": file}).arrays("prior.npz")
