"""The laws of tests and reasons, on generated programs and hostile markets: what is said of a bar is what the run did on it."""

from __future__ import annotations

import math
import re

from hypothesis import given
from hypothesis import strategies as st

from runtime.backtest import backtest, signals
from runtime.candles import Candles
from runtime.filetests import candles_of, run_test
from runtime.machine.instrument import Instrument
from runtime.why.explain import why
from runtime.why.readings import ClauseReading
from tests.generators.markets import markets
from tests.generators.programs import programs
from tests.laws.running import compiled

TICK = Instrument(tick=0.01)


def kleene(clause: ClauseReading) -> int:
    """The truth that the parts of a clause give it; its own where it has none."""
    truths = [part.truth for part in clause.parts]
    match clause.form:
        case "all":
            return min(truths)
        case "any":
            return max(truths)
        case "not":
            return 2 - truths[0]
        case "name":
            return truths[0]
    return clause.truth


def every(clause: ClauseReading) -> list[ClauseReading]:
    return [clause, *(inner for part in clause.parts for inner in every(part))]


@given(text=programs(), candles=markets(60), bar=st.integers(0, 59))
def test_what_is_said_of_a_bar_is_what_the_run_did_on_it(text: str, candles: Candles, bar: int) -> None:
    program = compiled(text)
    columns = signals(program.plan(), candles, TICK)
    rules = why(program, candles, bar, {}, TICK).rules
    for rule in rules:
        assert rule.truth == columns.truth(f"rule_{rule.number}")[bar], text
        for clause in every(rule.clause):
            fits_its_parts(clause, text)
            if clause.truth == 1 and clause.form not in ("all", "any", "not", "name"):
                said = [value.reason for value in clause.values if value.reason] or [clause.reason]
                assert all(said), ("unknown without a reason", clause.text, bar, text)
    result = backtest(program.plan(want="backtest"), candles, instrument=TICK)
    now = result.stamp(float(bar))
    actions = [action for rule in rules for action in rule.actions]
    made = [(o["id"], o["verb"], o["quantity"], o["status"]) for o in result.order_records() if o["made"] == now]
    assert sorted(made) == sorted((a.order.id + 1, a.verb, a.order.quantity, a.order.status) for a in actions if a.order), text
    causes = {event["cause"] for event in result.trace_records() if event["first"] <= now <= event["last"]}
    assert {action.cause for action in actions if action.outcome == "refused"} <= causes, text


def fits_its_parts(clause: ClauseReading, text: str) -> None:
    """A clause is what its parts make it, and some part of those that decide decides."""
    assert clause.truth == kleene(clause), (clause.text, text)
    if clause.decides and clause.form in ("all", "any"):
        assert any(part.decides for part in clause.parts), (clause.text, text)
    if clause.form == "compare" and clause.values[0].kind == "number":
        assert (clause.truth == 1) == any(math.isnan(value.value) for value in clause.values), (clause.text, text)


def literal(value: float) -> str:
    return "unknown" if math.isnan(value) else repr(value) if value >= 0 else f"-{-value!r}"


@given(text=programs(), candles=markets(30, ("calm", "wild", "steps", "holes")))
def test_a_test_that_says_what_a_run_did_passes_and_one_that_says_otherwise_fails(text: str, candles: Candles) -> None:
    lists = "".join(
        f"  given {name} = [{', '.join(literal(x) for x in getattr(candles, name).tolist())}]\n"
        for name in ("open", "high", "low", "close", "volume")
    )
    head = compiled(text + 'test "t"\n' + lists + "  expect position 0 at bar 0\n")
    (case,) = head.tests
    bars, instrument = candles_of(case.bars, "1d", "TEST"), Instrument(tick=case.tick)
    result = backtest(head.plan({}, case.tick, "backtest"), bars, instrument=instrument)
    columns = signals(head.plan({}, case.tick), bars, instrument)
    stamps = [result.stamp(float(bar)) for bar in range(len(bars))]
    orders = {(record["verb"], stamps.index(record["made"])) for record in result.order_records()}
    busy = {bar for _, bar in orders}
    lines = [f"expect {verb} at bar {bar}" for verb, bar in sorted(orders)]
    lines += [f"expect no order at bar {bar}" for bar in range(len(bars)) if bar not in busy]
    lines += [
        f"expect position {literal(float(held))} at bar {bar}" for bar, held in enumerate(result.position_values) if bar % 7 == 0
    ]
    for name, column in columns.columns.items():
        if column.role == "let":
            for bar in (3, 17, 29):
                value = float(columns[name][bar])
                said = literal(value) if column.kind == "number" or math.isnan(value) else str(value == 1.0).lower()
                lines.append(f"expect {name} at bar {bar} is {said}")
    program = compiled(text + 'test "t"\n' + lists + "".join(f"  {line}\n" for line in lines))
    found = run_test(program, program.tests[0])
    assert found.passed, ([(o.expectation.text, o.happened) for o in found.failures], text)
    for verb, bar in sorted(orders)[:1]:
        other = next((b for b in range(len(bars)) if (verb, b) not in orders), None)
        if other is not None:
            wrong = compiled(text + 'test "t"\n' + lists + f"  expect {verb} at bar {other}\n")
            (failure,) = run_test(wrong, wrong.tests[0]).failures
            assert str(bar) in re.findall(r"\d+", failure.happened), (failure.happened, text)
