"""All of it in order on a small network: what is kept is what was asked for, and the report says so."""

from typing import Any

import pytest

from myoedge.edge.errors import UsageError
from myoedge.export.network import FloatNetwork
from myoedge.export.prune import prune as module
from myoedge.export.prune.prune import Asked, prune
from myoedge.export.prune.task import Episodes


def test_the_network_that_is_kept_meets_the_target(
    network: FloatNetwork, episodes: Episodes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BATCHES", 2)
    said: list[str] = []
    found = prune(network, episodes, Asked(0.6, (0.8,), steps=2, engines=("litert",)), said.append)
    made: dict[str, Any] = found.network.row["made"][-1]
    assert made["how"] == "pruned" and made["from"] == network.digest and made["macs"] == 0.6
    assert 0.4 < found.network.row["macs"] / network.row["macs"] <= 0.6
    assert [one["target"] for one in found.report["points"]] == [0.8, 0.6]
    assert found.report["to"] == found.network.digest
    assert {(one["network"], one["format"]) for one in found.report["spent"]} == {
        (name, kind) for name in ("dense", "pruned") for kind in ("litert float", "litert int8")
    }
    assert all(one["ratio"] == 1 for one in found.report["spent"] if one["network"] == "dense")


def test_a_point_that_cannot_be_met_is_refused_before_any_is_made(
    network: FloatNetwork, episodes: Episodes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BATCHES", 1)
    said: list[str] = []
    with pytest.raises(UsageError, match="wanted between"):
        prune(network, episodes, Asked(0.6, (0.01,), steps=2), said.append)
    assert len(said) == 1  # the dense network was measured, nothing was cut
