"""Every quantiser on one float network: accuracy, agreement, size and time beside float's, and the choice.

The choice by rule, an engine at a time: of the methods that break no limit of verdict.py the fastest; where
several are within TIE of it, the smallest.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from myoedge.edge.engines import Engine
from myoedge.edge.errors import MismatchError, MyoedgeError, NotThereError, StorageError, UsageError
from myoedge.export.bare import bare_onnx
from myoedge.export.exam import Exam
from myoedge.export.network import FloatNetwork
from myoedge.export.parity import open_engine
from myoedge.export.quantizers import QUANTIZERS, quantize
from myoedge.export.quantizers.material import Material, Quantized
from myoedge.export.speed import microseconds
from myoedge.export.verdict import Verdict, fault, verdicts

TIE = 1.1  # times the fastest's: on a busy machine two runs of one file differ by so much
WINDOWS = 128  # of people trained on, to calibrate with (ours; 64 and 256 gave the same within the noise)
TIMED = 32  # windows that are timed, in turns
REFERENCE = "float onnx"  # the plain export: what times are a ratio to

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Line:
    """One file: float, or one method's."""

    name: str
    engine: str
    model: bytes
    says: str
    us: float
    ratio: float  # of `us` to the plain float ONNX export's, in the same run
    verdicts: Mapping[str, Verdict]
    fault: str | None
    made: Quantized | None  # None: float

    def to_json(self) -> dict[str, Any]:
        """As tradeoff.json keeps it."""
        return {
            "name": self.name,
            "engine": self.engine,
            "says": self.says,
            "kb": round(len(self.model) / 1000, 1),
            "us": self.us,
            "ratio": self.ratio,
            "ways": {way: one.to_json() for way, one in self.verdicts.items()},
            "passes": self.fault is None,
            "fault": self.fault,
        }


@dataclass(frozen=True, slots=True)
class Tradeoff:
    """Everything that was made of one network, and what was chosen."""

    network: FloatNetwork
    exam: Exam
    lines: Sequence[Line]
    failed: Mapping[str, str]  # method -> why it gave no file
    chosen: Mapping[str, str]  # engine -> method
    max_loss: float

    def line(self, engine: str) -> Line | None:
        """The chosen one of an engine."""
        return next((one for one in self.lines if one.name == self.chosen.get(engine)), None)

    def to_json(self) -> dict[str, Any]:
        """tradeoff.json."""
        row = self.network.row
        return {
            "myoedge": "tradeoff",
            "v": 1,
            "network": {name: row[name] for name in ("name", "digest", "parameters", "macs")},
            "held_out": [one.name for one in self.exam.people],
            "windows": self.exam.windows,
            "max_loss": self.max_loss,
            "reference": REFERENCE,
            "lines": [one.to_json() for one in self.lines],
            "failed": dict(self.failed),
            "chosen": dict(self.chosen),
        }


def methods_of(asked: Sequence[str] | None) -> tuple[str, ...]:
    """The table's names, or those asked for; raises UsageError for one that is not in it."""
    names = tuple(asked or QUANTIZERS)
    if strange := [name for name in names if name not in QUANTIZERS]:
        raise UsageError(f"no quantiser {', '.join(strange)}; wanted some of {', '.join(QUANTIZERS)}")
    return names


def trade_off(
    network: FloatNetwork, exam: Exam, methods: Iterable[str], max_loss: float, say: Say
) -> Tradeoff:
    """Make every file, examine and time it; a method that cannot take this network is named with its reason.

    Raises FormatError or MismatchError for calibration windows that cannot serve, StorageError for a disk
    that is full.
    """
    material = Material(network.model, network.inputs, exam.calibration)
    files: list[Made] = []
    failed: dict[str, str] = {}
    say(f"{exam.windows} windows of {len(exam.people)} people held out")
    methods = list(methods)
    files += _floats(material, methods, failed, say)
    for method in methods:
        try:
            made = quantize(method, material)
            engine = open_engine(made.engine, made.model, material.inputs)
        except (StorageError, UsageError):
            raise
        except Exception as error:  # each converter and engine has errors of its own; the others go on
            failed[method] = reason(error)
            say(f"{method}: {failed[method]}")
        else:
            files.append(Made(method, made.engine, made.model, made.says, engine, made))
    lines = _measured(files, exam, max_loss, say)
    chosen = {engine: best for engine in ("litert", "onnx") if (best := choose(lines, engine))}
    return Tradeoff(network, exam, lines, failed, chosen, max_loss)


@dataclass(frozen=True, slots=True)
class Made:
    """A file and the engine that runs it."""

    name: str
    engine: str
    model: bytes
    says: str
    runs: Engine
    quantized: Quantized | None = None


def choose(lines: Iterable[Line], engine: str) -> str | None:
    """The method for an engine, by the rule of the first lines; None when none keeps the limits."""
    able = [one for one in lines if one.engine == engine and one.made and one.fault is None]
    if not able:
        return None
    fastest = min(one.us for one in able)
    return min((one for one in able if one.us <= TIE * fastest), key=lambda one: len(one.model)).name


def reason(error: Exception) -> str:
    """The first line of what went wrong, and how."""
    if isinstance(error, MyoedgeError):
        return str(error)
    if isinstance(error, ImportError):
        return f"not installed ({error}); `pip install 'myoedge[export]'` brings it"
    first = next((line.strip() for line in str(error).splitlines() if line.strip()), "")
    return f"{type(error).__name__}: {first[:300]}"


def _floats(material: Material, methods: Sequence[str], failed: dict[str, str], say: Say) -> list[Made]:
    """The float network in every form that a method asked for starts from; plain ONNX is the reference."""
    forms: dict[str, tuple[str, Callable[[], bytes]]] = {
        REFERENCE: ("onnx", lambda: bare_onnx(material.onnx))
    }
    if any(name.startswith("fast-ort") for name in methods):
        forms["float onnx, fast graph"] = ("onnx", lambda: bare_onnx(material.fast_onnx))
    if any(name.startswith("litert") for name in methods):
        forms["float litert"] = ("litert", lambda: material.tflite)
    if any(name.startswith("fast-litert") for name in methods):
        forms["float litert, fast graph"] = ("litert", lambda: material.fast_tflite)
    found: list[Made] = []
    for name, (engine, make) in forms.items():
        try:
            model = make()
            found.append(Made(name, engine, model, "float", open_engine(engine, model, material.inputs)))
        except (MismatchError, NotThereError, ImportError) as error:
            if name == REFERENCE:
                raise
            failed[name] = reason(error)
            say(f"{name}: {failed[name]}")
    return found


def _measured(files: Sequence[Made], exam: Exam, max_loss: float, say: Say) -> list[Line]:
    inputs = {name: np.ascontiguousarray(x[:TIMED]) for name, x in exam.people[0].inputs.items()}
    times = microseconds({one.name: one.runs for one in files}, inputs)
    exact = exam(files[0].runs)
    lines = []
    for one in files:
        found = verdicts(exact, exact if one is files[0] else exam(one.runs))
        us = times[one.name]
        ratio = round(us / times[REFERENCE], 3)
        line = Line(
            one.name, one.engine, one.model, one.says, us, ratio, found, fault(found, max_loss), one.quantized
        )
        lines.append(line)
        losses = ", ".join(f"{way} {mine.loss:+.2f}" for way, mine in found.items())
        say(f"{one.name}: {len(one.model) / 1000:.0f} kB, {us:g} us ({ratio:g}), points lost: {losses}")
    return lines
