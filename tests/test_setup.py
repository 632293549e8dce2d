"""Setting up: what goes wrong is one sentence, and the lists of dependencies agree with each other."""

from __future__ import annotations

import ast
import importlib.metadata
import importlib.util
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[1]
COLAB_FILE = ROOT.parent / "shared" / "colab" / "versions.txt"

# Google Colab's runtime of August 2026, which the ranges of pyproject.toml were chosen to admit.
COLAB = """
python==3.13 torch==2.11.0 torchvision==0.26.0 numpy==2.1.3 pandas==2.2.3 scikit-learn==1.6.1
matplotlib==3.10.0 seaborn==0.13.2 pillow==11.3.0 tqdm==4.67.3 safetensors==0.8.0 ipywidgets==7.7.1
jinja2==3.1.6
"""


@pytest.fixture(scope="module")
def project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.fixture(scope="module")
def constraints() -> dict[str, Version]:
    return pins((ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines())


@pytest.fixture
def setup() -> ModuleType:
    """tools/setup.py, loaded anew for each test."""
    spec = importlib.util.spec_from_file_location("course_setup", ROOT / "tools" / "setup.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def pins(lines: Sequence[str]) -> dict[str, Version]:
    """The versions in lines such as numpy==2.1.3; comments are passed over."""
    pinned = (line.split("==") for line in lines if line.strip() and not line.startswith("#"))
    return {canonicalize_name(name): Version(version) for name, version in pinned}


def outside(needs: Sequence[str], versions: dict[str, Version]) -> list[str]:
    """The requirements that `versions` does not satisfy, each with what is there instead."""
    wrong = []
    for need in map(Requirement, needs):
        version = versions.get(canonicalize_name(need.name))
        if version is None or version not in need.specifier:
            wrong.append(f"{need} got {version}")
    return wrong


# ── what goes wrong is one sentence ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("version", [(3, 6, 15), (3, 8, 18), (3, 10, 13), (3, 14, 0)])
def test_a_wrong_python_is_told_which_ones_will_do(setup: ModuleType, version: tuple[int, ...]) -> None:
    with pytest.raises(setup.Stop, match=r"needs Python 3\.11 to 3\.13, and this is Python 3\.\d+\.\d+: \w+"):
        setup.check_python(version)


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 12, 1), (3, 13, 15)])
def test_the_right_pythons_pass(setup: ModuleType, version: tuple[int, ...]) -> None:
    setup.check_python(version)


