"""CARD.md of a bundle: what it is, what it was made from, what it reaches, what it must not be used for."""

from collections.abc import Mapping
from typing import Any

from myoedge.calibration.stranger_people import FACT
from myoedge.calibration.stranger_people import FILE as PEOPLE_FILE
from myoedge.edge.word_population import FILE

INTENT = """\
Turns {window:g} ms of an eight-channel armband's EMG (200 Hz), and of its IMU (50 Hz) where there is one,
into an embedding of {size} values, every {hop:g} ms. `myoedge calibrate` fits a wearer's own gestures,
whatever they are, on that embedding beside closed-form features; without a profile the network's own scores
name {labels}.

One hierarchical transformer: layers within EMG (patches of the window and one token of closed-form features)
and within IMU, then layers over both; read out by the mean of each modality. With the IMU missing it decides
on EMG.
"""

LIMITS = """\
- No medical device, and not made to move anything that could hurt.
- Trained on few people, one kind of armband (eight dry electrodes, 200 Hz, int8) and held gestures; people
  with an amputation, other ages or skin were not looked at: the recordings do not say who took part.
- Scores without a profile hold only for a band worn as the training people wore it; turned or mirrored they
  fail. Calibrate.
- A band that was put on again misleads it (see `ciil`, band moved, above) until `myoedge sync` or a new
  calibration.
- No recording of held gestures has an IMU: there the network learned from other movements' IMU that an arm
  may move while the hand holds still. Absolute heading is not used.
"""

WORDS = """\
`{file}` tells movements that a wearer teaches, each as a whole (`myoedge calibrate --words`): scales and
covariances of the movements of other people, and a network of 54 thousand parameters (int8) beside them.
Learned from {dataset} ({licence}; {attribution}),
without {unseen}. `docs/words.md` says what it reaches and what was tried; made by
`myoedge train words --root DIR`.
"""


PEOPLE = """\
`{file}` holds where the held gestures of {count} people lie and how their windows stray (`myoedge calibrate
--unlabelled 30`: a starter profile from free movement). Learned from {dataset} ({licence}; {attribution}),
without {unseen}. `docs/calibration.md` says what it reaches; made by `myoedge train people --root DIR`.
"""


def card(row: Mapping[str, Any]) -> str:
    """Markdown of a finished row of bundle.json."""
    clock = row["modalities"][row["clock"]]
    intent = INTENT.format(
        window=clock["window_ms"], hop=row["hop_ms"], size=row["embedding"], labels=", ".join(row["labels"])
    )
    parts = [
        f"# {row['name']}\n\n{intent}",
        f"## Training data\n\n{_data(row['training']['data'])}",
        f"## What it reaches\n\n{_metrics(row['name'], row['metrics'])}",
        f"## Engines\n\n{_engines(row)}",
        f"## Limits\n\n{LIMITS}",
        f"## Made by\n\n`myoedge train {row['training']['recipe']} --root DIR`, DIR holding one unpacked "
        "folder a data set. The golden vectors come from simulated wearers; no recording is in the bundle.\n",
    ]
    if words := row.get("words"):
        said = WORDS.format(**{**words, "file": FILE, "unseen": ", ".join(words["unseen"])})
        parts.append(f"## Words\n\n{said}")
    if people := row.get(FACT):
        said = PEOPLE.format(**{**people, "file": PEOPLE_FILE, "unseen": ", ".join(people["unseen"])})
        parts.append(f"## Other people's gestures\n\n{said}")
    return "\n".join(parts)


def _data(sources: list[Mapping[str, Any]]) -> str:
    lines = [
        "| data set | licence | attribution | never trained on | told when to stop |",
        "|---|---|---|---|---|",
    ]
    for s in sources:
        unseen, held = ", ".join(s["unseen"]) or "-", ", ".join(s["held_out"]) or "-"
        whose = ", ".join(filter(None, (s["attribution"], s["source"])))
        lines.append(f"| {s['dataset']} | {s['licence']} | {whose} | {unseen} | {held} |")
    return "\n".join(lines) + "\n"


def _metrics(name: str, metrics: Mapping[str, Any]) -> str:
    if not metrics:
        return "Not measured.\n"
    lines = [
        "Window accuracy in %, mean over people (worst person), before smoothing; each person calibrates as",
        "the protocol says. float is the network before quantisation, classic the bundle without a network.",
        "",
        "| data set, people | protocol | this, int8 | float | classic |",
        "|---|---|---|---|---|",
    ]
    for test, one in metrics["accuracy"].items():
        cells = " | ".join(_cell(one.get(kind)) for kind in ("int8", "float", "classic"))
        lines.append(f"| {test.split(';')[0]} | {one['protocol']} | {cells} |")
    lines += [
        "",
        f"By `myoedge evaluate {name} --dataset D --root DIR --protocol P --baseline`. The network has",
        f"{metrics['parameters']} parameters and takes {metrics['multiply_adds']} multiply-adds a window.",
    ]
    lines += ["", _reaction(metrics["reaction"])]
    return "\n".join(lines) + "\n"


def _reaction(reaction: Mapping[str, Mapping[str, float]]) -> str:
    if not reaction:
        return "How soon a decision turns was not measured: nobody held out has a later session."
    rows = [
        f"{100 * one['median']:.0f} % ({100 * one['p90']:.0f} %) {kind}" for kind, one in reaction.items()
    ]
    return (
        "Share of the window that must be new before the decision turns, median (90th percentile), sudden\n"
        f"changes spliced from repetitions of unseen people: {', '.join(rows)}."
    )


def _cell(shares: Mapping[str, float] | None) -> str:
    return "-" if shares is None else f"{100 * shares['mean']:.1f} ({100 * shares['worst']:.0f})"


def _engines(row: Mapping[str, Any]) -> str:
    plain = any(isinstance(how, str) for how in row["quantization"].values())
    head = "| engine | file | int8 | allowed difference from the golden vectors |"
    if not plain:
        head = "| engine | file | method | int8 | points lost, own scores / profile | allowed difference |"
    lines = [head, "|---" * (head.count("|") - 1) + "|"]
    for name, file in row["engines"].items():
        how = row["quantization"].get(name, row["quantization"]["litert"])
        lines.append(f"| {name} | {file} | {_how(how)} | {row['tolerance'].get(name, 0):g} |")
    said = "An engine that differs by more on the machine at hand is refused."
    if not plain:
        said = (
            "Points of macro-F1 lost against the float network on the people held out (`myoedge quantize` "
            f"compares all methods). {said}"
        )
    return "\n".join(lines) + f"\n\n{said}\n"


def _how(how: Mapping[str, Any] | str) -> str:
    """Method, words and losses; bundles made before the table of quantisers have words alone."""
    if isinstance(how, str):
        return how
    lost = " / ".join(f"{one['loss_points']:+.2f}" for one in how["ways"].values())
    return f"{how['method']} | {how['says']} | {lost}"
