"""Sets up .venv and starts JupyterLab in it: the work behind `make lab`, `make test` and every other target.

Standard library only, and no syntax newer than Python 3.6: an old Python must get as far as saying
that it is too old.
"""

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from glob import escape, glob

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
VENV_PYTHON = os.path.join(VENV, *(["Scripts", "python.exe"] if os.name == "nt" else ["bin", "python"]))
STAMP = os.path.join(VENV, "set-up-complete")
PIP_LOG = os.path.join(VENV, "pip.log")

PYTHONS = ((3, 11), (3, 12), (3, 13))  # those that constraints.txt was resolved for
FIRST_PAGE = "/lab/tree/notebooks/00_roadmap.ipynb"

NO_NETWORK = re.compile(
    r"connection broken|max retries exceeded|could not fetch url|NewConnectionError|ConnectTimeout"
    r"|ReadTimeout|name ?resolution|getaddrinfo failed|network is unreachable|ProxyError|SSLError",
    re.IGNORECASE,
)
DISK_FULL = re.compile(r"No space left on device|Errno 28|not enough space on the disk", re.IGNORECASE)
NO_RIGHT = re.compile(r"Permission denied|Read-only file system", re.IGNORECASE)
AN_ERROR = re.compile(r"[\w.]*error\b", re.IGNORECASE)
NO_BUILD = re.compile(r"No matching distribution found for (\S+)")
BIG_STEP = re.compile(r"(Downloading .*\((?:\d{2,}\.\d MB|.*GB)\))|(Retrying)|(Installing collected)")


