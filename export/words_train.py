"""Trains the word network on episodes: other people teach some words once to thrice and are recognised."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.word_cells import CELLS, TOKENS, Cells, tokens_of, weights_of
from myoedge.edge.word_scale import Scale
from myoedge.export.words_network import build_network

if TYPE_CHECKING:
    from torch import Tensor, nn

Array = NDArray[np.float32]
RNG = np.random.Generator

STEPS, RATE, DECAY, WARM_UP = 700, 2e-3, 0.05, 0.15
PEOPLE = 4  # a step
MOST_WORDS, MOST_SHOTS = 14, 3
SMOOTHING = 0.05
NAMED = 0.5  # weight of telling the training words by themselves
FULL = 90  # movements from which on a person is drawn as often as any
TURNED_RAD = np.pi / 4  # an electrode further round the arm


@dataclass(frozen=True, slots=True)
class Performer:
    """One training person's movements."""

    cells: Cells  # stacked, (movement, ...)
    words: NDArray[np.intp]  # (movement,) index among all training words


def train_network(
    people: Sequence[Performer], scale: Scale, words: int, seed: int, say: Callable[[str], None]
) -> "nn.Module":
    """The trained network, on the processor and in evaluation mode; the same seed gives the same weights."""
    import torch

    torch.set_num_threads(1)
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    network = build_network(len(scale.emg_spread), len(scale.imu_spread))
    naming = torch.nn.ModuleList([torch.nn.Linear(64, words) for _ in range(3)])
    sharpness = torch.nn.Parameter(torch.full((3,), 2.3))
    weights = [*network.parameters(), *naming.parameters(), sharpness]
    optimiser = torch.optim.AdamW(weights, lr=RATE, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=STEPS, pct_start=WARM_UP)
    share = np.array([min(len(one.words), FULL) for one in people], np.float64)
    losses: list[float] = []
    for step in range(1, STEPS + 1):
        drawn = rng.choice(len(people), PEOPLE, p=share / share.sum())
        episodes = [draw_episode(people[who], scale, rng) for who in drawn]
        loss = _loss(network, naming, sharpness, episodes)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimiser.step()
        schedule.step()
        losses.append(float(loss.detach()))
        if step % 100 == 0:
            say(f"word network, step {step}: loss {np.mean(losses[-100:]):.3f}")
    return network.eval()


@dataclass(frozen=True, slots=True)
class WordEpisode:
    """Tokens of taught and of asked movements, taught ones first."""

    emg: Array
    imu: Array
    word: NDArray[np.intp]  # (movement,) within the episode
    taught: NDArray[np.bool_]
    named: NDArray[np.intp]  # (movement,) among all training words


def draw_episode(one: Performer, scale: Scale, rng: RNG) -> WordEpisode:
    """Some of a person's words, each taught one to three times, the band turned and the arm held anew."""
    by = {int(w): np.flatnonzero(one.words == w) for w in np.unique(one.words)}
    able = [w for w, at in by.items() if len(at) > 1]
    chosen = rng.permutation(able)[: rng.integers(min(4, len(able)), MOST_WORDS + 1)]
    shots = int(rng.integers(1, MOST_SHOTS + 1))
    taught, asked = [], []
    for number, w in enumerate(chosen):
        at = rng.permutation(by[int(w)])
        n = min(shots, len(at) - 1)
        taught += [(int(k), number) for k in at[:n]]
        asked += [(int(k), number) for k in at[n : n + (2 if shots == 1 else 1)]]
    index = np.array([k for k, _ in taught + asked])
    word = np.array([number for _, number in taught + asked])
    is_taught = np.arange(len(index)) < len(taught)
    emg, imu = _worn(one.cells, index, rng)
    mine = scale.of([emg[is_taught]], [imu[is_taught]], len(chosen))
    emg, imu = _disturbed(*mine(emg, imu), rng)
    return WordEpisode(emg, imu, word, is_taught, one.words[index])


def _worn(cells: Cells, index: NDArray[np.intp], rng: RNG) -> tuple[Array, Array]:
    """Tokens of those movements with one donning for all, each cut and paced a little differently."""
    emg, imu = cells.emg[index], cells.imu[index].reshape(len(index), CELLS, 3, 3)
    turn = int(rng.integers(-1, 2))
    tilt = rotation_matrix(rng.normal(size=3) * 0.15) @ rotation_matrix(np.array([turn * TURNED_RAD, 0, 0]))
    tilted = (imu @ tilt.T).reshape(len(index), CELLS, 9).astype(np.float32)
    turned = Cells(_turned(emg, turn), tilted, cells.log_length[index])
    return tokens_of(turned, _weights(len(index), rng))


