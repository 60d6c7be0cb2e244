"""The network that numpy runs is the one that torch trains."""

import numpy as np
import pytest

from myoedge.edge.errors import FormatError
from myoedge.edge.word_network import WordNetwork, unpack_weights


def test_numpy_and_torch_give_the_same_embeddings() -> None:
    torch = pytest.importorskip("torch")
    from myoedge.export.words_network import build_network
    from myoedge.export.words_train import embed_cells, weights_by_name

    torch.manual_seed(1)
    network = build_network(44, 16).eval()
    rng = np.random.default_rng(0)
    emg, imu = (rng.normal(size=(5, 12, n)).astype(np.float32) for n in (44, 16))
    found = WordNetwork(weights_by_name(network))(emg, imu)
    for name, wanted in embed_cells(network, emg, imu).items():
        np.testing.assert_allclose(found[name], wanted, atol=2e-5)


def test_weights_that_lack_a_part_are_refused() -> None:
    with pytest.raises(FormatError, match="rebuild the bundle"):
        WordNetwork({"emg.inlet.weight": np.zeros((32, 44), np.float32)})


def test_int8_weights_come_back_within_half_a_step() -> None:
    from myoedge.export.words_package import quantize

    matrix = np.random.default_rng(0).normal(size=(8, 5)).astype(np.float32)
    packed = quantize({"net.a.weight:float": matrix, "net.a.bias:float": matrix[0], "least": matrix[0]})
    assert packed["net.a.weight:int8"].dtype == np.int8
    found = unpack_weights(packed)
    step = np.abs(matrix).max(axis=1, keepdims=True) / 127
    assert (np.abs(found["a.weight"] - matrix) <= step * 0.501).all()
    np.testing.assert_array_equal(found["a.bias"], matrix[0])
    assert set(found) == {"a.weight", "a.bias"}
