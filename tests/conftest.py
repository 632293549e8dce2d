"""What the tests share: figures without a window, one profile of hypothesis, real data if it is there."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

os.environ.setdefault("MPLBACKEND", "Agg")

# A property is slow on a busy machine without being wrong; CI tries the same examples every time.
settings.register_profile("course", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("course")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data sets that lies beside the project, or that COURSE_TEST_DATA names."""
    beside = Path(__file__).parents[2] / "shared" / "data"
    folder = Path(os.environ.get("COURSE_TEST_DATA") or beside)
    if not folder.is_dir():
        pytest.skip(f"no real data in {folder}: let COURSE_TEST_DATA name the folder that holds them")
    return folder


@pytest.fixture(scope="session")
def die_while_saving() -> Callable[[str, Path, Path, int], None]:
    """Loads a noun, such as "card.Card", from a folder and saves it to another in a process killed at a given write."""

    def die(noun: str, source: Path, target: Path, at: int) -> None:
        module, name = noun.split(".")
        dying = f"""
            import os
            from course_lib.{module} import {name}
            import course_lib.files as files
            replace, calls = os.replace, []
            def die(*args):
                calls.append(args)
                if len(calls) == {at}: os._exit(9)
                replace(*args)
            files.os.replace = die
            {name}.load({str(source)!r}).save({str(target)!r})
        """
        assert subprocess.run([sys.executable, "-c", textwrap.dedent(dying)]).returncode == 9

    return die
