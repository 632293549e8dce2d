"""What the browser tests share: JupyterLab on a copy of the lessons, and the Chromium that looks at it."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("chromium", "chromium-browser", "google-chrome")
START_WITHIN = 120  # seconds: JupyterLab takes 3 to 10, a cold disk more

# Only what would stand between a test and the page; all else is as a student finds it.
SETTINGS = {
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"},  # every cell stays in the page
    "@jupyterlab/docmanager-extension:plugin": {"autosave": False},
}


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab: its address, its token, and the folder that it serves (notebooks/ and assets/)."""

    address: str
    token: str
    folder: Path

    def page(self, notebook: str) -> str:
        return f"{self.address}/lab/tree/notebooks/{notebook}.ipynb?reset&token={self.token}"

    def call(self, path: str, method: str = "GET") -> bytes:
        """The server's answer at api/`path`; raises urllib.error.URLError when there is none."""
        headers = {"Authorization": f"token {self.token}"}
        request = urllib.request.Request(f"{self.address}/api/{path}", method=method, headers=headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.read()

    def end_kernels(self) -> None:
        for session in json.loads(self.call("sessions")):
            self.call(f"sessions/{session['id']}", "DELETE")


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    """A Chromium without a window; for one module, because Playwright keeps an event loop while it lives."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="no playwright: `make setup` installs it")
    executable = next(filter(None, map(shutil.which, NAMES)), None)
    if executable is None:
        pytest.skip(f"no Chromium (none of {', '.join(NAMES)} is on the PATH): `apt-get install chromium`")
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def lab(browser: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """JupyterLab on a copy of notebooks/ and assets/, with settings of its own.."""
    home = tmp_path_factory.mktemp("lab")
    folder = home / "course"
    shutil.copytree(ROOT / "assets", folder / "assets")
    (folder / "notebooks").mkdir()
    for notebook in ROOT.glob("notebooks/*.ipynb"):  # not what a student has written beside them
        shutil.copy(notebook, folder / "notebooks")
    (home / "settings").mkdir()
    (home / "settings" / "overrides.json").write_text(json.dumps(SETTINGS), encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    lab = Lab(f"http://127.0.0.1:{port}", secrets.token_hex(16), folder)

    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--ServerApp.root_dir={folder}"]
    command += ["--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
    command += [f"--LabApp.{kind}_dir={home / kind}" for kind in ("user_settings", "workspaces")]
    command += [f"--LabApp.app_settings_dir={home / 'settings'}", "--LabApp.extension_manager=readonly"]
    command += ["--LabApp.expose_app_in_browser=True"]  # so that a test can switch the theme and fold the sidebars
    env = {name: value for name, value in os.environ.items() if name != "MPLBACKEND"}  # a student has set none
    env |= {f"JUPYTER_{kind}_DIR": str(home / kind.lower()) for kind in ("CONFIG", "DATA", "RUNTIME")}
    env |= {"JUPYTER_TOKEN": lab.token, "IPYTHONDIR": str(home / "ipython")}
    with (home / "log").open("wb") as log:
        server = subprocess.Popen(command, cwd=folder, env=env, stdout=log, stderr=subprocess.STDOUT)
    try:
        wait_for(lab, server, home / "log")
        yield lab
        lab.end_kernels()
    finally:
        server.terminate()
        server.wait(timeout=30)


def wait_for(lab: Lab, server: subprocess.Popen[bytes], log: Path) -> None:
    """Return when JupyterLab answers; fail with what it has said when it does not."""
    until = time.monotonic() + START_WITHIN
    while time.monotonic() < until and server.poll() is None:
        try:
            lab.call("status")
            return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"JupyterLab did not start:\n{log.read_text(encoding='utf-8', errors='replace')[-2000:]}")
