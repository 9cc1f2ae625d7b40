"""A plan and its canonical JSON: what is read back is the same plan."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

import pytest
from hypothesis import given, settings

from compiler.plan_json import plan_from_json
from compiler.terms import NO_TERMS, Terms
from tests.generators.programs import programs
from tests.laws.running import compiled


@settings(max_examples=40, deadline=None)
@given(programs(orders=True))
def test_a_plan_is_read_back_as_it_was_written(text: str) -> None:
    plan = compiled(text).plan()
    written = plan.to_json()
    fields = asdict(plan)
    if plan.account.terms == NO_TERMS:
        del fields["account"]["terms"]
    assert written == json.dumps(fields, sort_keys=True, separators=(",", ":"), allow_nan=True)
    found = plan_from_json(written)
    assert found.to_json() == written
    assert repr(found) == repr(plan)


def test_the_terms_of_a_broker_are_read_back() -> None:
    plan = compiled('apx 1\nstrategy "Short"\ntrade "A" every 1d\nwhen close < open\n  short 10% of equity\n').plan()
    charged = replace(plan, account=replace(plan.account, terms=Terms(borrow=0.01, maintenance=0.25)))
    assert plan_from_json(charged.to_json()) == charged


def test_a_text_that_is_no_plan_is_refused() -> None:
    for text in ("", "{}", "[]", "1", '{"feeds": 1}'):
        with pytest.raises(ValueError, match=r"not a plan|Expecting"):
            plan_from_json(text)
