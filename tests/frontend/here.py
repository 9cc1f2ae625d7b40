"""What the tests of the browser's editor need, and what of it is not here."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

FRONTEND = Path(__file__).parents[2] / "frontend"
EDITOR = FRONTEND / "packages" / "editor"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


def chromium() -> str | None:
    """The browser that the machine has."""
    return next((found for name in CHROMIUM if (found := shutil.which(name))), None)


def need(browser: bool) -> None:
    """Skips, by name, where something is missing."""
    lacks = [
        name
        for name, missing in (
            ("node", shutil.which("node") is None),
            ("npm packages (`npm install` in frontend)", not (FRONTEND / "node_modules" / "axe-core").is_dir()),
            ("chromium", browser and chromium() is None),
        )
        if missing
    ]
    if lacks:
        pytest.skip(f"not here: {', '.join(lacks)}")
