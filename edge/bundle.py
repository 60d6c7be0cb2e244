"""A bundle: one exported model as a folder or .tar, every file held by its hash.

`bundle.json` names the task, labels, modalities, features and files; `golden.npz` holds the vectors that every
engine must reproduce; `model.onnx` and `model.tflite` hold the int8 network (the classic bundle has none).
"""

import hashlib
import io
import json
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.errors import FormatError, NotThereError
from myoedge.edge.modality import ModalitySpec, modality_from_json

VERSION = 1
SHIPPED = Path(__file__).parent / "bundles"
LARGEST = 64 << 20  # bytes a file of a bundle may have


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
        return self.arrays("golden.npz")

    def arrays(self, file: str) -> dict[str, NDArray[np.float32]]:
        """The arrays of one .npz of the bundle; raises FormatError when it cannot be read without pickle."""
        try:
            with np.load(io.BytesIO(self.files[file]), allow_pickle=False) as data:
                return {name: np.asarray(data[name]) for name in data.files}
        except (KeyError, ValueError, OSError) as error:
            raise FormatError(f"bundle {self.name}: {file} cannot be read ({error}); rebuild the bundle") from error


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
    raise NotThereError(f"no bundle {str(name_or_path)!r}; wanted a folder, a .tar or a shipped one ({known})")


def parse_bundle(files: Mapping[str, bytes], where: str) -> Bundle:
    """Check and read a bundle from its files' bytes."""
    if "bundle.json" not in files:
        raise FormatError(f"{where} holds no bundle.json; wanted a bundle folder or .tar")
    text = files["bundle.json"]
    try:
        row = json.loads(text)
        if row.get("myoedge") != "bundle" or row.get("v") != VERSION:
            raise FormatError(f"{where}: bundle.json is of kind {row.get('myoedge')!r} version {row.get('v')!r}; "
                              f"this program reads bundles of version {VERSION}")  # fmt: skip
        _check_hashes(row["files"], files, where)
        return _from_json(row, hashlib.sha256(text).hexdigest(), files)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        if isinstance(error, FormatError):
            raise
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
        labels=tuple(row["labels"]),
        modalities=modalities,
        clock=clock,
        hop_ms=float(row["hop_ms"]),
        max_gap_ms=float(row["max_gap_ms"]),
        features=tuple(row["features"]),
        embedding=int(row.get("embedding", 0)),
        inputs=tuple(row.get("inputs", ())),
        engines=dict(row.get("engines", {})),
        tolerance={name: float(value) for name, value in row.get("tolerance", {}).items()},
        new_share=float(row["new_share"]),
        normalise=bool(row.get("normalise", False)),
        facts={name: value for name, value in row.items() if name not in known},
        files=files,
    )


def _check_hashes(wanted: Mapping[str, str], files: Mapping[str, bytes], where: str) -> None:
    for name, digest in wanted.items():
        if name not in files:
            raise FormatError(f"{where} lacks {name}; copy the bundle again")
        if hashlib.sha256(files[name]).hexdigest() != digest:
            raise FormatError(f"{where}: {name} is not the file bundle.json names (hash differs); copy it again")


def _read_folder(path: Path) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for file in sorted(path.iterdir()):
        if file.is_symlink() or not file.is_file():
            continue
        if file.stat().st_size > LARGEST:
            raise FormatError(f"{file} has {file.stat().st_size} bytes; a bundle's file has at most {LARGEST}")
        files[file.name] = file.read_bytes()
    return files


def _read_tar(path: Path) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    try:
        with tarfile.open(path, "r:") as tar:
            for member in tar:
                name = member.name.removeprefix("./")
                if member.isdir() and name in ("", "."):
                    continue
                if not member.isfile() or "/" in name or member.size > LARGEST:
                    raise FormatError(f"{path}: {member.name!r} is no plain small file; a bundle is flat")
                content = tar.extractfile(member)
                files[name] = content.read() if content else b""
    except (tarfile.TarError, OSError, EOFError) as error:
        raise FormatError(f"{path} is no bundle .tar ({error}); copy it again") from error
    return files


def write_bundle(folder: Path, row: Mapping[str, Any], files: Mapping[str, bytes]) -> str:
    """Write a bundle folder with the hashes of all its files; returns its digest."""
    folder.mkdir(parents=True, exist_ok=True)
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in sorted(files.items())}
    text = json.dumps({"myoedge": "bundle", "v": VERSION, **row, "files": hashes}, indent=1).encode() + b"\n"
    for name, data in {**files, "bundle.json": text}.items():
        (folder / name).write_bytes(data)
    return hashlib.sha256(text).hexdigest()
