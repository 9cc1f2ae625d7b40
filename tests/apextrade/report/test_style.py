"""The page's colours: enough contrast in both themes (WCAG 2.2 AA)."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

CSS = files("apextrade.report").joinpath("report.css").read_text("utf-8")


def themes() -> dict[str, dict[str, str]]:
    light, dark = re.findall(r":root \{(.*?)\}", CSS, re.S)[:2]
    read = lambda block: dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))  # noqa: E731
    return {"light": read(light), "dark": read(light) | read(dark)}


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(a: str, b: str) -> float:
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("ground", ["paper", "panel"])
@pytest.mark.parametrize("text", ["ink", "soft", "gain", "loss", "equity"])
def test_text_stands_out_from_its_ground(theme: str, ground: str, text: str) -> None:
    colours = themes()[theme]
    assert contrast(colours[text], colours[ground]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("heat", [f"{side}{level}" for side in "ud" for level in range(1, 5)])
def test_monthly_returns_can_be_read_on_every_heat(theme: str, heat: str) -> None:
    colours = themes()[theme]
    assert contrast(colours["heat-ink"], colours[heat]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("level", range(8))
def test_numbers_can_be_read_on_every_colour_of_a_heatmap(theme: str, level: int) -> None:
    colours = themes()[theme]
    ink = re.search(rf"fill: var\(--q{level}\); color: var\(--(qi\d)\);", CSS)
    assert ink is not None
    assert contrast(colours[ink[1]], colours[f"q{level}"]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("line", ["hold", "equity", "loss", "gain", "p0", "p1", "p2", "p3", "p4", "p5"])
def test_lines_stand_out_from_the_paper(theme: str, line: str) -> None:
    colours = themes()[theme]
    assert contrast(colours[line], colours["paper"]) >= 3.0


def test_every_colour_that_is_used_is_defined() -> None:
    used, defined = set(re.findall(r"var\(--([\w-]+)\)", CSS)), set(re.findall(r"--([\w-]+):", CSS))
    assert used <= defined
