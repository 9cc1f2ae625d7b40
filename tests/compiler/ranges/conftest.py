"""How many programs each law of ranges is tried on: 60, or as many as LAW_PROGRAMS says."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

PROGRAMS = int(os.environ.get("LAW_PROGRAMS", "60"))
QUIET = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much, HealthCheck.large_base_example)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    functions = {getattr(i, "function", None): hasattr(i, "callspec") for i in items if i.path.parent.name == "ranges"}
    for function, repeated in functions.items():
        if hasattr(function, "hypothesis"):  # a law that is tried on many things takes fewer examples of each
            settings(max_examples=PROGRAMS // 3 if repeated else PROGRAMS, deadline=None, suppress_health_check=QUIET)(function)
