import os
import subprocess
import sys
from pathlib import Path

import pytest

from myoedge.edge.errors import OwnedError
from myoedge.edge.owner import Owner, control_path, lock_path, owned


@pytest.fixture(autouse=True)
def private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))


def test_a_second_owner_is_refused_and_told_who_and_what_to_do() -> None:
    with Owner("myo"), pytest.raises(OwnedError, match=rf"process {os.getpid()}.*stop that one.*status"):
        Owner("myo")


def test_what_was_given_back_can_be_taken() -> None:
    Owner("myo").close()
    with Owner("myo"):
        pass


def test_two_armbands_have_two_owners() -> None:
    with Owner("myo:AA"), Owner("myo:BB"):
        pass


def test_a_killed_owner_holds_nothing() -> None:
    script = "import os, signal; from myoedge.edge.owner import Owner; Owner('myo'); os.kill(os.getpid(), 9)"
    subprocess.run([sys.executable, "-c", script], env=os.environ, check=False)
    assert lock_path("myo").exists()
    with Owner("myo"):
        pass


def test_only_sockets_count_as_owned() -> None:
    with Owner("myo"):
        assert owned() == []
        control_path("myo").touch()
        assert owned() == [control_path("myo")]
