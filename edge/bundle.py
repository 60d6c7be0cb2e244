"""A bundle: one exported model as a folder or .tar, every file held by its hash.

`bundle.json` names the task, labels, modalities, features and files; `golden.npz` holds the vectors that
every engine must reproduce; `model.onnx` and `model.tflite` hold the int8 network (the classic bundle has
none).
"""

import hashlib
import io
import json
import math
import tarfile
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.errors import FormatError, NotThereError, StorageError
from myoedge.edge.features import FEATURES
from myoedge.edge.modality import LONGEST_MS, ModalitySpec, modality_from_json

_TORN = (zipfile.BadZipFile, zlib.error, NotImplementedError)  # what a damaged .npz raises beside the usual
VERSION = 1
SHIPPED = Path(__file__).parent / "bundles"
LARGEST = 64 << 20  # bytes a bundle may have, all files together
MOST_FILES = 64
LARGEST_EMBEDDING = 4096


@dataclass(frozen=True, slots=True)
class Bundle:
    """One exported model with all it says of itself."""

    name: str
    digest: str  # sha256 of bundle.json, which holds the sha256 of every other file
    task: str  # "gesture" or "semantic"
    labels: tuple[str, ...]  # of the network's scores; empty where only a profile gives labels
    modalities: Mapping[str, ModalitySpec]
    clock: str  # the modality whose samples count the hops
    hop_ms: float
    max_gap_ms: float
    features: tuple[str, ...]  # closed-form blocks of the embedding, computed from the clock modality
    embedding: int  # length of the network's block of the embedding; 0: no network
    inputs: tuple[str, ...]  # the network's inputs in order: modality names, or "features"
    engines: Mapping[str, str]  # engine name -> file
    tolerance: Mapping[str, float]  # engine name -> largest error against the golden vectors
    new_share: float  # share of the window that must be new before a decision turns, as measured
    normalise: bool  # calibration sets the gain so that any unit will do
    facts: Mapping[str, Any]  # the rest of bundle.json: training, licence, metrics, quantization
    files: Mapping[str, bytes] = field(repr=False)

    @property
    def short_digest(self) -> str:
        return "sha256:" + self.digest[:12]

    def golden(self) -> Mapping[str, NDArray[np.float32]]:
        """The golden vectors: one array an input plus `scores` and `embedding`, first axis the example."""
        golden = self.arrays("golden.npz")
        sizes = {name: len(golden.get(name, ())) for name in (*self.inputs, "scores", "embedding")}
        if len(set(sizes.values())) != 1 or not all(sizes.values()):
            raise FormatError(
                f"bundle {self.name}: golden.npz holds {sizes} examples; wanted as many of each"
            )
        return golden

    def arrays(self, file: str) -> dict[str, NDArray[np.float32]]:
        """The arrays of one .npz of the bundle; raises FormatError when it cannot be read without pickle."""
        try:
            with np.load(io.BytesIO(self.files[file]), allow_pickle=False) as data:
                return {name: np.atleast_1d(data[name]) for name in data.files}
        except (KeyError, ValueError, TypeError, AttributeError, OSError, EOFError, *_TORN) as error:
            raise FormatError(
                f"bundle {self.name}: {file} cannot be read ({error}); rebuild the bundle"
            ) from error


def load_bundle(name_or_path: str | Path) -> Bundle:
    """Read a shipped bundle by name, a folder or a .tar, and check every hash.

    Raises NotThereError when there is none, FormatError when a file is missing, altered or misstated.
    """
    path = SHIPPED / str(name_or_path)
    if "/" in str(name_or_path) or not path.is_dir():
        path = Path(name_or_path)
    if path.is_dir():
        return parse_bundle(_read_folder(path), str(path))
    if path.is_file():
        return parse_bundle(_read_tar(path), str(path))
    known = ", ".join(sorted(p.name for p in SHIPPED.iterdir() if p.is_dir())) if SHIPPED.is_dir() else "none"
    raise NotThereError(
        f"no bundle {str(name_or_path)!r}; wanted a folder, a .tar or a shipped one ({known})"
    )


def parse_bundle(files: Mapping[str, bytes], where: str) -> Bundle:
    """Check and read a bundle from its files' bytes."""
    if "bundle.json" not in files:
        raise FormatError(f"{where} holds no bundle.json; wanted a bundle folder or .tar")
    text = files["bundle.json"]
    try:
        row = json.loads(text)
        if row.get("myoedge") != "bundle" or row.get("v") != VERSION:
            raise FormatError(
                f"{where}: bundle.json is of kind {row.get('myoedge')!r} version {row.get('v')!r}; this "
                f"program reads bundles of version {VERSION}"
            )
        held = _check_hashes(row["files"], files, where)
        bundle = _from_json(row, hashlib.sha256(text).hexdigest(), {**held, "bundle.json": text})
        _check_sense(bundle)
        return bundle
    except FormatError:
        raise
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError, RecursionError) as error:
        raise FormatError(f"{where}: bundle.json lacks or misstates {error}; rebuild the bundle") from error


