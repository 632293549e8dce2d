"""What the tests share: figures without a window, one profile of hypothesis, real data if it is there."""

from __future__ import annotations

import os
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
