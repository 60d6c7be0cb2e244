"""The one command: a table of verbs, each loaded only when it is called."""

import argparse
import os
import signal
import sys
from importlib import import_module
from typing import NoReturn

from myoedge import __version__
from myoedge.edge.errors import MyoedgeError

INTERRUPTED = 130

# verb -> (module with add(parser) and run(args), what it does)
VERBS = {
    "demo": ("myoedge.verbs.demo", "the main job: calibration, int8 bundle, events and their latency"),
    "scan": ("myoedge.verbs.scan", "list the armbands in reach"),
    "pair": ("myoedge.verbs.pair", "remember an armband"),
    "forget": ("myoedge.verbs.forget", "forget the remembered armband"),
    "status": ("myoedge.verbs.status", "what runs, with battery and link quality"),
    "calibrate": ("myoedge.verbs.calibrate", "a guided minute that fits a profile to its wearer"),
    "profile": ("myoedge.verbs.profile", "who is kept here: list, show, export, delete"),
    "sync": ("myoedge.verbs.sync", "re-align a band that was put on again, by two gestures"),
    "run": ("myoedge.verbs.run", "armband in, events out, until stopped"),
    "monitor": ("myoedge.verbs.monitor", "look on: signals, decisions, latency; a phone can calibrate"),
    "record": ("myoedge.verbs.record", "raw packets and labels to a recording"),
    "replay": ("myoedge.verbs.replay", "the events of a recording, the same bytes each time"),
    "virtual": ("myoedge.verbs.virtual", "an armband in software for any Bluetooth stack"),
    "bench": ("myoedge.verbs.bench", "measure latency, rate, CPU and memory"),
    "evaluate": (
        "myoedge.verbs.evaluate",
        "accuracy of a bundle on recordings, through the device's own code",
    ),
    "bundle": ("myoedge.verbs.bundle", "a model as one signed file: pack, show, sign, verify"),
    "trust": ("myoedge.verbs.trust", "whose signatures on bundles count here: add, list, remove, own"),
    "data": ("myoedge.verbs.data", "look at recordings: people, labels, repetitions, dead channels"),
    "train": ("myoedge.verbs.train", "recordings to an int8 bundle, or to runs of window classification"),
    "compare": ("myoedge.verbs.compare", "architectures, inputs and seeds against each other, on Ray"),
    "isolate": (
        "myoedge.verbs.isolate",
        "how much of a decision travels across modalities, and by which sensor",
    ),
    "retrieve": ("myoedge.verbs.retrieve", "muscles asked in words and words in muscles, beside baselines"),
    "texts": ("myoedge.verbs.texts", "what actions mean in words: show, check"),
    "prune": ("myoedge.verbs.prune", "a trained network to a smaller one, and what that costs"),
    "quantize": ("myoedge.verbs.quantize", "a float network by every quantiser, judged on people held out"),
    "wearer": ("myoedge.verbs.wearer", "fit and check the simulated wearer"),
}


def main(argv: list[str] | None = None) -> int:
    """Run one verb; returns the exit code."""
    argv = sys.argv[1:] if argv is None else argv
    if not argv or argv[0] in ("-h", "--help", "help"):
        print(_overview())
        return 0 if argv else 2
    if argv[0] == "--version":
        print(f"myoedge {__version__}")
        return 0
    if argv[0] not in VERBS:
        print(f"myoedge: no verb {argv[0]!r}; wanted one of {', '.join(VERBS)}", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # both end a verb in the same way
    try:
        return _call(argv[0], argv[1:])
    except KeyboardInterrupt:
        return INTERRUPTED


def _overview() -> str:
    rows = "\n".join(f"  {name:<10} {says}" for name, (_, says) in VERBS.items())
    return f"usage: myoedge VERB ...   (myoedge VERB --help tells more)\n\n{rows}\n\nexample: myoedge demo"


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        print(f"{self.prog}: {message}; see {self.prog} --help", file=sys.stderr)
        raise SystemExit(2)


def _call(name: str, argv: list[str]) -> int:
    module_name, says = VERBS[name]
    module = import_module(module_name)
    parser = _Parser(
        f"myoedge {name}", description=says, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true", help="the result as JSON on stdout, prose on stderr")
    parser.add_argument(
        "-v", "--verbose", action="store_true", help="say more; show where an error came from"
    )
    parser.add_argument("-q", "--quiet", action="store_true", help="say only the result")
    module.add(parser)
    args = parser.parse_args(argv)
    if args.verbose:
        _log()
    try:
        code = int(module.run(args))
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # the reader of our output is gone
        return 1
    except Exception as error:  # the last place that can turn an error into one line
        return _failed(name, error, args.verbose)


def _failed(name: str, error: Exception, verbose: bool) -> int:
    if verbose:
        import traceback

        traceback.print_exception(error)
    if isinstance(error, MyoedgeError):
        print(f"myoedge {name}: {_one_line(error)}", file=sys.stderr)
        return error.exit_code
    what = f"{type(error).__name__}: {_one_line(error)}"
    print(f"myoedge {name}: met {what}; this should not happen, -v shows where", file=sys.stderr)
    return 1


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())


def _log() -> None:
    import logging

    logging.basicConfig(format="%(name)s: %(message)s")
    logging.getLogger("myoedge").setLevel(logging.INFO)


if __name__ == "__main__":
    sys.exit(main())
