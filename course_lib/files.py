"""Writing files so that a machine that dies in the middle leaves the old file or the new one, never half of one."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path


def write_atomically(path: Path, content: bytes | str) -> None:
    """Write `content` (text as UTF-8) beside `path`, flush it to the disk, and rename it into place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    data = content.encode() if isinstance(content, str) else content
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(beside, 0o666 & ~_umask())  # mkstemp makes private files; a card is for showing
        os.replace(beside, path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise


def copy_aside(path: Path) -> Path:
    """Copy a file that is about to be replaced to the next free name, such as card-earlier-1.json; returns that."""
    number = 1
    while (other := path.with_name(f"{path.stem}-earlier-{number}{path.suffix}")).exists():
        number += 1
    write_atomically(other, path.read_bytes())
    return other


def safe_name(text: str) -> str:
    """`text` as part of a file name: letters, digits and dashes only, whatever a class or an image is called."""
    return re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-")[:40] or "x"


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
