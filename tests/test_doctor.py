"""The doctor: a ready machine is called ready, and each broken one gets the mend that fits."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from course_lib.doctor import Check, Machine, examine, look, report

READY = Machine(
    python="3.12.4",
    needs_python=">=3.11",
    needs=("torch>=2.11,<3", "torchvision>=0.26,<1", "numpy>=2.1,<3", 'nbgrader; extra == "instructor"'),
    versions={"torch": "2.14.1+cpu", "torchvision": "0.29.1", "numpy": "2.4.6"},
    torch_error=None,
    device="cpu",
    threads="2 of torch on 2 cores",
    memory_gb=8.0,
    disk_gb=50.0,
    cache=Path("cache"),
    cache_gb=None,
    cache_writable=True,
)


def problems(**broken: object) -> list[Check]:
    """What the doctor finds on a machine that is ready but for `broken`."""
    return [check for check in examine(replace(READY, **broken)) if not check.ok]


def test_a_ready_machine_has_no_problems() -> None:
    assert problems() == []
    assert report(examine(READY)).endswith("This machine is ready.")


@pytest.mark.parametrize(
    "broken, name, mend",
    [
        ({"python": "3.10.13"}, "Python", "install Python >=3.11"),
        ({"needs": ()}, "packages", "python -m pip install -e ."),
        ({"versions": {**READY.versions, "numpy": "1.26.4"}}, "numpy", 'pip install "numpy<3,>=2.1"'),
        ({"versions": {"torch": "2.14.1", "numpy": "2.4.6"}}, "torchvision", "python -m pip install"),
        ({"torch_error": "RuntimeError: no operator torchvision::nms"}, "torch", "from one place"),
        ({"memory_gb": 1.0}, "memory", "Google Colab"),
        ({"disk_gb": 0.2}, "disk", "free 1 GB"),
        ({"cache_writable": False}, "data cache", "COURSE_CACHE"),
    ],
)
def test_each_problem_is_named_with_its_mend(broken: dict, name: str, mend: str) -> None:
    (problem,) = problems(**broken)
    assert problem.name == name
    assert mend in problem.mend
    assert f"MEND  {name}" in report([problem])
    assert f"-> {problem.mend}" in report([problem])


def test_memory_that_cannot_be_found_out_is_no_problem() -> None:
    assert problems(memory_gb=None) == []


def test_a_package_of_an_extra_is_not_missed() -> None:
    assert "nbgrader" not in report(examine(READY))


def test_the_report_counts_what_is_to_mend() -> None:
    checks = examine(replace(READY, memory_gb=1.0, disk_gb=0.1))
    assert report(checks).endswith("Not ready: 2 to mend.")


def test_the_cache_is_described(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "cache"))
    assert "not there yet" in report(examine(look()))
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "photos.bin").write_bytes(bytes(20_000_000))
    assert f"{tmp_path / 'cache'} holds 0.02 GB" in report(examine(look()))


def test_this_machine_is_looked_at_as_it_is() -> None:
    machine = look()
    assert machine.versions["torch"] == importlib.metadata.version("torch")
    assert machine.torch_error is None
    assert machine.memory_gb is None or machine.memory_gb > 0.5


def run_doctor(**environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "course_lib", "doctor"]
    return subprocess.run(command, env=os.environ | environment, capture_output=True, text=True)


def test_the_exit_code_is_0_on_a_ready_machine(tmp_path: Path) -> None:
    done = run_doctor(COURSE_CACHE=str(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith("This machine is ready.\n")


def test_the_exit_code_is_1_where_something_is_to_mend(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = run_doctor(COURSE_CACHE=str(tmp_path / "file"))
    assert done.returncode == 1
    assert "COURSE_CACHE" in done.stdout
