"""A sentence encoder small enough to make in a test: random weights under the published names."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

WIDTH, HEADS, LAYERS = 16, 4, 2
PIECES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "open", "close", "the", "hand", "key", "turn", "a"]


def tiny_weights() -> dict[str, NDArray[np.float32]]:
    rng = np.random.default_rng(4)
    shapes = {
        "embeddings.word_embeddings.weight": (len(PIECES), WIDTH),
        "embeddings.position_embeddings.weight": (32, WIDTH),
        "embeddings.token_type_embeddings.weight": (2, WIDTH),
        "embeddings.LayerNorm.weight": (WIDTH,),
        "embeddings.LayerNorm.bias": (WIDTH,),
    }
    for number in range(LAYERS):
        at = f"encoder.layer.{number}."
        for part in ("attention.self.query", "attention.self.key", "attention.self.value"):
            shapes |= {f"{at}{part}.weight": (WIDTH, WIDTH), f"{at}{part}.bias": (WIDTH,)}
        for part, rows, columns in (
            ("attention.output.dense", WIDTH, WIDTH),
            ("intermediate.dense", 4 * WIDTH, WIDTH),
            ("output.dense", WIDTH, 4 * WIDTH),
        ):
            shapes |= {f"{at}{part}.weight": (rows, columns), f"{at}{part}.bias": (rows,)}
        for part in ("attention.output.LayerNorm", "output.LayerNorm"):
            shapes |= {f"{at}{part}.weight": (WIDTH,), f"{at}{part}.bias": (WIDTH,)}
    return {name: rng.normal(0, 0.4, shape).astype(np.float32) for name, shape in shapes.items()}


@pytest.fixture
def weights() -> dict[str, NDArray[np.float32]]:
    return tiny_weights()


def write_encoder(folder: Path, model: bytes, pieces: list[str], longest: int = 12) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    files = {"encoder.onnx": model, "vocab.txt": "\n".join(pieces).encode()}
    facts = {
        "myoedge": "sentence encoder",
        "v": 1,
        "name": "tiny",
        "longest": longest,
        "files": {name: hashlib.sha256(data).hexdigest() for name, data in files.items()},
    }
    for name, data in {**files, "encoder.json": json.dumps(facts).encode()}.items():
        (folder / name).write_bytes(data)
