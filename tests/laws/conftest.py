"""How many programs each law is tried on: 150, or as many as LAW_PROGRAMS says (the long target sets it). A module's SHARE takes one in so many."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

PROGRAMS = int(os.environ.get("LAW_PROGRAMS", "150"))
QUIET = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much, HealthCheck.large_base_example)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        function = getattr(item, "function", None)
        if hasattr(function, "hypothesis") and item.path.parent.name == "laws":
            share = getattr(item.module, "SHARE", 1)  # type: ignore[attr-defined]
            settings(max_examples=max(1, PROGRAMS // share), deadline=None, suppress_health_check=QUIET)(function)
