"""Planted truth: where the labels' signal travels is known, and the share across must say so.

Single networks scatter (XOR of both modalities: share across 0.66 to 1.0 over six seeds, 0.97 together), so
that three are analysed as three people, as runs of several people are.
"""

import numpy as np
import pytest
import torch

from myoedge.export.isolate.cut import Cut, attending
from myoedge.export.isolate.measure import measure
from myoedge.export.isolate.probe import Probe
from myoedge.export.isolate.share import Share, share_of
from myoedge.export.models import build_model
from myoedge.export.models.transformer import Transformer

WINDOWS, STEPS, NETWORKS = 1024, 150, 3


def planted(task: str, seed: int) -> tuple[tuple[torch.Tensor, torch.Tensor], torch.Tensor]:
    """Two bits in either half of the EMG, one in the IMU; the label is the XOR of two of them."""
    generator = torch.Generator().manual_seed(seed)
    first, second, other = torch.randint(0, 2, (3, WINDOWS), generator=generator)
    if task == "across":
        second = first
    emg, imu = (0.3 * torch.randn(WINDOWS, 8, 2, generator=generator) for _ in range(2))
    emg[:, :4, 0] += 2.0 * first[:, None] - 1
    emg[:, 4:, 0] += 2.0 * second[:, None] - 1
    imu[:, :, 0] += 2.0 * other[:, None] - 1
    return (emg, imu), first ^ (other if task == "across" else second)


def trained(task: str, seed: int, **more: object) -> tuple[Transformer, Probe]:
    torch.manual_seed(seed)
    sizes = {
        "layers": 1,
        "width": 32,
        "heads": 2,
        "hidden": 64,
        "embedding": 16,
        "dropout": 0.0,
        "patches": 2,
    }
    shapes = {"emg": (8, 2), "imu": (8, 2)}
    model = attending(build_model("multimodal", labels=2, inputs=shapes, power=(), **sizes, **more))
    inputs, truth = planted(task, seed)
    model.standardise(inputs)
    optimiser = torch.optim.AdamW(model.train().parameters(), lr=3e-3, weight_decay=0.1)
    for _ in range(STEPS):
        rows = torch.randint(0, WINDOWS, (64,))
        scores = model(*(x[rows] for x in inputs))[0]
        loss = torch.nn.functional.cross_entropy(scores, truth[rows], label_smoothing=0.05)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    inputs, truth = planted(task, seed + 1000)
    return model, Probe(inputs, truth, np.full(WINDOWS, str(seed)), ("0", "1"))


def shares(task: str) -> tuple[Share, Share]:
    """Across, of margin (M2) and of windows (M1)."""
    cuts = [Cut(group, "layer", 0) for group in ("cross", "within")]
    lost = []
    for seed in range(NETWORKS):
        model, probe = trained(task, seed)
        whole, losses = measure(model, probe, cuts)
        assert whole.right.mean() > 0.98
        lost.append([(float(loss.margin[0]), float(loss.accuracy[0])) for loss in losses])
    cross, within = np.array(lost).transpose(1, 0, 2)
    return share_of(cross[:, 0], within[:, 0]), share_of(cross[:, 1], within[:, 1])


def test_labels_that_need_both_modalities_travel_across() -> None:
    margin, windows = shares("across")
    assert margin.value >= 0.9
    assert windows.value >= 0.9


def test_labels_of_one_modality_travel_within() -> None:
    margin, windows = shares("within")
    assert margin.value <= 0.1
    assert windows.value <= 0.1


@pytest.mark.parametrize(("task", "right"), [("across", False), ("within", True)])
def test_a_network_trained_without_pathways_across_learns_what_needs_none(task: str, right: bool) -> None:
    model, probe = trained(task, 0, silenced=["cross"])
    whole, _ = measure(model, probe, [])
    # What the last LayerNorm makes of both modalities' means tells three of the four corners of an XOR.
    assert (whole.right.mean() > 0.98) == right
