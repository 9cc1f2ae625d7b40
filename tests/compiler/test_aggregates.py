"""Aggregates of finer bars: which clocks they take, what is said of others, and what is known of them before a run."""

from __future__ import annotations

import pytest

from compiler.aggregates import AGGREGATES
from compiler.clocks import FINER
from compiler.diagnostics import Diagnostic
from compiler.pipeline import check, compile_text
from compiler.plan import Plan
from stdlib.library import load

HOURLY = 'apx 1\nstrategy "S"\ntrade "AAPL" every 1h\n'
DAILY = HOURLY.replace("1h", "1d")


def mistakes(text: str) -> list[Diagnostic]:
    return [d for d in check(text, load()).diagnostics if d.severity == "error"]


def corrected(text: str) -> str:
    (found,) = mistakes(text)
    (fix,) = found.fixes
    for edit in sorted(fix.edits, key=lambda e: -e.span.start):
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    assert mistakes(text) == []
    return text


def plan(text: str) -> Plan:
    return compile_text(text, load()).plan()


@pytest.mark.parametrize("aggregate", AGGREGATES, ids=lambda a: a.name)
def test_every_aggregate_compiles_as_its_example_shows_it(aggregate) -> None:  # type: ignore[no-untyped-def]
    (source,) = plan(f"{DAILY}plot {aggregate.example}\n").sources
    assert [inner.aggregates for inner in source.plan.sources] == [(aggregate.name,)]


def test_a_finer_clock_alone_is_refused_and_offered_the_last_value() -> None:
    text = HOURLY + "plot close on 15m\n"
    (found,) = mistakes(text)
    assert found.code == "E0409"
    assert "last_inside" in found.hint
    assert corrected(text).endswith("plot last_inside(close on 15m)\n")


@pytest.mark.parametrize(
    ("written", "right"),
    [
        ("count_inside(close > open on 5m)", "count_inside((close > open) on 5m)"),
        ("sum_inside(volume on 5m * 2)", "sum_inside((volume * 2) on 5m)"),
        ("mean_inside((close on 5m) - (open on 5m))", "mean_inside(((close) - (open)) on 5m)"),
    ],
)
def test_an_argument_of_which_only_a_part_is_finer_is_put_in_parentheses(written: str, right: str) -> None:
    text = f"{HOURLY}plot {written}\n"
    assert [d.code for d in mistakes(text)] == ["E0430"]
    assert corrected(text).endswith(f"plot {right}\n")


def test_an_argument_without_a_clock_is_refused() -> None:
    (found,) = mistakes(HOURLY + "plot sum_inside(volume)\n")
    assert (found.code, found.fixes) == ("E0430", ())


@pytest.mark.parametrize(
    ("head", "written"),
    [
        (HOURLY, "sum_inside(volume on 1h)"),
        (HOURLY, "sum_inside(volume on 4h)"),
        (HOURLY, "sum_inside(volume on 7m)"),
        (HOURLY, "sum_inside(volume on 7m) on 1d"),
        (HOURLY, "sum_inside(volume on 1d) on 4h"),
        (HOURLY, "sum_inside((sum_inside(volume on 10m)) on 15m)"),
        (DAILY, "sum_inside(volume on 1d)"),
    ],
)
def test_a_length_that_does_not_fill_the_bars_around_it_is_refused(head: str, written: str) -> None:
    assert [d.code for d in mistakes(f"{head}plot {written}\n")] == ["E0431"]


@pytest.mark.parametrize("written", ['sum_inside(volume on 5m) from "SPY"', 'sum_inside((volume from "SPY") on 5m)'])
def test_other_instruments_have_no_finer_bars(written: str) -> None:
    assert [d.code for d in mistakes(f"{HOURLY}plot {written}\n")] == ["E0432"]


def test_the_position_is_no_part_of_a_finer_bar() -> None:
    assert [d.code for d in mistakes(HOURLY + "plot sum_inside(position.size on 5m)\n")] == ["E0410"]


def test_bars_as_long_as_the_programs_own_or_longer_are_built_from_them() -> None:
    found = plan(HOURLY + "plot sum_inside(volume on 1h) on 1d, sum_inside(volume on 4h) on 1w, sum_inside(volume on 5m) on 1d\n")
    inner = {(source.every, part.symbol, part.every) for source in found.sources for part in source.plan.sources}
    assert inner == {("1d", "", ""), ("1w", "", "4h"), ("1d", FINER, "5m")}


def test_names_and_definitions_are_computed_on_the_finer_clock() -> None:
    named = HOURLY + "let step = close - close[1]\ndefine size(x) = sum_inside((abs(x)) on 5m)\nplot size(step)\n"
    spelt = HOURLY + "plot sum_inside((abs(close - close[1])) on 5m)\n"
    assert plan(named).sources == plan(spelt).sources


def test_a_remembered_value_has_a_state_of_its_own_on_the_finer_clock() -> None:
    text = HOURLY + "remember run = if close > open then run + 1 else 0 end initially 0\nplot run, last_inside(run on 5m)\n"
    ((source,),) = (plan(text).sources,)
    assert any(step.op == "scan" for step in source.plan.steps)
    assert any(step.op == "scan" for step in plan(text).steps)


def test_units_go_through_an_aggregate() -> None:
    assert [d.code for d in mistakes(HOURLY + "plot sum_inside(volume on 5m) + close\n")] == ["E0301"]
    assert mistakes(HOURLY + "plot highest_inside(high on 5m) - high, count_inside((close > open) on 5m) + 1\n") == []
    assert len(mistakes(HOURLY + "plot sum_inside((close > open) on 5m)\n")) == 1
    assert len(mistakes(HOURLY + "plot count_inside(close on 5m)\n")) == 1


def test_warm_up_counts_bars_of_the_program() -> None:
    assert plan(HOURLY + "plot sum_inside((sma(close, 25)) on 5m)\n").warmup == 2
    assert plan(HOURLY + "plot sum_inside((close - close[1]) on 5m)\n").warmup == 1
    assert plan(HOURLY + "plot sum_inside(close on 5m)\n").warmup == 0


def test_the_cost_of_a_bar_counts_every_finer_one() -> None:
    assert plan(HOURLY + "plot sum_inside((rsi(close, 14)) on 1m)\n").cost > 10 * plan(HOURLY + "plot rsi(close, 14)\n").cost
