"""What `import course_lib` with all its rooms costs on top of torch and torchvision: at most 0.2 s.

python -m benchmarks.import_time
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from statistics import median

LIMIT = 0.2  # seconds
ROUNDS = 9
LIBRARY = Path(__file__).parents[1] / "course_lib"


def main() -> int:
    torch = "import torch, torchvision"
    course = f"{torch}, course_lib, {', '.join(rooms())}"
    seconds(course)  # compiles what has not been compiled yet

    # In pairs, so that a busy moment of the machine meets both.
    pairs = [(seconds(torch), seconds(course)) for _ in range(ROUNDS)]
    without, with_course = (median(column) for column in zip(*pairs, strict=True))
    cost = median(after - before for before, after in pairs)

    print(f"torch and torchvision  {without:.2f} s  (median of {ROUNDS} rounds in pairs)")
    print(f"and the whole course   {with_course:.2f} s")
    print(f"the course costs       {cost:.2f} s  ({LIMIT} s allowed: {'kept' if cost <= LIMIT else 'not'})")
    return 0 if cost <= LIMIT else 1


def rooms() -> list[str]:
    """The full names of all the library's rooms, but for the command line."""
    modules = (path for path in LIBRARY.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists())
    return [f"course_lib.{path.stem}" for path in sorted(modules) if not path.stem.startswith("__")]


def seconds(statement: str) -> float:
    """The wall time of a fresh Python that runs `statement`."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", statement], cwd=LIBRARY.parent, check=True)
    return time.perf_counter() - start


if __name__ == "__main__":
    sys.exit(main())
