"""The hand-written graph computes what the published architecture computes, and int8 stays near it."""

import os
from typing import Any

import numpy as np
from numpy.typing import NDArray

from myoedge.export.sentence.graph import quantized, sentence_graph

HEADS, EPSILON = 4, 1e-12
SENTENCES = [[2, 4, 6, 7, 3], [2, 9, 10, 8, 3], [2, 5, 3], [2, 7, 7, 7, 7, 7, 7, 7, 3]]

Weights = dict[str, NDArray[np.float32]]


def _vectors(model: bytes) -> NDArray[np.float32]:
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime

    session = onnxruntime.InferenceSession(model)
    rows = [session.run(None, {"pieces": np.array([ids], np.int64)})[0] for ids in SENTENCES]
    return np.concatenate(rows)


def _by_torch(weights: Weights) -> NDArray[np.float32]:
    """The same layers by torch's own encoder, norm last, pooled by the mean."""
    import torch
    from torch import nn

    of = {name: torch.from_numpy(value) for name, value in weights.items()}
    width = of["embeddings.word_embeddings.weight"].shape[1]
    rows = []
    for ids in SENTENCES:
        x: Any = of["embeddings.word_embeddings.weight"][ids]
        x = x + of["embeddings.position_embeddings.weight"][: len(ids)]
        x = x + of["embeddings.token_type_embeddings.weight"][0]
        norm = "embeddings.LayerNorm."
        x = nn.functional.layer_norm(x, (width,), of[f"{norm}weight"], of[f"{norm}bias"], EPSILON)[None]
        for number in range(2):
            at = f"encoder.layer.{number}."
            layer = nn.TransformerEncoderLayer(
                width, HEADS, 4 * width, 0.0, "gelu", EPSILON, batch_first=True
            ).eval()
            parts = [f"{at}attention.self.{part}" for part in ("query", "key", "value")]
            names = {
                "self_attn.out_proj": "attention.output.dense",
                "linear1": "intermediate.dense",
                "linear2": "output.dense",
                "norm1": "attention.output.LayerNorm",
                "norm2": "output.LayerNorm",
            }
            state = {
                "self_attn.in_proj_weight": torch.cat([of[f"{part}.weight"] for part in parts]),
                "self_attn.in_proj_bias": torch.cat([of[f"{part}.bias"] for part in parts]),
            }
            state |= {
                f"{mine}.{kind}": of[f"{at}{theirs}.{kind}"]
                for mine, theirs in names.items()
                for kind in ("weight", "bias")
            }
            layer.load_state_dict(state)
            with torch.inference_mode():
                x = layer(x)
        rows.append(nn.functional.normalize(x.mean(1), dim=-1).numpy())
    return np.concatenate(rows)


def test_the_graph_computes_what_the_architecture_computes(weights: Weights) -> None:
    assert np.abs(_vectors(sentence_graph(weights, HEADS, EPSILON)) - _by_torch(weights)).max() < 1e-5


def test_int8_keeps_the_direction_and_shrinks_the_file(weights: Weights) -> None:
    plain = sentence_graph(weights, HEADS, EPSILON)
    small = quantized(plain)
    cosine = (_vectors(plain) * _vectors(small)).sum(axis=1)
    assert cosine.min() > 0.97
    assert b"QAttention" in small and b"DynamicQuantizeLinear" in small
