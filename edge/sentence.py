"""Sentences to vectors: a frozen encoder in int8 from a folder, and which sentences it may be asked."""

import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.errors import FormatError, NotThereError, StorageError, UsageError
from myoedge.edge.places import data_dir
from myoedge.edge.wordpiece import WordPieces

FACTS, MODEL, VOCABULARY = "encoder.json", "encoder.onnx", "vocab.txt"
VERSION = 1
LONGEST = 200  # characters of a sentence. Our choice
MOST = 1000  # sentences of one list. Our choice
LARGEST_UNKNOWN = 0.34  # share of a sentence's pieces that the vocabulary may lack. Our choice
LARGEST = 256 << 20  # bytes of a file


def encoder_folder() -> Path:
    """Where the sentence encoder of this computer lies."""
    return data_dir() / "sentence-encoder"


class SentenceEncoder:
    """Text to unit vectors (sentence, feature); in ONNX Runtime, one thread."""

    def __init__(self, folder: Path | None = None) -> None:
        """Raises NotThereError without folder or engine, FormatError for a file that is not the one noted."""
        folder = folder or encoder_folder()
        self.facts, model, vocabulary = _read(folder)
        self._pieces = WordPieces(vocabulary.decode("utf-8").split("\n"))
        self._session = _session(model)
        self._most = int(self.facts["longest"])

    @property
    def name(self) -> str:
        return str(self.facts["name"])

    def __call__(self, sentences: Sequence[str]) -> NDArray[np.float32]:
        """One unit vector a sentence; raises UsageError for one that cannot be asked."""
        return np.concatenate([self._one(text) for text in asked(sentences)])

    def _one(self, text: str) -> NDArray[np.float32]:
        pieces = self._pieces(text)
        unknown = sum(piece == self._pieces.unknown for piece in pieces) / max(len(pieces) - 2, 1)
        if unknown > LARGEST_UNKNOWN:
            raise UsageError(
                f"{text!r}: {100 * unknown:.0f} % of it are signs that {self.name} does not know; "
                "wanted an English sentence in plain letters"
            )
        if len(pieces) > self._most:
            raise UsageError(f"{text[:40]!r}...: {len(pieces)} word pieces; say it in at most {self._most}")
        (vector,) = self._session.run(("vector",), {"pieces": np.array([pieces], np.int64)})
        return np.asarray(vector, np.float32)


def asked(sentences: Sequence[str]) -> list[str]:
    """The sentences as they are compared, blanks joined; raises UsageError for the first that will not do."""
    if not 1 <= len(sentences) <= MOST:
        raise UsageError(f"met {len(sentences)} sentences; wanted 1 to {MOST}")
    plain: dict[str, str] = {}
    for number, text in enumerate(sentences, 1):
        joined = " ".join(text.split())
        if not any(sign.isalnum() for sign in joined):
            raise UsageError(f"sentence {number} ({text[:40]!r}) holds no word; say what a hand does")
        if len(joined) > LONGEST:
            raise UsageError(f"sentence {number} has {len(joined)} characters; wanted at most {LONGEST}")
        if not joined.isprintable():
            raise UsageError(f"sentence {number} ({joined[:40]!r}) holds control characters; leave them out")
        other = plain.setdefault(joined.casefold(), joined)
        if len(plain) < number:
            raise UsageError(f"sentence {number} ({other!r}) is there twice; ask it once")
    return list(plain.values())


def _read(folder: Path) -> tuple[dict[str, Any], bytes, bytes]:
    if not (folder / FACTS).is_file():
        raise NotThereError(
            f"no sentence encoder in {folder}; `myoedge texts encoder` brings one; or ask a bundle's words"
        )
    try:
        facts = json.loads((folder / FACTS).read_text(encoding="utf-8"))
        sizes = [(folder / name).stat().st_size for name in (MODEL, VOCABULARY)]
        if facts.get("myoedge") != "sentence encoder" or facts.get("v") != VERSION or max(sizes) > LARGEST:
            raise ValueError(f"kind {facts.get('myoedge')!r} version {facts.get('v')!r}, {max(sizes)} bytes")
        files = {name: (folder / name).read_bytes() for name in (MODEL, VOCABULARY)}
        wrong = [
            name for name, data in files.items() if hashlib.sha256(data).hexdigest() != facts["files"][name]
        ]
        int(facts["longest"]), str(facts["name"])
    except OSError as error:
        raise StorageError(f"cannot read {folder}: {error.strerror}; bring the encoder again") from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise FormatError(
            f"{folder / FACTS} is not what this program writes ({error}); bring it again"
        ) from error
    if wrong:
        raise FormatError(
            f"{folder / wrong[0]} is not the file {FACTS} names (its hash differs); bring it again"
        )
    return facts, files[MODEL], files[VOCABULARY]


def _session(model: bytes) -> Any:
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # before the import; see engines/onnx.py
    try:
        import onnxruntime
    except ImportError as error:
        raise NotThereError(
            f"free sentences need ONNX Runtime ({error}); install myoedge with the extra `text`"
        ) from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.enable_cpu_mem_arena = False  # sentences come seldom: what they took is given back
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
