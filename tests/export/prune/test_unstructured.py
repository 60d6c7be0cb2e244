"""NNCF's zeros are in the weights themselves, as many as were asked for."""

import pytest
import torch

from myoedge.edge.errors import UsageError
from myoedge.export.network import FloatNetwork
from myoedge.export.prune.unstructured import masked_by_nncf, plain
from tests.export.prune.conftest import INPUTS

nncf = pytest.importorskip("nncf", reason="nncf is not installed; it is in the extra export")


@pytest.mark.filterwarnings("ignore")  # of its own imports
def test_half_of_the_weights_are_zero_and_the_rest_as_they_were(network: FloatNetwork) -> None:
    found = plain(masked_by_nncf(network, 0.5), network.model)
    dense = network.model.state_dict()
    matrices = {name: value for name, value in found.state_dict().items() if value.dim() == 2}
    zeros = sum(int((value == 0).sum()) for value in matrices.values())
    assert zeros == pytest.approx(0.5 * sum(value.numel() for value in matrices.values()), abs=2)
    for name, value in found.state_dict().items():
        assert torch.equal(value, torch.where(value == 0, value, dense[name])), name
    scores, _ = found(*(torch.ones(1, *shape) for shape in INPUTS.values()))
    assert torch.isfinite(scores).all()


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_a_share_out_of_range_is_refused(network: FloatNetwork, share: float) -> None:
    with pytest.raises(UsageError, match="more than 0, less than 1"):
        masked_by_nncf(network, share)
