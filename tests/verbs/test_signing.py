"""docs/signing.md as a reader would follow it: every command, from top to bottom."""

import re
import shlex
import shutil
from pathlib import Path
from typing import Any

from myoedge.edge.bundle import SHIPPED

Desk = Any
PAGE = Path(__file__).resolve().parents[2] / "docs" / "signing.md"


def test_every_command_of_the_page_works(desk: Desk) -> None:
    folder = Path(shutil.copytree(SHIPPED / "classic", desk.home / "my-bundle"))
    text = (folder / "bundle.json").read_text()
    (folder / "bundle.json").write_text(text.replace('"classic"', '"ours"'))
    blocks = re.findall(r"```sh\n(.*?)```", PAGE.read_text(), re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    assert len(lines) == 10
    said = {}
    for line in lines:
        done = desk.call(*shlex.split(line)[1:])
        assert done.returncode == 0, f"{line}: {done.stderr}"
        said[line] = done.stdout
    assert "trusted: own" in said["myoedge bundle verify my-bundle"]
    assert (folder / "bundle.sig").exists()


def test_the_page_states_the_block_as_it_is_written() -> None:
    from myoedge.edge import signature, tar

    page = PAGE.read_text()
    for purpose in (signature.TAR, signature.FOLDER):
        assert f"`{purpose.rstrip(bytes(1)).decode()}`" in page
    assert f"`{signature.MAGIC.decode()}`" in page
    assert f"more than {tar.MOST_FILES} files or {tar.LARGEST >> 20} MiB" in page
    block = signature.sign(bytes(32), signature.TAR, b"")
    assert block[416:448] == signature.public_of(bytes(32)) and block[16:416] == bytes(400)
