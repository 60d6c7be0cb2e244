"""A bundle: one exported model as a folder or .tar, every file held by its hash.

`bundle.json` names the task, labels, modalities, features and files; `golden.npz` holds the vectors that
every engine must reproduce; `model.onnx` and `model.tflite` hold the int8 network (the classic bundle has
none).
"""

import hashlib
import io
import json
import math
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.errors import FormatError, NotThereError
from myoedge.edge.external import refuse_external
from myoedge.edge.features import FEATURES
from myoedge.edge.modality import LONGEST_MS, ModalitySpec, modality_from_json
from myoedge.edge.places import write_together
from myoedge.edge.sealed import SIGNATURE, read_sealed
from myoedge.edge.tar import LARGEST
from myoedge.edge.trust import Trust, judge

# What a damaged .npz raises beside the usual; MemoryError where it states a shape that no memory holds.
_TORN = (zipfile.BadZipFile, zlib.error, NotImplementedError, MemoryError)
VERSION = 1
SHIPPED = Path(__file__).parent / "bundles"
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
            with zipfile.ZipFile(io.BytesIO(self.files[file])) as packed:
                if sum(inside.file_size for inside in packed.infolist()) > LARGEST:
                    raise ValueError(f"it unpacks to more than {LARGEST} bytes")
            with np.load(io.BytesIO(self.files[file]), allow_pickle=False) as data:
                return {name: np.atleast_1d(data[name]) for name in data.files}
        except (KeyError, ValueError, TypeError, AttributeError, OSError, EOFError, *_TORN) as error:
            raise FormatError(
                f"bundle {self.name}: {file} cannot be read ({error}); rebuild the bundle"
            ) from error


def find_bundle(name_or_path: str | Path) -> Path:
    """Where a bundle lies: a shipped one by its name, else a folder or file. Raises NotThereError."""
    path = SHIPPED / str(name_or_path)
    if "/" in str(name_or_path) or not path.is_dir():
        path = Path(name_or_path)
    if path.exists():
        return path
    known = ", ".join(sorted(p.name for p in SHIPPED.iterdir() if p.is_dir())) if SHIPPED.is_dir() else "none"
    raise NotThereError(
        f"no bundle {str(name_or_path)!r}; wanted a folder, a .tar or a shipped one ({known})"
    )


def open_bundle(name_or_path: str | Path, unsigned: bool = False) -> tuple[Bundle, Trust]:
    """A bundle that may run here, and who vouches for it, which is judged before anything is parsed.

    Raises NotThereError when there is none, TrustError when it is not trusted or was changed after it was
    signed, FormatError when a file is missing, altered or misstated, StorageError.
    """
    sealed = read_sealed(find_bundle(name_or_path))
    trust = judge(sealed, unsigned)
    return parse_bundle(sealed.files(), str(sealed.path)), trust


def look_into(name_or_path: str | Path) -> tuple[Bundle, Trust]:
    """A bundle to be looked at, measured or signed, and who vouches for it: perhaps nobody.

    Raises what `open_bundle` raises: a signature that is there must hold, and its key be trusted.
    """
    sealed = read_sealed(find_bundle(name_or_path))
    trust = judge(sealed, unsigned=sealed.signer is None)
    return parse_bundle(sealed.files(), str(sealed.path)), trust


def load_bundle(name_or_path: str | Path) -> Bundle:
    """The bundle of `look_into`."""
    return look_into(name_or_path)[0]


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
        for name, data in held.items():
            refuse_external(name, data, where)
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
        "an engine's file, which ends in .onnx or .tflite": not all(
            file.endswith(".onnx" if name.startswith("onnx") else ".tflite")
            for name, file in bundle.engines.items()
        ),
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


def write_bundle(folder: Path, row: Mapping[str, Any], files: Mapping[str, bytes]) -> str:
    """Write a bundle folder with the hashes of all its files; returns its digest.

    Nothing changes before everything is on the disk; a signature of what was there before is removed. Raises
    StorageError.
    """
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in sorted(files.items())}
    text = json.dumps({"myoedge": "bundle", "v": VERSION, **row, "files": hashes}, indent=1).encode() + b"\n"
    write_together(folder, {**files, "bundle.json": text}, gone=(SIGNATURE,))
    return hashlib.sha256(text).hexdigest()
