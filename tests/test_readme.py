"""README: every picture is there and described, and every file that the map names exists."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_picture_is_there_and_described():
    pictures = re.findall(r'<img src="([^"]+)" width="\d+" alt="([^"]*)">', README)
    assert len(pictures) == README.count("<img")
    for path, alt in pictures:
        assert (ROOT / path).is_file()
        assert len(alt) > 40


def test_every_file_of_the_map_exists():
    house = README.split("## The house")[1].split("## Measured")[0]
    rows = [line.split("|")[1] for line in house.splitlines() if line.startswith("| `")]
    named = [(row, name) for row in rows for name in re.findall(r"`([^`]+)`", row)]
    assert len(named) > 15
    for row, name in named:
        folder = ROOT / re.search(r"`((?:\w+/)*)", row).group(1)
        assert (ROOT / name).exists() or (folder / name).exists(), name


def test_nothing_is_left_to_fill_in():
    assert not re.findall(r"@\w+|TODO|\?\?\?", README)
