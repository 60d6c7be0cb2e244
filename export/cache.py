"""Windows of a data set, cut once and kept on disk: one memory-mapped array a modality, beside an index.

A folder `windows/KEY` of the cache: `index.json` and NAME.npy of shape (window, time, channel), float32. KEY
is made from the front, the data set's files and the code that cuts, so what is there is always what would be
made. It is written beside its place and moved there whole: a killed writer leaves nothing that looks
finished.
"""

import json
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from myoedge.edge.errors import FormatError, MismatchError, StorageError, UsageError
from myoedge.edge.stream import StreamSpec
from myoedge.export.cache_array import ArrayWriter
from myoedge.export.cache_key import code_key, files_key
from myoedge.export.data.repetition import LoadedDataset, Repetition
from myoedge.export.data.table import DATASETS, load
from myoedge.export.derive import DERIVED, derive
from myoedge.export.supervised_recipe import SupervisedRecipe
from myoedge.export.windows import Samples, bind_front, windows_of

VERSION = 1
CODE = ("myoedge.export.windows", "myoedge.export.derive", "myoedge.export.data.intake")  # and the loader
INDEX = "index.json"

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, eq=False)
class Cached:
    """All windows of a data set; repetitions hold their lengths but no samples."""

    folder: Path
    dataset: LoadedDataset
    arrays: Mapping[str, NDArray[np.float32]]  # modality -> (window, time, channel), memory-mapped
    edges: Mapping[Repetition, tuple[int, int]]  # first window and the one after the last
    streams: Mapping[str, StreamSpec]  # as the conditioner met them, derived ones too
    window_ms: float  # of the longest modality

    def rows(self, repetitions: Sequence[Repetition]) -> NDArray[np.int64]:
        """The windows of these repetitions, in their order."""
        parts = [np.arange(*self.edges[repetition]) for repetition in repetitions]
        return np.concatenate(parts) if parts else np.zeros(0, np.int64)


