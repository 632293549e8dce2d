"""Builds notebooks/NN_name.ipynb from instructor/lessons/NN_name.py: `make notebooks`."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from itertools import zip_longest
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parent.parent
LESSONS = ROOT / "instructor" / "lessons"
NOTEBOOKS = ROOT / "notebooks"


def from_source(source: Path) -> NotebookNode:
    """The notebook of a py:percent lesson, without outputs; the same source gives the same cells, ids included."""
    notebook = jupytext.read(source, fmt="py:percent")
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook.metadata = NotebookNode(kernelspec=kernel, language_info={"name": "python"})
    for number, cell in enumerate(notebook.cells):
        cell.id = f"{source.stem}-{number:02d}".replace("_", "-")
        cell.metadata = NotebookNode({k: v for k, v in cell.metadata.items() if k == "tags"})
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    return notebook


def execute(notebook: NotebookNode, folder: Path) -> NotebookNode:
    """Run every cell in a fresh kernel in `folder` and keep the outputs; raises at the first cell that fails."""
    os.environ["TQDM_DISABLE"] = "1"  # a progress bar is for whoever watches; it does not belong in a stored output
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(folder)}}, record_timing=False).execute()
    return notebook


def differing_cells(source: Path, notebook: Path) -> list[str]:
    """The ids of the cells that are not what the source says, outputs aside; empty when the notebook is up to date."""
    if not notebook.exists():
        return [f"{notebook.name} is missing"]

    def essence(cell: NotebookNode) -> tuple:
        return cell.id, cell.cell_type, cell.source, dict(cell.metadata)

    wanted = [essence(cell) for cell in from_source(source).cells]
    found = [essence(cell) for cell in nbformat.read(notebook, as_version=4).cells]
    pairs = zip_longest(wanted, found)
    return [(there or here)[0] for here, there in pairs if here != there]


def main() -> None:
    """Rebuild the lessons named on the command line, or all of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="such as 00_roadmap; every lesson when left out")
    names = parser.parse_args().names or sorted(path.stem for path in LESSONS.glob("*.py"))
    NOTEBOOKS.mkdir(exist_ok=True)
    for name in names:
        started = time.perf_counter()
        with tempfile.TemporaryDirectory() as empty:  # a card that lies in notebooks/evidence must not get into outputs
            notebook = execute(from_source(LESSONS / f"{name}.py"), Path(empty))
        nbformat.write(notebook, NOTEBOOKS / f"{name}.ipynb")
        print(f"{name}.ipynb: executed in {time.perf_counter() - started:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