def _weights(count: int, rng: RNG) -> Array:
    """The cut's ends off by up to 9 %, its pace warped."""
    even = np.linspace(0, 1, TOKENS + 1)
    first, last = rng.uniform(-0.09, 0.09, (2, count, 1))
    slow = rng.normal(size=(count, 1)) * 0.05 * np.sin(np.pi * even)
    wave = rng.normal(size=(count, 1)) * 0.03 * np.sin(2 * np.pi * even)
    return weights_of((first + (even + slow + wave) * (1 + last - first)) * CELLS)


def _turned(emg: Array, turn: int, channels: int = 8) -> Array:
    """Products, magnitudes and steps of a ring of electrodes that is turned by whole ones."""
    order = np.roll(np.arange(channels), turn)
    rows, columns = np.triu_indices(channels)
    place = np.zeros((channels, channels), np.intp)
    place[rows, columns] = place[columns, rows] = np.arange(len(rows))
    pairs = place[order[rows], order[columns]]
    return emg[..., np.concatenate([pairs, len(rows) + order, len(rows) + channels + order])]


def _disturbed(emg: Array, imu: Array, rng: RNG) -> tuple[Array, Array]:
    """Louder or quieter, noisy, with tokens and whole modalities missing."""
    n, channels = len(emg), 8
    gain = rng.normal(size=(n, 1, 1)) * 0.15 + np.tile(rng.normal(size=(n, 1, channels)) * 0.12, 2)
    emg = (emg + rng.normal(size=emg.shape) * 0.1).astype(np.float32)
    imu = (imu + rng.normal(size=imu.shape) * 0.05).astype(np.float32)
    emg[..., : 2 * channels] += gain.astype(np.float32)
    imu[..., :9] += (rng.normal(size=(n, 1, 9)) * 0.08).astype(np.float32)
    for tokens in (emg, imu):
        tokens[rng.random(tokens.shape[:2]) < 0.08] = 0
    lost = rng.random(n)
    emg[lost < 0.08], imu[lost > 0.92] = 0, 0
    return emg, imu


def _loss(
    network: "nn.Module", naming: "nn.ModuleList", sharpness: "Tensor", episodes: Sequence[WordEpisode]
) -> "Tensor":
    """Cross entropy of the asked movements under the taught ones' means, by angle, for all embeddings."""
    import torch
    from torch.nn.functional import cross_entropy, normalize, one_hot

    emg = torch.from_numpy(np.concatenate([e.emg for e in episodes]))
    imu = torch.from_numpy(np.concatenate([e.imu for e in episodes]))
    total, at = torch.zeros(()), 0
    embeddings = network(emg, imu)
    for e in episodes:
        word = torch.from_numpy(e.word)
        named = torch.from_numpy(e.named)
        taught = torch.from_numpy(e.taught)
        belongs = one_hot(word[taught]).float()
        for head, whole in enumerate(embeddings):
            z = whole[at : at + len(e.word)]
            unit = normalize(z, dim=1)
            means = normalize(belongs.T @ unit[taught], dim=1)
            logits = sharpness[head].exp() * unit[~taught] @ means.T
            total = total + cross_entropy(logits, word[~taught], label_smoothing=SMOOTHING)
            total = total + NAMED * cross_entropy(naming[head](z), named, label_smoothing=2 * SMOOTHING)
        at += len(e.word)
    return total / (3 * len(episodes))


def embed_cells(network: "nn.Module", emg: Array, imu: Array) -> dict[str, Array]:
    """Unit embeddings of standardised tokens, (movement, EMBEDDING) each."""
    import torch
    from torch.nn.functional import normalize

    with torch.inference_mode():
        found = network(torch.from_numpy(emg), torch.from_numpy(imu))
    return {name: normalize(z, dim=1).numpy() for name, z in zip(("emg", "imu", "both"), found, strict=True)}


def rotation_matrix(vector: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rodrigues: the rotation about `vector` by its length in radians."""
    angle = float(np.linalg.norm(vector))
    x, y, z = vector / max(angle, 1e-9)
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.asarray(np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross)


def weights_by_name(network: "nn.Module") -> Mapping[str, Array]:
    """Every parameter as an array."""
    return {name: p.detach().numpy().astype(np.float32) for name, p in network.named_parameters()}
