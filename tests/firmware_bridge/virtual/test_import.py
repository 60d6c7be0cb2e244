"""Nothing heavy is loaded before an armband is started."""

import subprocess
import sys

SCRIPT = """
import importlib, pkgutil, sys
ROOM = "myoedge.firmware_bridge."
sys.modules["bumble"] = sys.modules["bleak"] = None  # an import of it now raises
package = importlib.import_module("myoedge.firmware_bridge.virtual")
for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
    importlib.import_module(module.name)
decoders = [name for name in sys.modules if name.startswith((ROOM + "protocols", ROOM + "armbands"))]
assert not decoders, decoders
"""


def test_importing_needs_no_bluetooth_library_and_no_decoder() -> None:
    subprocess.run([sys.executable, "-c", SCRIPT], check=True)
