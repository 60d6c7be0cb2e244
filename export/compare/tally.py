"""Finished runs to a table: every architecture's accuracy over people, and how they differ in pairs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import combinations
from typing import Any

import numpy as np

from myoedge.export.compare.statistics import difference, holm, spread
from myoedge.export.supervised_run import Run

KINDS = ("window", "gesture")  # judged by window, and by the mean over a repetition's windows
FEWEST = 2  # people that make a deviation; a set of one person is compared over repetitions

Key = tuple[str, tuple[str, ...], str, str]  # recipe, inputs, kind, fusion


@dataclass(slots=True)
class Line:
    """One architecture on one input: all its runs."""

    key: Key
    runs: list[Run] = field(default_factory=list)

    @property
    def name(self) -> str:
        """As people read it: input, kind, fusion (which one modality does not have)."""
        _, inputs, kind, fusion = self.key
        return f"{'+'.join(inputs)} {kind}" + (f" {fusion}" if len(inputs) > 1 else "")

    def by_unit(self, unit: str) -> dict[str, dict[str, float]]:
        """Accuracy of every person (or repetition), the mean over seeds: {unit: {"window", "gesture"}}."""
        found: dict[str, list[dict[str, float]]] = {}
        for run in self.runs:
            for name, values in _units(run, unit):
                found.setdefault(name, []).append(values)
        return {
            name: {kind: float(np.mean([one[kind] for one in rows])) for kind in KINDS}
            for name, rows in found.items()
        }


def _units(run: Run, unit: str) -> Iterable[tuple[str, dict[str, float]]]:
    if unit == "person":
        for person, row in run.row["people"].items():
            yield person, {kind: row[f"{kind}_accuracy"] for kind in KINDS}
        return
    for row in run.row["repetitions"]:
        name = f"{row['person']} {row['session']} {row['label']} {row['number']}"
        right = float(row["decided"] == row["label"])
        yield name, {"window": row["right"] / row["windows"], "gesture": right}


def lines_of(runs: Iterable[Run]) -> list[Line]:
    """Runs by architecture and input, in the order in which they were planned."""
    lines: dict[Key, Line] = {}
    for run in runs:
        model = run.row["model"]
        key = (run.row["name"], tuple(run.row["inputs"]), model["kind"], model["fusion"])
        lines.setdefault(key, Line(key)).runs.append(run)
    return list(lines.values())


def tally(runs: Sequence[Run]) -> list[dict[str, Any]]:
    """One part a recipe: its rows, its pairs, and over what the intervals are taken."""
    parts: dict[str, list[Line]] = {}
    for line in lines_of(runs):
        parts.setdefault(line.key[0], []).append(line)
    found = [_part(name, lines) for name, lines in parts.items()]
    for part, (name, lines) in zip(found, parts.items(), strict=True):
        before = [(other, one) for other, one in parts.items() if _comparable(one, lines)]
        before = before[: [other for other, _ in before].index(name)]
        part["against"] = [row for other, one in before for row in _across(other, one, lines, part["unit"])]
    return found


def _comparable(first: Sequence[Line], second: Sequence[Line]) -> bool:
    """Whether two recipes were tested on the same folds of the same set."""
    rows = [lines[0].runs[0].row for lines in (first, second)]
    return all(rows[0][name] == rows[1][name] for name in ("dataset", "folds"))


def _across(other: str, first: Sequence[Line], second: Sequence[Line], unit: str) -> Iterable[dict[str, Any]]:
    """The same architecture and input of two recipes, the second's less the first's."""
    for mine in second:
        for line in first:
            if line.key[1:] == mine.key[1:] and (row := _pair(line, mine, unit)):
                yield {**row, "first": f"{line.name} of {other}"}


def _part(name: str, lines: Sequence[Line]) -> dict[str, Any]:
    people = {person for line in lines for run in line.runs for person in run.row["people"]}
    unit = "person" if len(people) >= FEWEST else "repetition"
    return {
        "recipe": name,
        "dataset": lines[0].runs[0].row["dataset"],
        "folds": lines[0].runs[0].row["folds"],
        "unit": unit,
        "people": sorted(people),
        "rows": [_row(line, unit) for line in lines],
        "pairs": _pairs(lines, unit),
    }


def _row(line: Line, unit: str) -> dict[str, Any]:
    _, inputs, kind, fusion = line.key
    units = line.by_unit(unit)
    rows = [run.row for run in line.runs]
    return {
        "name": line.name,
        "inputs": list(inputs),
        "kind": kind,
        "fusion": fusion,
        "runs": len(rows),
        "seeds": sorted({row["seed"] for row in rows}),
        "parameters": _mean(rows, "parameters"),
        "macs": _mean(rows, "macs"),
        "units": units,
        **{which: asdict(spread([one[which] for one in units.values()])) for which in KINDS},
        "train_s": round(float(np.mean([row["cost"]["train_s"] for row in rows])), 2),
        "wall_s": round(float(np.mean([row["cost"]["wall_s"] for row in rows])), 2),
        "peak_mb": max(row["cost"]["peak_mb"] for row in rows),
        "windows_per_s": round(float(np.mean([row["cost"]["windows_per_s"] for row in rows])), 1),
        "data_share": round(float(np.mean([row["cost"]["data_share"] for row in rows])), 4),
    }


def _mean(rows: Sequence[Mapping[str, Any]], name: str) -> int:
    return round(float(np.mean([row[name] for row in rows])))


def _pairs(lines: Sequence[Line], unit: str) -> list[dict[str, Any]]:
    """Every two lines that saw the same people; p by itself, and as one of all pairs of that kind (Holm)."""
    found: list[dict[str, Any]] = []
    for first, second in combinations(lines, 2):
        if row := _pair(first, second, unit):
            found.append(row)
    for which in KINDS:
        for row, p in zip(found, holm([one[which]["p"] for one in found]), strict=True):
            row[which]["p_holm"] = p
    return found


def _pair(first: Line, second: Line, unit: str) -> dict[str, Any] | None:
    """Paired over the people (or repetitions) that both saw; None where there are none."""
    a, b = first.by_unit(unit), second.by_unit(unit)
    common = [name for name in a if name in b]
    if not common:
        return None
    row: dict[str, Any] = {"first": first.name, "second": second.name, "units": len(common)}
    for which in KINDS:
        values = [[one[name][which] for name in common] for one in (a, b)]
        row[which] = asdict(difference(*values))
    return row


def confusion_of(runs: Sequence[Run], which: str) -> tuple[list[str], list[list[int]]]:
    """Labels and counts (true, decided) of all these runs together; labels may differ between people."""
    labels = sorted({label for run in runs for label in run.row["labels"]})
    counts = np.zeros((len(labels), len(labels)), np.int64)
    for run in runs:
        at = [labels.index(label) for label in run.row["labels"]]
        counts[np.ix_(at, at)] += np.array(run.row["confusion"][which])
    return labels, counts.tolist()