class Stop(Exception):
    """What keeps the course from being set up: one sentence that says what to do."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--torch-index", default="", help="take torch and torchvision from this index")
    parser.add_argument("lab", nargs=argparse.REMAINDER, help="`lab` and what to hand on to JupyterLab")
    arguments = parser.parse_args()
    if arguments.lab and arguments.lab[0] != "lab":
        parser.error(f"only `lab` can follow, got {arguments.lab[0]!r}")
    try:
        set_up(arguments.torch_index)
        return start_lab(arguments.lab[1:]) if arguments.lab else 0
    except Stop as reason:
        print(reason, file=sys.stderr)
        return 1
    except OSError as error:
        print(explain(str(error)), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped: run the same command again to go on from here.", file=sys.stderr)
        return 130


def set_up(torch_index: str = "") -> None:
    """Make .venv what pyproject.toml and constraints.txt ask for; do nothing if it is that already."""
    if is_complete():
        print(".venv is up to date.", flush=True)
        return
    check_python(sys.version_info[:3])
    if not os.path.exists(VENV):
        check_disk(shutil.disk_usage(ROOT).free / 1e9, disk_needed(torch_index))
    started = time.time()
    print("Setting up .venv with Python {}.{}.{} and what constraints.txt pins.".format(*sys.version_info))
    print("This happens once and takes 2 to 10 minutes, most of it downloading torch.", flush=True)
    make_venv()
    forget_half_installed()
    if torch_index:
        # --no-deps: such an index carries some of torch's dependencies too, in versions of its own
        pip_install(["--no-deps", "--index-url", torch_index, "torch", "torchvision"])
    pip_install(["--editable", ".[lab,test]"])
    with open(STAMP, "w") as stamp:
        stamp.write(fingerprint())
    print(f"Set up in {time.time() - started:.0f} s.", flush=True)


def start_lab(arguments: "list[str]") -> int:
    """Serve the whole repository, so that ../assets resolves in a notebook, and open the first lesson."""
    command = [VENV_PYTHON, "-m", "jupyterlab", f"--LabApp.default_url={FIRST_PAGE}"]
    command += [f"--ServerApp.root_dir={ROOT}", "--ServerApp.answer_yes=True"]  # Ctrl-C stops without asking
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    command += arguments
    print("Starting JupyterLab; Ctrl-C stops it.", flush=True)
    os.chdir(ROOT)
    if os.name != "nt":
        os.execv(VENV_PYTHON, command)  # so that Ctrl-C reaches JupyterLab alone, which then ends its kernels
    return subprocess.call(command)


def is_complete() -> bool:
    if not (os.path.exists(VENV_PYTHON) and os.path.exists(STAMP)):
        return False
    with open(STAMP) as stamp:
        return stamp.read() == fingerprint()


def fingerprint() -> str:
    """What .venv depends on: the two files, and the folder, which an editable install points to."""
    digest = hashlib.sha256(ROOT.encode("utf-8", "surrogateescape"))
    for name in ("pyproject.toml", "constraints.txt"):
        with open(os.path.join(ROOT, name), "rb") as file:
            digest.update(file.read())
    return digest.hexdigest()


def check_python(version: "tuple[int, ...]") -> None:
    if tuple(version[:2]) in PYTHONS:
        return
    wanted = "{}.{} to {}.{}".format(*PYTHONS[0], *PYTHONS[-1])
    found = ".".join(map(str, version))
    raise Stop(f"The course needs Python {wanted}, and this is Python {found}: {how_to_get_python()}.")


def how_to_get_python() -> str:
    for major, minor in reversed(PYTHONS):
        name = f"python{major}.{minor}"
        try:  # a name on the PATH is not enough: pyenv has one for versions that it does not offer here
            subprocess.check_output([name, "--version"], stderr=subprocess.STDOUT)
        except (OSError, subprocess.CalledProcessError):
            continue
        return f"add PYTHON={name} to the same make command"
    return "install one, and add PYTHON=<its command> to the same make command"


def disk_needed(torch_index: str) -> int:
    """Gigabytes for .venv and for what pip keeps while it installs."""
    has_cuda_build = sys.platform.startswith("linux") and not torch_index
    return 12 if has_cuda_build else 4


def check_disk(free: float, needed: float) -> None:
    if free < needed:
        raise Stop(
            f"Set-up needs {needed:.0f} GB of free disk space and there are {free:.1f} GB: free some, "
            "or take torch's smaller CPU-only build as the README says."
        )


def make_venv() -> None:
    """Make .venv, or keep a working one of this Python version: a set-up that was cut goes on in it."""
    probe = f"import sys, pip; sys.exit(sys.version_info[:2] != {tuple(sys.version_info[:2])})"
    if os.path.exists(VENV_PYTHON) and succeeds([VENV_PYTHON, "-c", probe]):
        return
    command = [sys.executable, "-m", "venv", "--clear", VENV]
    if succeeds([sys.executable, "-c", "import ensurepip"]):
        run(command)
    else:  # Debian and Ubuntu keep it in a package of its own; the pip of the Python at hand will do
        run([*command, "--without-pip"])
        run([sys.executable, "-m", "pip", "--python", VENV_PYTHON, "install", "--quiet", "pip"])


def forget_half_installed() -> None:
    """Drop the marks of packages whose installation was cut: pip writes RECORD last and does not miss it."""
    for packages in ("lib/python*/site-packages", "Lib/site-packages"):
        for info in glob(os.path.join(escape(VENV), packages, "*.dist-info")):
            if not os.path.exists(os.path.join(info, "RECORD")):
                shutil.rmtree(info)


def succeeds(command: "list[str]") -> bool:
    return subprocess.call(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0


def run(command: "list[str]") -> None:
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        raise Stop(explain(done.stdout))


def pip_install(arguments: "list[str]") -> None:
    """Run `pip install` in .venv and show its big steps; all that it says goes to .venv/pip.log."""
    command = [VENV_PYTHON, "-m", "pip", "install", "--no-input", "--progress-bar", "off"]
    command += ["--constraint", "constraints.txt", *arguments]
    pipe = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True, "errors": "replace"}
    said = []
    with open(PIP_LOG, "a", encoding="utf-8") as log, subprocess.Popen(command, cwd=ROOT, **pipe) as process:
        try:
            for line in process.stdout:
                log.write(line)
                said.append(line)
                if BIG_STEP.search(line):
                    print("  " + in_short(line), flush=True)
        except KeyboardInterrupt:
            process.wait()  # pip has heard it too and ends the package at hand; two must never run at once
            raise
    if process.returncode:
        raise Stop(explain("".join(said)))


def in_short(line: str) -> str:
    download, retry, _ = BIG_STEP.search(line).groups()
    if download:
        return re.sub(r"Downloading (?:\S*/)?([^-\s]+)-\S+", r"downloading \1", download)
    if retry:
        return "no answer from the package index, trying again"
    return f"installing {line.count(',') + 1} packages, a minute or two"


def explain(said: str) -> str:
    """The one sentence that says what to do about what pip or venv said before it failed."""
    if DISK_FULL.search(said):
        return "The disk (or TMPDIR's) is full: free some space and run the same command again."
    if NO_NETWORK.search(said):
        return (
            "The package index cannot be reached: check the network, the proxy (HTTPS_PROXY) "
            "and the index that `pip config list` shows, and run the same command again."
        )
    if NO_RIGHT.search(said):
        return "This folder cannot be written to: move the course into a folder of your own."
    missing = NO_BUILD.search(said)
    if missing:
        return (
            f"The package index has no {missing.group(1)} for this machine: use 64-bit Python on Linux, "
            "Windows or a Mac with an M processor (macOS 14 or later), or open the course in Google Colab."
        )
    lines = [line.strip() for line in said.splitlines() if line.strip()] or ["nothing"]
    last = ([line for line in lines if AN_ERROR.match(line)] or lines)[-1]
    return f"Set-up failed, mend what .venv/pip.log tells and run the same command again: {last}"


if __name__ == "__main__":
    sys.exit(main())
