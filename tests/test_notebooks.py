"""Notebooks: what is committed is what the sources say, nbval bites, and the lessons keep their form."""

import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbval.plugin import get_sanitize_patterns

from instructor import build

ROOT = Path(__file__).resolve().parent.parent
SANITIZE = ROOT / "tests" / "nbval_sanitize.cfg"
SOURCES = sorted(build.LESSONS.glob("*.py"))
NOTEBOOKS = [build.NOTEBOOKS / f"{source.stem}.ipynb" for source in SOURCES]
named = pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)


def read(path: Path) -> nbformat.NotebookNode:
    return nbformat.read(path, as_version=4)


def sanitized(text: str) -> str:
    """`text` as nbval compares it, by the rules as nbval reads them."""
    for pattern, replacement in get_sanitize_patterns(SANITIZE.read_text(encoding="utf-8")):
        text = re.sub(pattern, replacement, text)
    return text


def printed(notebook: nbformat.NotebookNode) -> list[str]:
    """All that cells print."""
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    return [output.text for output in outputs if output.output_type == "stream"]


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_the_committed_notebook_is_the_one_its_source_makes(source):
    notebook = build.NOTEBOOKS / f"{source.stem}.ipynb"
    assert build.differing_cells(source, notebook) == [], "run `make notebooks` and commit what it changes"


def test_a_cell_changed_by_hand_is_noticed(tmp_path):
    changed = read(NOTEBOOKS[0])
    changed.cells[1].source += " "
    nbformat.write(changed, tmp_path / "changed.ipynb")
    assert build.differing_cells(SOURCES[0], tmp_path / "changed.ipynb") == [changed.cells[1].id]
    changed.cells[1], changed.cells[2] = changed.cells[2], changed.cells[1]
    nbformat.write(changed, tmp_path / "swapped.ipynb")
    assert len(build.differing_cells(SOURCES[0], tmp_path / "swapped.ipynb")) == 2


def test_solutions_become_dots_as_far_to_the_right_as_they_were():
    code = """def twice(x):
    \"\"\"Doubles.\"\"\"
    ### BEGIN SOLUTION
    y = 2 * x
    return y
    ### END SOLUTION

for x in (1, 2):
    if x:
        ### BEGIN SOLUTION
        print(x)
        ### END SOLUTION
print(twice(2))"""
    untouched = """def twice(x):
    \"\"\"Doubles.\"\"\"
    ...

for x in (1, 2):
    if x:
        ...
print(twice(2))"""
    assert build.without_solutions(code) == untouched
    assert build.without_solutions(untouched) == untouched


def test_values_become_dots_by_their_names_and_steps_on_the_way_go():
    code = (
        "a = 1\n### BEGIN SOLUTION\nrows = [3, 4]\nmy_pair = rows[0], a\nwhy = 'so'  # canary\n### END SOLUTION\nb = 2"
    )
    assert build.without_solutions(code) == "a = 1\nmy_pair = ...\nwhy = ...\nb = 2"


@pytest.mark.parametrize(
    "code", ["### BEGIN SOLUTION\n1", "1\n### END SOLUTION", "### END SOLUTION\n### BEGIN SOLUTION"]
)
def test_a_marker_without_a_partner_is_refused(code):
    with pytest.raises(ValueError, match="no partner"):
        build.without_solutions(code)


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_the_untouched_notebook_has_the_cells_of_the_solved_one_without_a_solution(source):
    untouched, solved = build.from_source(source).cells, build.solved(source).cells
    assert [(cell.id, cell.cell_type) for cell in untouched] == [(cell.id, cell.cell_type) for cell in solved]
    assert any(build.BEGIN in cell.source for cell in solved)
    assert not [cell.id for cell in untouched if "SOLUTION" in cell.source]
    for cell in untouched:
        if cell.cell_type == "code":
            compile(cell.source, cell.id, "exec")


def test_every_notebook_has_a_source():
    assert sorted(path.name for path in build.NOTEBOOKS.glob("*.ipynb")) == [path.name for path in NOTEBOOKS]


@named
def test_every_code_cell_was_run_in_order_without_an_error(notebook):
    cells = [cell for cell in read(notebook).cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    outputs = [output for cell in cells for output in cell.outputs]
    assert not [output for output in outputs if output.output_type == "error" or output.get("name") == "stderr"]


@named
def test_cells_are_short_and_lessons_do_no_plotting_of_their_own(notebook):
    for cell in read(notebook).cells:
        if cell.cell_type == "code":
            assert len(cell.source.splitlines()) <= 20, cell.id
            assert "matplotlib" not in cell.source, cell.id
    text = "\n".join(cell.source for cell in read(notebook).cells)
    for part in ("At the end of this notebook you can", "| section | time |", "## Summary", "**Next:**", "**Try it.**"):
        assert part in text


@named
def test_every_picture_has_alternative_text(notebook):
    cells = read(notebook).cells
    html = "".join(o.data.get("text/html", "") for c in cells for o in c.get("outputs", []) if "data" in o)
    shown = re.findall(r"<img ([^>]*)>", html) + re.findall(r"<img ([^>]*)>", "".join(c.source for c in cells))
    assert shown
    assert all(re.search(r'alt="[^"]{1,}"', attributes) for attributes in shown)
    assert not [o for c in cells for o in c.get("outputs", []) if "image/png" in o.get("data", {})]


def test_the_prediction_check_prints_the_two_lines_of_the_chapter():
    assert printed(read(NOTEBOOKS[0]))[0] == "prediction: dog\nconfidence: 0.74\n"


@named
def test_sanitising_lets_every_number_that_is_printed_through(notebook):
    for text in printed(read(notebook)):
        for number in re.finditer(r"\d", text):
            changed = text[: number.start()] + str((int(number.group()) + 1) % 10) + text[number.end() :]
            assert sanitized(changed) != sanitized(text)


@named
def test_sanitising_hides_pictures_and_measured_numbers_and_leaves_the_words_of_a_table(notebook):
    outputs = [output for cell in read(notebook).cells for output in cell.get("outputs", [])]
    tables = [sanitized(o.data["text/html"]) for o in outputs if "text/html" in o.get("data", {})]
    assert not [text for text in tables if "base64" in text]
    for audit in (text for text in tables if "<strong>Audit:" in text):
        assert "MEASURED" in audit
        for words in ("Every class can be judged.", "images of each class in each part", "groups on one side"):
            assert words in audit


def run_nbval(notebook: Path) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--nbval", str(notebook)]
    command += ["--nbval-sanitize-with", str(SANITIZE)]
    return subprocess.run(command, capture_output=True, text=True, cwd=notebook.parent)


@pytest.mark.parametrize(
    ("old", "new", "passes"),
    [("", "", True), ("0.74", "0.75", False), ("prediction: dog", "prediction: cat", False)],
    ids=["as stored", "one number changed", "one line changed"],
)
def test_nbval_bites(tmp_path, old, new, passes):
    """On the prediction check alone: one kernel, a few seconds."""
    notebook = read(NOTEBOOKS[0])
    cell = next(cell for cell in notebook.cells if "scores.index" in cell.source)
    notebook.cells = [cell]
    cell.outputs[0].text = cell.outputs[0].text.replace(old, new)
    nbformat.write(notebook, tmp_path / "copy.ipynb")
    outcome = run_nbval(tmp_path / "copy.ipynb")
    assert (outcome.returncode == 0) is passes, outcome.stdout
