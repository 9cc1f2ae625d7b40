"""Inputs: what is declared, which values are allowed, and what is said of the others."""

from __future__ import annotations

import pytest

from compiler.inputs import InputError, InputInfo
from compiler.pipeline import check
from compiler.program import Program
from stdlib.library import load

HEAD = 'apx 1\nstrategy "Inputs"\ntrade "SPY" every 1d\n'


def program(body: str) -> Program:
    result = check(HEAD + body + "\n", load())
    assert [d.message for d in result.diagnostics if d.severity == "error"] == []
    assert result.program is not None
    return result.program


def info(line: str, use: str = "plot close * x") -> InputInfo:
    (only,) = program(f"{line}\n{use}").inputs
    return only


def codes(body: str) -> list[str]:
    return [d.code for d in check(HEAD + body + "\n", load()).diagnostics if d.severity == "error"]


def test_an_input_carries_everything_its_line_says() -> None:
    found = info(
        '## How much may be lost.\ninput x = 1% in 0.25% .. 3% step 0.25% "Risk"', "when close > open\n  buy x of equity"
    )
    assert found == InputInfo(
        name="x", kind="number", unit="ratio", default=0.01, low=0.0025, high=0.03, step=0.0025, choices=(), label="Risk",
        doc="How much may be lost.", written="1%", range_written="0.25% .. 3%",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("line", "default", "low", "high", "step", "choices"),
    [
        ("input x = 3", 3.0, None, None, None, ()),
        ("input x = -3", -3.0, None, None, None, ()),
        ("input x = 1_000", 1000.0, None, None, None, ()),
        ("input x = 2.5 in 1 .. 4", 2.5, 1.0, 4.0, None, ()),
        ("input x = -1 in -2 .. 0 step 0.5", -1.0, -2.0, 0.0, 0.5, ()),
        ("input x = 10 bps", 0.001, None, None, None, ()),
        ("input x = 3 ticks", 3.0, None, None, None, ()),
        ("input x = 2 in [1, 2, 4]", 2.0, None, None, None, (1.0, 2.0, 4.0)),
        ("input x = true", True, None, None, None, ()),
        ('input x = "fast" in ["fast", "slow"]', "fast", None, None, None, ("fast", "slow")),
    ],
)
def test_defaults_ranges_steps_and_choices(
    line: str, default: object, low: object, high: object, step: object, choices: object
) -> None:
    use = {"true": "when x and close > open\n  exit position", '"fast"': 'when x == "fast" and close > open\n  exit position'}
    found = info(line, next((u for key, u in use.items() if f"= {key}" in line), "plot close * x"))
    assert (found.default, found.low, found.high, found.step, found.choices) == (default, low, high, step, choices)


@pytest.mark.parametrize(
    ("line", "value", "message"),
    [
        ("input x = 20 in 5 .. 50", 4, "`x` can be 5 .. 50; 4 is outside that range."),
        ("input x = 20 in 5 .. 50", 50.5, "`x` can be 5 .. 50; 50.5 is outside that range."),
        ("input x = 20 in 5 .. 50", float("nan"), "`x` can be 5 .. 50; nan is outside that range."),
        ("input x = 20 in 5 .. 50", float("inf"), "`x` can be 5 .. 50; inf is outside that range."),
        ("input x = 20", float("nan"), "`x` takes a number; nan is not."),
        ("input x = 20", float("inf"), "`x` takes a number; inf is not."),
        ("input x = 20 in 5 .. 50", "20", "`x` takes a number; '20' is not."),
        ("input x = 20 in 5 .. 50", True, "`x` takes a number; True is not."),
        ("input x = 1% in 0.5% .. 3%", 1, "`x` can be 0.5% .. 3%; 1 is outside that range."),
        ("input x = 2 in [1, 2, 4]", 3, "`x` can be one of 1, 2, 4; 3 is not among them."),
    ],
)
def test_a_value_that_is_not_allowed_is_refused_with_what_is(line: str, value: object, message: str) -> None:
    with pytest.raises(InputError) as caught:
        program(f"{line}\nplot close * x").plan({"x": value})  # type: ignore[dict-item]
    assert str(caught.value) == message


def test_truths_and_texts_take_their_own_kind() -> None:
    truths = program("input on_trend = true\nwhen on_trend and close > open\n  exit position")
    assert truths.values({"on_trend": False}) == {"on_trend": False}
    with pytest.raises(InputError, match="`on_trend` takes true or false; 1 is not"):
        truths.values({"on_trend": 1})
    texts = program('input mode = "fast" in ["fast", "slow"]\nwhen mode == "fast" and close > open\n  exit position')
    assert texts.values({"mode": "slow"}) == {"mode": "slow"}
    with pytest.raises(InputError, match='`mode` can be one of "fast", "slow"; \'medium\' is not among them'):
        texts.values({"mode": "medium"})
    with pytest.raises(InputError, match="`mode` takes a text"):
        texts.values({"mode": 3})


