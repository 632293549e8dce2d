"""The street runs one way: each room imports only those below it, and what is heavy where it is used."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

LIBRARY = Path(__file__).parents[1] / "course_lib"

# From the ground up. A new room must be placed here; rooms of one line do not import each other.
STREET = (
    ("tolerance", "names", "files", "figures", "intervals", "causes"),
    ("reasoning",),
    ("__init__",),
    ("imageset",),
    ("datasets",),
    ("duplicates",),
    ("audit",),
    ("splits",),
    ("transforms", "architectures", "costs", "frames"),
    ("pretrained",),
    ("models",),
    ("gradients", "survival"),
    ("augment",),
    ("runs", "learning_rate", "objectives"),
    ("training",),
    ("pretrain",),
    ("evaluation",),
    ("calibration", "slices", "neighbours", "label_issues", "gradcam"),
    ("explanations", "sorting", "findings", "results"),
    ("card",),
    ("plots",),
    ("widgets", "evidence", "diagnosis"),
    ("exercises",),
    ("logbook",),
    ("doctor",),
    ("__main__",),
)
LEVEL = {room: level for level, rooms in enumerate(STREET) for room in rooms}

HEAVY = {"pandas", "matplotlib", "seaborn", "sklearn", "scipy", "ipywidgets", "IPython", "jinja2"}


def modules() -> list[str]:
    """Every module of the library, such as `splits` or `datasets.digits`."""
    paths = (path.relative_to(LIBRARY).with_suffix("") for path in LIBRARY.rglob("*.py"))
    return sorted(".".join(path.parts) for path in paths)


def room_of(module: str) -> str:
    return module.split(".")[0]


def imports(module: str, source: str) -> Iterator[str]:
    """The full name of everything that `source` imports, also within functions and for type checking only."""
    package = ["course_lib", *module.split(".")][:-1]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            base = base + (node.module.split(".") if node.module else [])
            yield from (".".join([*base, alias.name]) for alias in node.names)


def wrong_imports(module: str, source: str) -> list[str]:
    """What the room of `module` may not import, yet does."""
    room = room_of(module)
    if room not in LEVEL:
        return [f"{room} has no place on the street: give it one in STREET"]
    wrong = []
    for name in imports(module, source):
        top, _, rest = name.partition(".")
        if top in ("instructor", "tests", "benchmarks"):
            wrong.append(f"{module} imports {name}")
        if top != "course_lib":
            continue
        # what is no room, as in `from . import __version__`, is in the package's own file
        target = room_of(rest) if room_of(rest) in LEVEL or (LIBRARY / room_of(rest)).exists() else "__init__"
        if target == room:
            continue
        if LEVEL.get(target, len(STREET)) >= LEVEL[room]:
            wrong.append(f"{module} imports {name}")
    return wrong


@pytest.mark.parametrize("module", modules())
def test_each_room_imports_only_those_below_it(module: str) -> None:
    source = (LIBRARY / Path(*module.split("."))).with_suffix(".py").read_text(encoding="utf-8")
    assert wrong_imports(module, source) == []


@pytest.mark.parametrize(
    "module, source",
    [
        ("imageset", "from . import plots"),
        ("imageset", "from .datasets.digits import load"),
        ("imageset", "import course_lib.splits"),
        ("models", "from course_lib.training import fit"),
        ("models", "from . import augment"),
        ("plots", "from .evidence import Card"),
        ("datasets.digits", "from ..splits import make"),
        ("training", "def fit():\n    from .evaluation import evaluate"),
        ("splits", "if TYPE_CHECKING:\n    from .training import Run"),
        ("tolerance", "from . import __version__"),
        ("evaluation", "import instructor.build"),
        ("a_new_room", "import math"),
    ],
)
def test_a_wrong_import_is_found(module: str, source: str) -> None:
    assert len(wrong_imports(module, source)) == 1


@pytest.mark.parametrize(
    "module, source",
    [
        ("splits", "from .imageset import ImageSet"),
        ("datasets.digits", "from ..imageset import ImageSet\nfrom .critters import render"),
        ("datasets.__init__", "from ..imageset import ImageSet\nfrom . import digits"),
        ("evidence", "from . import plots, __version__"),
        ("__main__", "from . import doctor"),
        ("plots", "import matplotlib, numpy as np"),
    ],
)
def test_a_right_import_passes(module: str, source: str) -> None:
    assert wrong_imports(module, source) == []


def test_importing_every_room_loads_nothing_heavy() -> None:
    rooms = {room_of(module) for module in modules()} - {"__init__", "__main__"}
    names = ", ".join(f"course_lib.{room}" for room in sorted(rooms))
    script = f"import sys, {names}\nprint(*sorted({HEAVY!r} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [], "import these where they are used"
