"""Every figure in assets/ is small, accessible, self-contained and legible at 700 px wide."""

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

ASSETS = Path(__file__).parents[1] / "assets"
FIGURES = sorted(ASSETS.glob("*.svg"))
SVG = "{http://www.w3.org/2000/svg}"
FONT_SIZE = re.compile(r"font-size\s*[:=]\s*[\"']?\s*([^\s;\"'}]+)")
FORBIDDEN = {"script", "foreignObject", "image", "iframe", "a"}

each_figure = pytest.mark.parametrize("path", FIGURES, ids=lambda path: path.name)


def test_there_is_a_figure() -> None:
    assert FIGURES


@each_figure
def test_is_accessible(path: Path) -> None:
    root = ET.parse(path).getroot()
    assert root.tag == f"{SVG}svg" and root.get("role") == "img"
    named = {node.get("id"): node for node in root if node.tag in (f"{SVG}title", f"{SVG}desc")}
    assert len(named) == 2 and all((node.text or "").strip() for node in named.values())
    assert set(root.get("aria-labelledby", "").split()) == set(named)
    assert path.name in (ASSETS / "README.md").read_text(encoding="utf-8"), "alt text is missing"


@each_figure
def test_is_small_and_self_contained(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert path.stat().st_size < 60_000
    assert "@import" not in text and "<!ENTITY" not in text and "<?xml-stylesheet" not in text
    assert all(target.startswith("#") for target in re.findall(r"url\(\s*[\"']?([^)\"']*)", text))
    for node in ET.fromstring(text).iter():
        assert node.tag.removeprefix(SVG) not in FORBIDDEN
        for name, value in node.attrib.items():
            assert not name.startswith("on"), f"{name} is a script"
            assert not name.endswith(("href", "src")) or value.startswith("#"), f"{value} is external"


@each_figure
def test_text_is_at_least_12_px_at_700_px_wide(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    root = ET.fromstring(text)
    width = float(root.attrib["viewBox"].split()[2])
    sizes = FONT_SIZE.findall(text)
    assert sizes, "state the font size"
    for size in sizes:  # float() refuses em, rem and %, whose pixels depend on the page
        assert float(size.removesuffix("px")) * 700 / width >= 12, f"font-size {size} is too small"
    for group in root.iter():
        if "scale" in group.get("transform", "") or group.tag == f"{SVG}symbol":
            assert group.find(f".//{SVG}text") is None and group.tag != f"{SVG}text", "text is scaled"


def test_ids_are_unique_across_figures() -> None:
    ids = [node.get("id") for path in FIGURES for node in ET.parse(path).iter() if node.get("id")]
    assert len(ids) == len(set(ids))