def test_ends_of_a_range_belong_to_it() -> None:
    found = program("input x = 20 in 5 .. 50\nplot close * x")
    assert found.values({"x": 5})["x"] == 5.0
    assert found.values({"x": 50})["x"] == 50.0


def test_a_value_for_no_input_names_the_inputs_there_are() -> None:
    with pytest.raises(InputError, match="no input `z`; its inputs: `x`, `y`"):
        program("input x = 1\ninput y = 2\nplot close * x * y").values({"z": 3})
    with pytest.raises(InputError, match="no input `z`; its inputs: none"):
        program("plot close").values({"z": 3})


def test_a_requirement_that_does_not_hold_shows_the_values_it_is_about() -> None:
    found = program(
        "input f = 5 bars\ninput fast = 10 bars\ninput slow = 50 bars\nrequire fast < slow\nplot sma(close, fast), sma(close, slow), sma(close, f)"
    )
    assert found.values({"fast": 49})["fast"] == 49.0
    with pytest.raises(InputError) as caught:
        found.values({"fast": 60})
    assert str(caught.value) == "The program requires `fast < slow`; it does not hold for fast = 60, slow = 50."


def test_a_requirement_that_is_unknown_does_not_hold() -> None:
    found = program("input x = 1 in 0 .. 4\nrequire 4 / x > 1\nplot close * x")
    with pytest.raises(InputError, match="does not hold for x = 0"):
        found.values({"x": 0})


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("input x = 20 in 50 .. 5\nplot close * x", "E0606"), ("input x = 20 in 5 .. 50 step 0\nplot close * x", "E0606"),
        ("input x = 20 in 5 .. 50 step -1\nplot close * x", "E0606"), ("input x = 2 in 5 .. 50\nplot close * x", "E0607"),
        ("input x = 3 in [1, 2, 4]\nplot close * x", "E0607"), ("input x = 60 in 5 .. 50\nplot close * x", "E0607"),
        ("input x = close\nplot close * x", "E0404"), ("input x = unknown\nplot close * x", "E0404"), ("input x = sma(close, 3)\nplot close * x", "E0110"),
        ("input x = 20 bars in 1% .. 3%\nplot sma(close, x)", "E0301"), ("input x = 2 in [1, true]\nplot close * x", "E0303"),
        ("input x = 5 in 1 .. close\nplot close * x", "E0404"), ("input x = 1 in [1, close]\nplot close * x", "E0404"),
        ("input a = 5 bars\ninput b = 3 bars\nrequire a < b\nplot sma(close, a), sma(close, b)", "E0608"),
        ("input a = 5 bars\nrequire a < close\nplot sma(close, a)", "E0301"), ("input a = 5\nrequire a < close\nplot close * a", "E0609"),
        ("input a = 5 bars\nrequire sma(close, a) > 3\nplot sma(close, a)", "E0609"), ("input a = 5 bars\nrequire a\nplot sma(close, a)", "E0302"),
        ("require 1 > 2\nplot close", "E0608"), ("require position.size > 0\nplot close", "E0609"), ('input x = "a" in ["b", "c"]\nplot if x == "b" then 1 else 2 end', "E0607"),
        ("input x = 1 in [1, 1]\nplot close * x", "E0606"), ("input x = 5 in 1 .. 9 step 20\nplot close * x", "E0606"),
    ],
)  # fmt: skip
def test_a_declaration_that_makes_no_sense_has_one_mistake(body: str, code: str) -> None:
    assert codes(body) == [code]


def test_plans_for_different_inputs_differ_and_for_equal_ones_are_the_same_object() -> None:
    found = program("input n = 20 bars in 5 .. 50\nplot sma(close, n)")
    assert found.plan({"n": 20}) is found.plan()
    assert found.plan({"n": 21}).hash != found.plan().hash
    assert found.plan({"n": 21}).warmup == 20
    assert program("input n = 20 bars in 5 .. 50\nplot sma(close, n)").plan().hash == found.plan().hash


def test_an_input_may_turn_a_rule_off() -> None:
    found = program("input on_trend = true\nwhen on_trend and close > open\n  buy 10 shares")
    off = found.plan({"on_trend": False})
    assert off.hash != found.plan().hash
    assert found.plan({"on_trend": False}).steps == ()
