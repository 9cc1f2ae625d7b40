"""A plan and its canonical JSON: what is read back is the same plan."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest
from hypothesis import given, settings

from compiler.plan_json import plan_from_json
from tests.generators.programs import programs
from tests.laws.running import compiled


@settings(max_examples=40, deadline=None)
@given(programs(orders=True))
def test_a_plan_is_read_back_as_it_was_written(text: str) -> None:
    plan = compiled(text).plan()
    written = plan.to_json()
    assert written == json.dumps(asdict(plan), sort_keys=True, separators=(",", ":"), allow_nan=True)
    found = plan_from_json(written)
    assert found.to_json() == written
    assert repr(found) == repr(plan)


def test_a_text_that_is_no_plan_is_refused() -> None:
    for text in ("", "{}", "[]", "1", '{"feeds": 1}'):
        with pytest.raises(ValueError, match=r"not a plan|Expecting"):
            plan_from_json(text)