def test_a_python_that_would_do_is_named(setup: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    def only_312(command: list[str], **_: object) -> None:
        if command[0] != "python3.12":
            raise FileNotFoundError(command[0])

    monkeypatch.setattr(setup.subprocess, "check_output", only_312)
    with pytest.raises(setup.Stop, match=r"add PYTHON=python3\.12 to the same make command"):
        setup.check_python((3, 8, 18))


def test_too_little_disk_space_says_how_much_is_needed(setup: ModuleType) -> None:
    setup.check_disk(free=12.1, needed=12)
    with pytest.raises(setup.Stop, match=r"needs 12 GB .* there are 3\.5 GB: free some, or"):
        setup.check_disk(free=3.5, needed=12)


def test_a_build_of_torch_that_was_asked_for_needs_less_disk(setup: ModuleType) -> None:
    assert setup.disk_needed(torch_index="somewhere") <= setup.disk_needed(torch_index="")


@pytest.mark.parametrize(
    "said, sentence",
    [
        ("Retrying (Retry(total=4)) after connection broken by 'NewConnectionError", "check the network"),
        ("ReadTimeoutError: HTTPSConnectionPool(host='index'): Read timed out.", "check the network"),
        ("failure in name resolution\nERROR: No matching distribution found for x", "check the network"),
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left", "free some space"),
        ("ERROR: [Errno 13] Permission denied: '.venv'", "a folder of your own"),
        ("ERROR: No matching distribution found for torch==2.14.1", "no torch==2.14.1 for this machine"),
        ("Collecting x\nERROR: x is odd\nnote: look above", "again: ERROR: x is odd"),
        ("", "again: nothing"),
    ],
)
def test_what_pip_says_becomes_one_sentence(setup: ModuleType, said: str, sentence: str) -> None:
    explained = setup.explain(said)
    assert sentence in explained
    assert "\n" not in explained


def test_pip_without_a_network_ends_in_the_sentence(
    setup: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for variable in ("PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL", "PIP_CONSTRAINT"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")  # nothing listens on the discard port
    monkeypatch.setenv("PIP_RETRIES", "1")
    monkeypatch.setattr(setup, "VENV_PYTHON", sys.executable)
    monkeypatch.setattr(setup, "PIP_LOG", str(tmp_path / "pip.log"))
    with pytest.raises(setup.Stop, match="check the network"):
        setup.pip_install(["--dry-run", "--no-deps", "--target", str(tmp_path), "tqdm"])
    assert "ERROR" in (tmp_path / "pip.log").read_text(encoding="utf-8")


def test_an_old_python_can_read_the_script() -> None:
    ast.parse((ROOT / "tools" / "setup.py").read_text(encoding="utf-8"), feature_version=(3, 7))


# ── setting up twice, and after an interruption ──────────────────────────────────────────────────────


@pytest.fixture
def finished(setup: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    """tools/setup.py of a project in tmp_path that is set up, as far as the stamp says."""
    python, stamp = tmp_path / ".venv" / "bin" / "python", tmp_path / ".venv" / "stamp"
    python.parent.mkdir(parents=True)
    python.touch()
    for name in ("pyproject.toml", "constraints.txt"):
        (tmp_path / name).write_text(name)
    for name, path in {
        "ROOT": tmp_path,
        "VENV": tmp_path / ".venv",
        "VENV_PYTHON": python,
        "STAMP": stamp,
    }.items():
        monkeypatch.setattr(setup, name, str(path))
    stamp.write_text(setup.fingerprint())
    return setup


def test_a_second_call_sets_nothing_up(finished: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    finished.set_up()
    assert capsys.readouterr().out == ".venv is up to date.\n"


@pytest.mark.parametrize("change", ["pyproject.toml", "constraints.txt", ".venv/stamp", ".venv/bin/python"])
def test_a_change_or_a_cut_calls_for_set_up(finished: ModuleType, tmp_path: Path, change: str) -> None:
    assert finished.is_complete()
    if change.endswith((".toml", ".txt")):
        (tmp_path / change).write_text("something else")
    else:
        (tmp_path / change).unlink()
    assert not finished.is_complete()


def test_a_project_that_was_moved_calls_for_set_up(finished: ModuleType, tmp_path: Path) -> None:
    moved = shutil.copytree(tmp_path, tmp_path / "moved")
    for name, path in {"ROOT": ".", "VENV_PYTHON": ".venv/bin/python", "STAMP": ".venv/stamp"}.items():
        setattr(finished, name, str(moved / path))
    assert not finished.is_complete()


def test_packages_that_were_cut_in_the_middle_are_forgotten(finished: ModuleType, tmp_path: Path) -> None:
    packages = tmp_path / ".venv" / "lib" / "python3.12" / "site-packages"
    for name, files in {
        "whole-1.dist-info": ["METADATA", "RECORD"],
        "half-1.dist-info": ["METADATA"],
    }.items():
        (packages / name).mkdir(parents=True)
        for file in files:
            (packages / name / file).touch()
    finished.forget_half_installed()
    assert [path.name for path in packages.iterdir()] == ["whole-1.dist-info"]


# ── the lists of dependencies agree ──────────────────────────────────────────────────────────────────


def test_colab_satisfies_the_core_ranges(project: dict) -> None:
    colab = pins(COLAB.split())
    assert colab.pop("python") in SpecifierSet(project["requires-python"])
    assert outside(project["dependencies"], colab) == []


def test_colab_as_published_satisfies_the_core_ranges(project: dict) -> None:
    if not COLAB_FILE.exists():
        pytest.skip(f"no {COLAB_FILE}: the table in this file is what is left to check against")
    published = pins(COLAB_FILE.read_text(encoding="utf-8").splitlines())
    assert outside(project["dependencies"], published) == []
    assert pins(COLAB.split()).items() <= published.items(), "the table in this file is out of date"


def test_a_range_that_colab_is_outside_of_is_found() -> None:
    colab = pins(COLAB.split())
    wrong = outside(["numpy>=2.2", "captum", "torch>=2.11,<3"], colab)
    assert wrong == ["numpy>=2.2 got 2.1.3", "captum got None"]


@pytest.mark.parametrize("extra", ["core", "lab", "test"])
def test_the_pins_satisfy_the_ranges(project: dict, constraints: dict[str, Version], extra: str) -> None:
    needs = project["dependencies"] if extra == "core" else project["optional-dependencies"][extra]
    assert outside(needs, constraints) == []


def test_the_pins_name_no_index_and_no_package_of_one_machine() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = [line for line in lines if not line.startswith("#")]
    assert all(re.fullmatch(r"[a-z0-9-]+==[0-9a-z.]+", line) for line in pinned)
    assert not [line for line in pinned if line.startswith(("nvidia", "cuda", "triton", "image-classification"))]


def test_the_pins_that_are_installed_here_are_the_ones_installed(constraints: dict[str, Version]) -> None:
    wanted = {name: str(constraints[name]) for name in ("torch", "torchvision", "numpy", "pandas", "scikit-learn")}
    found = {name: Version(importlib.metadata.version(name)).public for name in wanted}
    assert found == wanted


def test_conda_gets_the_same_as_make(project: dict, setup: ModuleType) -> None:
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    python, pip, by_pip = environment["dependencies"]
    assert pip == "pip"
    assert by_pip == {"pip": ["-c constraints.txt", "-e .[lab,test]"]}
    assert {"lab", "test"} <= project["optional-dependencies"].keys()
    assert environment["name"] == project["name"]
    assert pythons(SpecifierSet(python.removeprefix("python"))) == list(setup.PYTHONS)


def test_the_project_says_that_it_runs_on_the_pythons_of_set_up(project: dict, setup: ModuleType) -> None:
    named = [line.rpartition(" ")[2] for line in project["classifiers"] if "Python ::" in line]
    assert named == [f"{major}.{minor}" for major, minor in setup.PYTHONS]
    assert pythons(SpecifierSet(project["requires-python"]))[0] == setup.PYTHONS[0]


def pythons(allowed: SpecifierSet) -> list[tuple[int, int]]:
    return [(3, minor) for minor in range(6, 30) if f"3.{minor}.5" in allowed]


# ── the commands ─────────────────────────────────────────────────────────────────────────────────────


def make(*arguments: str) -> str:
    if not shutil.which("make"):
        pytest.skip("no make on this machine")
    return subprocess.run(["make", *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout


def test_make_alone_lists_the_commands() -> None:
    assert make() == make("help")
    commands = re.findall(r"^  make (\w+) +\w", make(), re.MULTILINE)
    assert {"lab", "test", "notebooks", "lint", "bench", "clean"} <= set(commands)


def test_clean_leaves_a_students_work_alone() -> None:
    removed = make("--dry-run", "clean")
    assert ".venv" in removed
    assert not re.search(r"\b(runs|evidence|notebooks)\b", removed)


def test_lab_hands_its_arguments_on() -> None:
    commands = make("--dry-run", "lab", "LAB_ARGS=--no-browser --port 9999")
    assert "tools/setup.py lab --no-browser --port 9999" in commands
