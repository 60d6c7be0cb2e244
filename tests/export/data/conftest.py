"""Gives these tests the generator of small data sets, and the real sets unpacked once per machine."""

import hashlib
import importlib.util
import os
import sys
import tarfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import ModuleType

import pytest

Unpack = Callable[[str, str, str], Path]


@pytest.fixture(scope="session")
def generate() -> ModuleType:
    """generate.py, which imports nothing of the loaders."""
    return _beside("generate")


@pytest.fixture(scope="session")
def large() -> ModuleType:
    """generate_large.py: NinaPro and HD-sEMG 65; it too imports nothing of the loaders."""
    pytest.importorskip("scipy", reason="the .mat files are scipy's")
    return _beside("generate_large")


def _beside(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    if spec is None or spec.loader is None:
        raise FileNotFoundError(f"{name}.py belongs beside this file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def unpack(shared: Path) -> Unpack:
    """unpack(archive, top folder, path prefix): the top folder holding only members under that prefix.

    Kept in the user's cache under the archive's hash, so a set is unpacked once and again when it changes.
    """

    def one(archive: str, top: str, prefix: str) -> Path:
        packed = shared / "data" / f"{archive}.tar.xz"
        if not packed.is_file():
            pytest.skip(f"{packed.name} is not there: unpack tests need it")
        with packed.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()[:16]
        cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "myoedge-tests"
        safe = prefix.replace("/", "_") or "all"
        done = cache / f"{archive}-{digest}-{safe}"
        if not done.is_dir():
            fresh = cache / f"{done.name}.{os.getpid()}"
            with tarfile.open(packed) as tar:
                wanted = (m for m in tar if _below(m.name, top, prefix))
                # Debian 12's Python 3.11.2 has no filters yet; later ones warn without.
                tar.extraction_filter = getattr(tarfile, "data_filter", lambda member, _: member)
                tar.extractall(fresh, members=wanted)
            with suppress(OSError):  # another run was faster
                fresh.rename(done)
        return done / top

    return one


def _below(name: str, top: str, prefix: str) -> bool:
    inside = name.removeprefix("./").removeprefix(f"{top}/")
    return inside.startswith(prefix) or "/" not in inside
