"""Builds notebooks/NN_name.ipynb from instructor/lessons/NN_name.py: `make notebooks`."""

from __future__ import annotations

import argparse
import ast
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


BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"


def from_source(source: Path) -> NotebookNode:
    """The untouched notebook of a lesson: `solved` without its solutions; the cells keep their ids."""
    notebook = solved(source)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.source = without_solutions(cell.source)
    return notebook


def without_solutions(code: str) -> str:
    """`code` with `...` in the place of every block from BEGIN to END, as far to the right as its BEGIN.

    Outside a function a block becomes `name = ...` for each name that it gives a value to and does not read itself.
    Raises ValueError when a marker has no partner.
    """
    kept: list[str] = []
    block: list[str] | None = None
    for line in code.splitlines():
        if line.strip() == BEGIN and block is None:
            block = [line]
        elif line.strip() == END and block is not None:
            kept += _stub(block)
            block = None
        elif line.strip() in (BEGIN, END):
            raise ValueError(f"{line.strip()!r} has no partner in this cell: {code[:60]!r}")
        else:
            (kept if block is None else block).append(line)
    if block is not None:
        raise ValueError(f"{BEGIN!r} has no partner in this cell: {code[:60]!r}")
    return "\n".join(kept)


def _stub(block: list[str]) -> list[str]:
    """What stands in the student's notebook instead of a block that begins with its BEGIN line."""
    indent = block[0][: -len(block[0].lstrip())]
    names = [] if indent else _results("\n".join(block))
    return [f"{name} = ..." for name in names] or [f"{indent}..."]


def _results(code: str) -> list[str]:
    """The names that `code` gives a value to and does not read itself."""
    tree = ast.parse(code)
    read = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    targets = [target for each in tree.body if isinstance(each, ast.Assign) for target in each.targets]
    return [target.id for target in targets if isinstance(target, ast.Name) and target.id not in read]


def solved(source: Path) -> NotebookNode:
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
