"""A room is light: importing it imports nothing heavy that not every use of it needs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

LIBRARY = Path(__file__).parents[1] / "lib"
ROOMS = sorted(path.stem for path in (LIBRARY / "implicitreg").glob("[!_]*.py"))
HEAVY = {"matplotlib", "matplotlib.axes", "matplotlib.figure", "matplotlib.pyplot",
         *(f"scipy.{name}" for name in (
             "fft", "integrate", "interpolate", "linalg", "ndimage", "optimize", "signal", "sparse",
             "spatial", "special", "stats"))}
# The rooms that cannot do without, by what they import; csgraph imports scipy.linalg.
NEEDED = {
    "matplotlib": ["figures", "interactive", "panels"],
    "scipy.linalg": ["basis_pursuit"],
    "scipy.linalg scipy.sparse": ["observation_graph"],
    "scipy.special": ["glm"],
}
LIGHT = [room for room in ROOMS if not any(room in rooms for rooms in NEEDED.values())]
# One process takes all rooms with the same needs; the first that imports something else is named.
PROGRAM = f"""import importlib, sys
needed, *rooms = sys.argv[1:]
for room in rooms:
    importlib.import_module("implicitreg." + room)
    found = " ".join(sorted({HEAVY} & set(sys.modules)))
    if found != needed:
        sys.exit(room + " imports " + (found or "nothing heavy"))
"""


@pytest.mark.parametrize("needed, rooms", [("", LIGHT), *NEEDED.items()])
def test_a_room_imports_what_is_heavy_only_if_it_needs_it(needed, rooms):
    done = subprocess.run([sys.executable, "-c", PROGRAM, needed, *rooms], text=True,
                          env={**os.environ, "PYTHONPATH": str(LIBRARY)}, capture_output=True)
    assert done.returncode == 0, done.stderr
