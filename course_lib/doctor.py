"""The doctor: is this machine ready for the course, and what mends each problem?"""

from __future__ import annotations

import ctypes
import os
import platform
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

DISTRIBUTION = "image-classification-course"
MEMORY_GB = 3.0  # the largest lesson takes 2; the browser and the system want some
DISK_GB = 1.0


@dataclass(frozen=True)
class Machine:
    """What was found on a machine; None stands for what is not known, or not there."""

    python: str
    needs_python: str  # a range of versions, such as ">=3.11"
    needs: tuple[str, ...]  # requirements, such as "numpy>=2.1,<3"; empty if the course is not installed
    versions: Mapping[str, str]  # of the packages in `needs` that are installed
    torch_error: str | None  # what the import of torch and torchvision together failed with
    device: str
    threads: str
    memory_gb: float | None
    disk_gb: float
    cache: Path
    cache_gb: float | None
    cache_writable: bool


@dataclass(frozen=True)
class Check:
    """One finding: what was looked at, whether it will do, what was found, and what would mend it."""

    name: str
    ok: bool
    found: str
    mend: str = ""


def examine(machine: Machine) -> list[Check]:
    """What is well and what is not; a pure function of the machine, so that broken ones can be tried."""
    memory = machine.memory_gb
    return [
        Check(
            "Python",
            SpecifierSet(machine.needs_python).contains(machine.python),
            machine.python,
            f"install Python {machine.needs_python} and set the course up with it",
        ),
        *_examine_packages(machine),
        Check(
            "torch",
            machine.torch_error is None,
            machine.torch_error or "works together with torchvision",
            "install the two from one place: python -m pip install --force-reinstall torch torchvision",
        ),
        Check("device", True, machine.device),
        Check("threads", True, machine.threads),
        Check(
            "memory",
            memory is None or memory >= MEMORY_GB,
            "unknown" if memory is None else f"{memory:.1f} GB",
            f"the course needs {MEMORY_GB:.0f} GB: take a larger machine, or Google Colab",
        ),
        Check(
            "disk",
            machine.disk_gb >= DISK_GB,
            f"{machine.disk_gb:.1f} GB free for data",
            f"free {DISK_GB:.0f} GB, or let COURSE_CACHE name a folder on another disk",
        ),
        Check(
            "data cache",
            machine.cache_writable,
            _describe_cache(machine),
            "let COURSE_CACHE name a folder that you may write to",
        ),
    ]


def _examine_packages(machine: Machine) -> Iterator[Check]:
    needs = _core(machine.needs)
    if not needs:
        yield Check("packages", False, "the course is not installed", "python -m pip install -e .")
    problems = 0
    for need in needs:
        version = machine.versions.get(need.name)
        if version is None or not need.specifier.contains(version, prereleases=True):
            problems += 1
            found = f"{version}, the course needs {need.specifier}" if version else "not installed"
            yield Check(need.name, False, found, f'python -m pip install "{need.name}{need.specifier}"')
    if needs and not problems:
        torches = ", ".join(f"{name} {machine.versions[name]}" for name in ("torch", "torchvision"))
        yield Check("packages", True, f"{torches} and {len(needs) - 2} more, all in range")


def report(checks: Sequence[Check]) -> str:
    """A line for each check, the mend below what needs one, and the verdict last."""
    lines = []
    for check in checks:
        lines.append(f"{'ok  ' if check.ok else 'MEND'}  {check.name:<12}  {check.found}")
        if not check.ok:
            lines.append(f"{'':<20}-> {check.mend}")
    problems = sum(not check.ok for check in checks)
    lines.append(f"Not ready: {problems} to mend." if problems else "This machine is ready.")
    return "\n".join(lines)


def look() -> Machine:
    """Look at the machine that this runs on."""
    try:
        needs = tuple(metadata.requires(DISTRIBUTION) or ())
        needs_python = metadata.metadata(DISTRIBUTION)["Requires-Python"]
    except metadata.PackageNotFoundError:
        needs, needs_python = (), ""
    torch_error, device, threads = _look_at_torch()
    cache = Path(os.environ.get("COURSE_CACHE") or f"~/.cache/{DISTRIBUTION}").expanduser().absolute()
    nearest = next(folder for folder in (cache, *cache.parents) if folder.exists())
    return Machine(
        python=platform.python_version(),
        needs_python=needs_python,
        needs=needs,
        versions=_installed(need.name for need in _core(needs)),
        torch_error=torch_error,
        device=device,
        threads=threads,
        memory_gb=_memory_gb(),
        disk_gb=shutil.disk_usage(nearest).free / 1e9,
        cache=cache,
        cache_gb=_size_gb(cache) if cache.is_dir() else None,
        cache_writable=nearest.is_dir() and os.access(nearest, os.W_OK),
    )


def _core(needs: Sequence[str]) -> list[Requirement]:
    """The requirements that hold without any extra."""
    parsed = [Requirement(need) for need in needs]
    return [need for need in parsed if need.marker is None or need.marker.evaluate({"extra": ""})]


def _installed(names: Iterator[str]) -> dict[str, str]:
    versions = {}
    for name in names:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return versions


def _look_at_torch() -> tuple[str | None, str, str]:
    """The error of importing torch with torchvision, the device, and the threads."""
    try:
        import torch
        import torchvision  # noqa: F401  builds that do not fit each other fail here
    except Exception as error:  # ImportError, OSError or RuntimeError, as the two builds have it
        return f"{type(error).__name__}: {str(error).splitlines()[0]}", "unknown", "unknown"
    if torch.cuda.is_available():
        device = f"cuda ({torch.cuda.get_device_name()})"
    elif torch.backends.mps.is_available():
        device = "mps (the Mac's own GPU)"
    else:
        device = "cpu, which is all that the course needs"
    return None, device, f"{torch.get_num_threads()} of torch on {os.cpu_count()} cores"


def _memory_gb() -> float | None:
    """The memory of this machine, or of the container if it may use less."""
    if os.name == "nt":
        kilobytes = ctypes.c_ulonglong()
        known = ctypes.windll.kernel32.GetPhysicallyInstalledSystemMemory(ctypes.byref(kilobytes))
        return kilobytes.value * 1024 / 1e9 if known else None
    try:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        return None
    try:
        limit = Path("/sys/fs/cgroup/memory.max").read_text().strip()
    except OSError:
        limit = "max"
    return (memory if limit == "max" else min(memory, int(limit))) / 1e9


def _size_gb(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e9


def _describe_cache(machine: Machine) -> str:
    if not machine.cache_writable:
        return f"{machine.cache} cannot be written to"
    if machine.cache_gb is None:
        return f"{machine.cache} is not there yet; the embedded data need none"
    return f"{machine.cache} holds {machine.cache_gb:.2f} GB"
