"""The machine under test, in one piece, compiled in its layers, and as plain Python."""

from __future__ import annotations

from typing import Any

import pytest

from runtime.machine import core
from tests.runtime.machine.desk import plain, welded


@pytest.fixture(params=["welded", "compiled", "plain"])
def module(request: pytest.FixtureRequest) -> Any:
    """The machine under test: in one piece, compiled in its layers, and as plain Python."""
    if request.param == "welded":
        return welded[0]
    if request.param == "compiled":
        if not str(core.__file__).endswith(".so"):
            pytest.fail("the machine is not compiled: run `python setup.py build_ext --inplace`")
        return core
    return plain