def _from_json(row: Mapping[str, Any], digest: str, files: Mapping[str, bytes]) -> Bundle:
    modalities = {name: modality_from_json(name, spec) for name, spec in row["modalities"].items()}
    clock = str(row["clock"])
    if clock not in modalities:
        raise ValueError(f"clock {clock!r}")
    known = set(Bundle.__dataclass_fields__)
    return Bundle(
        name=str(row["name"]),
        digest=digest,
        task=str(row["task"]),
        labels=_texts(row["labels"]),
        modalities=modalities,
        clock=clock,
        hop_ms=float(row["hop_ms"]),
        max_gap_ms=float(row["max_gap_ms"]),
        features=_texts(row["features"]),
        embedding=int(row.get("embedding", 0)),
        inputs=_texts(row.get("inputs", [])),
        engines={str(name): str(file) for name, file in row.get("engines", {}).items()},
        tolerance={name: float(value) for name, value in row.get("tolerance", {}).items()},
        new_share=float(row["new_share"]),
        normalise=row.get("normalise", False) is True,
        facts={name: value for name, value in row.items() if name not in known},
        files=files,
    )


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise ValueError(f"{value!r}, which is no list of texts")
    return tuple(value)


def _check_sense(bundle: Bundle) -> None:
    """What the rest of the edge takes for granted; raises ValueError."""
    clock = bundle.modalities[bundle.clock]
    wrong = {
        "task": bundle.task not in ("gesture", "semantic"),
        "clock, which must be required": not clock.required,
        "labels twice": len(set(bundle.labels)) != len(bundle.labels),
        "hop_ms": not 1 <= bundle.hop_ms <= LONGEST_MS,
        "max_gap_ms": not 0 <= bundle.max_gap_ms <= clock.window_ms,
        "new_share": not 0 < bundle.new_share <= 1,
        "features": not set(bundle.features) <= set(FEATURES),
        "embedding": not 0 <= bundle.embedding <= LARGEST_EMBEDDING,
        "neither features nor a network": not bundle.features and not bundle.embedding,
        "inputs": not set(bundle.inputs) <= {*bundle.modalities, "features"},
        "a network without engines, inputs or golden.npz": bool(bundle.embedding)
        and not (bundle.engines and bundle.inputs and "golden.npz" in bundle.files),
        "engines without a network": bool(bundle.engines) and not bundle.embedding,
        "engines whose file is missing": not set(bundle.engines.values()) <= set(bundle.files),
        "an engine without a tolerance": not set(bundle.engines) <= {*bundle.tolerance, "tflite"},
        "tolerance": not all(math.isfinite(t) and t >= 0 for t in bundle.tolerance.values()),
    }
    for what, is_wrong in wrong.items():
        if is_wrong:
            raise ValueError(what)


def _check_hashes(wanted: Mapping[str, str], files: Mapping[str, bytes], where: str) -> dict[str, bytes]:
    """The files that bundle.json holds by their hash; whatever else lies beside them is left alone."""
    for name, digest in wanted.items():
        if name not in files:
            raise FormatError(f"{where} lacks {name}; copy the bundle again")
        if hashlib.sha256(files[name]).hexdigest() != digest:
            raise FormatError(
                f"{where}: {name} is not the file bundle.json names (its hash differs); copy the bundle again"
            )
    return {name: files[name] for name in wanted}


def _read_folder(path: Path) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    try:
        plain = [file for file in sorted(path.iterdir()) if file.is_file() and not file.is_symlink()]
        _check_size({file.name: file.stat().st_size for file in plain}, path)
        for file in plain:
            files[file.name] = file.read_bytes()
    except OSError as error:
        raise StorageError(f"cannot read bundle {path}: {error.strerror}; check its permissions") from error
    return files


def _read_tar(path: Path) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    sizes: dict[str, int] = {}
    try:
        with tarfile.open(path, "r:") as tar:
            for member in tar:
                name = member.name.removeprefix("./")
                if member.isdir() and name in ("", "."):
                    continue
                if not member.isfile() or "/" in name or name in files:
                    raise FormatError(
                        f"{path}: {member.name!r} is no plain file of its own; a bundle is flat"
                    )
                sizes[name] = member.size
                _check_size(sizes, path)
                content = tar.extractfile(member)
                files[name] = content.read() if content else b""
    except PermissionError as error:
        raise StorageError(f"cannot read bundle {path}: {error.strerror}; check its permissions") from error
    except (tarfile.TarError, OSError, EOFError, ValueError, OverflowError) as error:
        if isinstance(error, FormatError):
            raise
        raise FormatError(f"{path} is no bundle .tar ({error}); copy it again") from error
    return files


def _check_size(sizes: Mapping[str, int], path: Path) -> None:
    if len(sizes) > MOST_FILES or sum(sizes.values()) > LARGEST:
        raise FormatError(
            f"{path} holds {len(sizes)} files of {sum(sizes.values())} bytes; a bundle has at most "
            f"{MOST_FILES} of {LARGEST} together"
        )


def write_bundle(folder: Path, row: Mapping[str, Any], files: Mapping[str, bytes]) -> str:
    """Write a bundle folder with the hashes of all its files; returns its digest."""
    folder.mkdir(parents=True, exist_ok=True)
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in sorted(files.items())}
    text = json.dumps({"myoedge": "bundle", "v": VERSION, **row, "files": hashes}, indent=1).encode() + b"\n"
    for name, data in {**files, "bundle.json": text}.items():
        (folder / name).write_bytes(data)
    return hashlib.sha256(text).hexdigest()