def default_cache() -> Path:
    """Where windows are kept unless said otherwise: $XDG_CACHE_HOME/myoedge, else ~/.cache/myoedge."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "myoedge"


def cached_windows(recipe: SupervisedRecipe, root: Path, cache: Path, say: Say = lambda _: None) -> Cached:
    """The windows of a recipe's front and data set; cut and kept first where they are not there yet.

    `root`: the set's unpacked folder. Raises what loading raises, MismatchError where the recipe wants a
    modality that the set lacks, StorageError where the cache cannot be written.
    """
    key = recipe.data.dataset
    if key not in DATASETS:
        raise UsageError(f"no data set {key!r}; wanted one of {', '.join(DATASETS)}")
    loader = DATASETS[key].loader.partition(":")[0]
    wanted = {
        "v": VERSION,
        "dataset": key,
        "people": sorted(recipe.data.people),
        "front": recipe.front.row,
        "streams": {name: asdict(one) for name, one in DATASETS[key].streams.items()},
        "code": code_key((*CODE, loader)),
        "files": files_key(root, cache),
    }
    name = blake2b(json.dumps(wanted, sort_keys=True).encode(), digest_size=12).hexdigest()
    folder = cache / "windows" / name
    if not (folder / INDEX).is_file():
        say(f"{key}: reading and cutting windows, once")
        _make(recipe, root, folder)
    return open_cached(folder)


def open_cached(folder: Path) -> Cached:
    """A folder of windows as `cached_windows` left it; raises FormatError when it is damaged."""
    try:
        index = json.loads((folder / INDEX).read_text(encoding="utf-8"))
        arrays = {name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in index["modalities"]}
        counts = {name: len(array) for name, array in arrays.items()}
        if set(counts.values()) != {index["windows"]}:
            raise ValueError(f"holds {counts} windows, wanted {index['windows']} of each")
        streams = {name: StreamSpec(**row) for name, row in index["streams"].items()}
        spec = replace(DATASETS[index["dataset"]], streams={**streams}, native_rest=index["native_rest"])
        edges = {_repetition(row): (row["start"], row["stop"]) for row in index["repetitions"]}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise FormatError(
            f"{folder} holds no whole windows ({error}); delete it, it is made again"
        ) from error
    loaded = LoadedDataset(spec, tuple(edges), tuple(index["skipped"]), tuple(index["notes"]))
    return Cached(folder, loaded, arrays, edges, streams, index["window_ms"])


def _make(recipe: SupervisedRecipe, root: Path, folder: Path) -> None:
    loaded = load(recipe.data.dataset, root, recipe.data.people or None)
    streams = _streams(recipe, loaded.spec.streams)
    place = folder.with_name(f".{folder.name}.{os.getpid()}")
    shutil.rmtree(place, ignore_errors=True)
    try:
        place.mkdir(parents=True)
        _write(recipe, loaded, streams, place)
        place.rename(folder)
    except OSError as error:
        if not (folder / INDEX).is_file():  # else another process was first, with the same bytes
            raise StorageError(
                f"cannot keep windows in {folder}: {error.strerror}; use --cache DIR"
            ) from error
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _write(
    recipe: SupervisedRecipe, loaded: LoadedDataset, streams: Mapping[str, StreamSpec], place: Path
) -> None:
    bounds = bind_front(recipe.front, streams)
    writers = {
        name: ArrayWriter(place / f"{name}.npy", (one.rows, len(one.columns))) for name, one in bounds.items()
    }
    required = {name for name in bounds if recipe.front.modalities[name].required}
    rows: list[dict[str, Any]] = []
    short = partly = count = 0
    for repetition in loaded.repetitions:
        signals = _signals(recipe, repetition)
        found = windows_of(recipe.front, streams, signals) if recipe.front.clock in signals else []
        kept = [one for one in found if not required & set(one.absent)]
        partly += len(found) - len(kept)
        short += not kept
        for name, writer in writers.items():
            if kept:
                writer.append(np.stack([one.samples[name] for one in kept]))
        rows.append(_row(loaded, repetition, count, count + len(kept)))
        count += len(kept)
    for writer in writers.values():
        writer.close()
    if not count:
        raise FormatError(f"{loaded.spec.key}: no repetition is as long as a window; wanted a shorter window")
    notes = [*loaded.notes]
    notes += [f"repetitions too short for a window, or without its modalities: {short}"] if short else []
    notes += [f"windows left out because a required modality was absent: {partly}"] if partly else []
    index = {
        "v": VERSION,
        "dataset": loaded.spec.key,
        "native_rest": loaded.spec.native_rest,
        "modalities": [*writers],
        "streams": {name: asdict(one) for name, one in streams.items()},
        "window_ms": max(one.window_ms for one in recipe.front.modalities.values()),
        "windows": count,
        "repetitions": rows,
        "skipped": [*loaded.skipped],
        "notes": notes,
    }
    (place / INDEX).write_text(json.dumps(index), encoding="utf-8")


def _streams(recipe: SupervisedRecipe, there: Mapping[str, StreamSpec]) -> dict[str, StreamSpec]:
    """What the conditioner will meet: the set's streams and those derived from them."""
    streams = dict(there)
    for name, (source, how) in recipe.front.derived.items():
        if source in there:
            streams[name] = StreamSpec(there[source].rate_hz, DERIVED[how][1], "derived")
    for name in recipe.front.modalities:
        if name not in streams:
            raise MismatchError(
                f"{recipe.data.dataset} has no {name}; it has {', '.join(there)}: take it out of [front]"
            )
    return streams


def _signals(recipe: SupervisedRecipe, repetition: Repetition) -> dict[str, Samples]:
    """What the front asks for, read once: a large set's repetition stays in its file until then."""
    found: dict[str, Samples] = {}
    for name in recipe.front.modalities:
        source, how = recipe.front.derived.get(name, (name, ""))
        if source in repetition.signals:
            samples = repetition.signals[source]
            found[name] = derive(how, samples) if how else samples
    return found


_FACTS = ("person", "session", "label", "native", "number", "part", "order")


def _row(loaded: LoadedDataset, repetition: Repetition, start: int, stop: int) -> dict[str, Any]:
    facts = {name: getattr(repetition, name) for name in _FACTS}
    streams = loaded.spec.streams
    shapes = {name: [repetition.rows(name), streams[name].channels] for name in repetition.signals}
    return {**facts, "shapes": shapes, "rates": dict(repetition.rates), "start": start, "stop": stop}


def _repetition(row: Mapping[str, Any]) -> Repetition:
    """As it was loaded, but every sample is the same zero: it has a length and takes no memory."""
    signals = {name: np.broadcast_to(np.float32(0), shape) for name, shape in row["shapes"].items()}
    facts: dict[str, Any] = {name: row[name] for name in _FACTS}
    return Repetition(**facts, signals=signals, rates=row["rates"])
