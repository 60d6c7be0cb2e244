"""A float network comes back as it was, from its two files or a run's folder; what is damaged is refused."""

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from myoedge.edge.bundle import load_bundle
from myoedge.edge.errors import FormatError, NotThereError, UsageError
from myoedge.export.models import build_model
from myoedge.export.network import SHIPPED, FloatNetwork, load_network, network_of, save_network
from myoedge.export.recipe import load_recipe
from myoedge.export.supervised_recipe import Network
from myoedge.export.supervised_run import Job, Run, train_run

Made = Any
INPUTS = {"emg": (40, 8), "imu": (10, 6), "features": (68,)}
LABELS = ("rest", "fist", "wave")


def tiny(seed: int = 0) -> FloatNetwork:
    """An untrained small one of the default recipe's kind."""
    recipe = load_recipe("default")
    sizes = {"width": 16, "hidden": 16, "embedding": 8, "heads": 2}
    options = {**recipe.model, **sizes}
    torch.manual_seed(seed)
    model = build_model(labels=len(LABELS), inputs=INPUTS, **options)
    return network_of(model, recipe.row, options, INPUTS, LABELS, [{"how": "trained"}])


@pytest.fixture(scope="module")
def run(made: Made, tmp_path_factory: pytest.TempPathFactory) -> Run:
    job = Job(made.recipe(training={"epochs": 1}), "ben", ("emg", "imu"), Network("hierarchical"), 0)
    return train_run(job, made.cached(), tmp_path_factory.mktemp("run"), lambda _: None)


def outputs(model: torch.nn.Module, inputs: dict[str, tuple[int, ...]]) -> torch.Tensor:
    rng = torch.Generator().manual_seed(1)
    with torch.inference_mode():
        scores, _ = model(*(torch.randn(2, *shape, generator=rng) for shape in inputs.values()))
    assert isinstance(scores, torch.Tensor)
    return scores


@pytest.mark.parametrize("name", ["net", "net.json", "net.npz"])
def test_it_computes_the_same_after_it_was_kept(tmp_path: Path, name: str) -> None:
    network = tiny()
    save_network(tmp_path / name, network)
    found = load_network(tmp_path / "net")
    assert found.row == network.row and found.inputs == INPUTS
    assert torch.equal(outputs(found.model, INPUTS), outputs(network.model, INPUTS))
    assert found.recipe.name == "default" and not found.by_windows


def test_a_folder_holds_one(tmp_path: Path) -> None:
    save_network(tmp_path, tiny())
    assert {path.name for path in tmp_path.iterdir()} == {"network.json", "network.npz"}
    assert load_network(str(tmp_path)).digest == tiny().digest


def test_the_shipped_network_is_what_its_recipe_makes() -> None:
    found = load_network("default")
    recipe = load_recipe("default")
    assert found.row["labels"] == list(recipe.labels) and found.inputs == INPUTS
    assert found.row["recipe"]["training"]["steps"] == recipe.training.steps


def test_the_folder_of_a_run_is_a_network(run: Run, tmp_path: Path) -> None:
    found = load_network(run.folder)
    assert found.by_windows and found.row["run"]["fold"] == "ben"
    assert found.row["macs"] == run.row["macs"] and found.row["parameters"] == run.row["parameters"]
    save_network(tmp_path / "kept", found)
    kept = load_network(tmp_path / "kept")
    assert torch.equal(outputs(kept.model, kept.inputs), outputs(run.model(), kept.inputs))
    with pytest.raises(UsageError, match="classifies windows"):
        _ = kept.recipe


def test_weights_of_another_training_are_told_by_the_digest(tmp_path: Path) -> None:
    save_network(tmp_path / "a", tiny(0))
    save_network(tmp_path / "b", tiny(1))
    (tmp_path / "b.npz").replace(tmp_path / "a.npz")
    with pytest.raises(FormatError, match="do not belong together"):
        load_network(tmp_path / "a")


def test_the_order_of_inputs_is_part_of_the_digest() -> None:
    one = tiny()
    turned = dict(reversed(list(INPUTS.items())))
    row = one.row
    torch.manual_seed(0)
    model = build_model(labels=3, inputs=turned, **row["model"])
    assert network_of(model, row["recipe"], row["model"], turned, LABELS, []).digest != one.digest


def test_what_is_no_network_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotThereError, match=r"no network .*wanted one of this package"):
        load_network(tmp_path / "gone")
    path = tmp_path / "a.json"
    for text in ("[]", "{", '{"myoedge": "bundle", "v": 1}', '{"myoedge": "network", "v": 1}'):
        path.write_text(text)
        with pytest.raises(FormatError, match="make the network again"):
            load_network(path)


@pytest.mark.parametrize(
    ("change", "met"),
    [
        ({"model": {"kind": "none"}}, "no model 'none'"),
        ({"model": {"kind": "mlp", "teeth": 1}}, "no option teeth"),
        ({"inputs": {"emg": [40, 8, 2]}}, "input emg has shape"),
        ({"labels": None}, "cannot be built"),
    ],
)
def test_a_description_that_builds_nothing_is_refused(
    tmp_path: Path, change: dict[str, Any], met: str
) -> None:
    save_network(tmp_path / "a", tiny())
    path = tmp_path / "a.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(FormatError, match=met):
        load_network(path)


def test_a_shipped_network_is_the_one_in_the_shipped_bundle() -> None:
    bundle = load_bundle("default")
    golden = np.load(io.BytesIO(bundle.files["golden.npz"]))
    kept = [load_network(path.stem) for path in SHIPPED.glob("*.json")]
    named = json.loads(bundle.files["bundle.json"]).get("float_network", load_network("default").digest)
    (network,) = [one for one in kept if one.digest == named]
    with torch.inference_mode():
        scores, embedding = network.model(*(torch.from_numpy(golden[name]) for name in INPUTS))
    np.testing.assert_allclose(scores.numpy(), golden["scores"], atol=1e-5)
    np.testing.assert_allclose(embedding.numpy(), golden["embedding"], atol=1e-5)
