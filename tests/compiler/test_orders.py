"""Every order form and attached line: the action of the plan it becomes, and the row code of its prices."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from compiler.dump import row_lines
from compiler.fold import EVALUATE
from compiler.operators import OPERATORS
from compiler.pipeline import check
from compiler.plan import ActionCode, Plan, Price
from stdlib.library import load

HEAD = 'apx 1\nstrategy "Orders"\ntrade "SPY" every 1d\n'


def plan(body: str, want: str = "backtest") -> Plan:
    result = check(HEAD + body + "\n", load())
    assert [d.message for d in result.diagnostics if d.severity == "error"] == []
    assert result.program is not None
    return result.program.plan(want="backtest" if want == "backtest" else "signals")


def action(lines: str) -> tuple[ActionCode, Plan]:
    result = plan(f"when close > open\n  {lines}")
    assert result.machine is not None
    (only,) = result.machine.actions
    return only, result


def constant(result: Plan, slot: int) -> float:
    """The value of a slot that holds a constant."""
    assert result.machine is not None
    where = result.machine.slots[slot]
    assert where.where == "column"
    return dict(result.constants)[where.index]


def shown(result: Plan, slot: int) -> str:
    """What a slot of the plan is computed from."""
    assert result.machine is not None
    where = result.machine.slots[slot]
    if where.where == "row":
        return f"row {where.index}"
    return register(result, where.index)


def register(result: Plan, index: int, before: int | None = None) -> str:
    if index < len(result.feeds):
        return result.feeds[index]
    if index in dict(result.constants):
        return f"{dict(result.constants)[index]:g}"
    at = next(i for i in reversed(range(len(result.steps) if before is None else before)) if index in result.steps[i].outputs)
    step = result.steps[at]
    return f"{step.op}({', '.join([register(result, i, at) for i in step.inputs] + [f'{p:g}' for p in step.params])})"


def price_of(price: Price | None, entry: float, side: float, stop: float, frozen: tuple[float, ...] = ()) -> float:
    """An attached price at a fill, by running its row code."""
    assert price is not None
    assert len(price.frozen) == len(frozen)
    inputs = (entry, side, stop, *frozen)
    registers = [math.nan] * price.code.registers
    for register, value in price.code.constants:
        registers[register] = value
    for register, position in price.code.loads:
        registers[register] = inputs[position]
    for op, dst, a, b, c in price.code.instructions:
        operator = OPERATORS[op]
        registers[dst] = EVALUATE[operator.name](*(registers[r] for r in (a, b, c)[: len(operator.takes)]))
    (result,) = price.code.results
    return registers[result]


@pytest.mark.parametrize(
    ("size", "sizing", "value"),
    [
        ("10% of equity", "equity", 0.1), ("50 bps of equity", "equity", 0.005), ("25% of cash", "cash", 0.25), ("0.5 of equity", "equity", 0.5),
        ("5_000 USD", "money", 5000.0), ("50 shares", "quantity", 50.0), ("0.5 units", "quantity", 0.5), ("1 share", "quantity", 1.0),
        ("2 * 50 shares", "quantity", None), ("5_000 USD / close", "quantity", None), ("10 shares * close", "money", None),
    ],
)  # fmt: skip
@pytest.mark.parametrize("verb", ["buy", "short"])
def test_a_size_says_what_it_is_a_share_of(verb: str, size: str, sizing: str, value: float | None) -> None:
    found, result = action(f"{verb} {size}")
    assert (found.verb, found.sizing, found.entry) == (verb, sizing, "next_open")
    assert found.size >= 0
    if value is not None:
        assert constant(result, found.size) == value


def test_an_input_is_a_size_by_its_unit() -> None:
    body = "input risk = 1%\ninput lots = 5 shares\nwhen close > open\n  buy risk of equity\n  short lots\n"
    machine = plan(body).machine
    assert machine is not None
    assert [(a.verb, a.sizing) for a in machine.actions] == [("buy", "equity"), ("short", "quantity")]


@pytest.mark.parametrize(
    ("entry", "kind", "price", "limit"),
    [
        ("", "next_open", None, None), ("at next open", "next_open", None, None), ("at this close", "this_close", None, None),
        ("at limit close * 0.99", "limit", "mul(close, 0.99)", None), ("at stop high", "stop", "high", None),
        ("at stop high limit high + 1", "stop_limit", "high", "add(high, 1)"), ("at limit 100", "limit", "100", None),
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "order", ["buy 10 shares", "short 10 shares", "sell 10 shares", "cover 10 shares", "exit position", "exit 50% of position"]
)
def test_an_entry_says_how_an_order_fills(order: str, entry: str, kind: str, price: str | None, limit: str | None) -> None:
    found, result = action(f"{order} {entry}")
    assert found.entry == kind
    assert (shown(result, found.price) if found.price >= 0 else None) == price
    assert (shown(result, found.limit) if found.limit >= 0 else None) == limit


@pytest.mark.parametrize(
    ("text", "verb", "sizing", "tag"),
    [
        ("buy 10 shares", "buy", "quantity", "line 5"), ('buy 10 shares named "core"', "buy", "quantity", "core"),
        ("sell 10 shares", "sell", "quantity", "line 5"), ("sell 50% of position", "sell", "position", "line 5"),
        ("cover 10 shares", "cover", "quantity", "line 5"), ("cover 50% of position", "cover", "position", "line 5"),
        ("exit position", "exit", "all", ""), ("exit 50% of position", "exit", "position", ""), ('exit "core"', "exit", "all", "core"),
        ("cancel", "cancel", "none", ""), ('cancel "core"', "cancel", "none", "core"), ('notify "up"', "notify", "none", ""),
    ],
)  # fmt: skip
def test_every_verb_has_its_sizing_and_tag(text: str, verb: str, sizing: str, tag: str) -> None:
    first = 'when close > open\n  buy 1 share named "core"\n' if text.startswith(("exit", "cancel")) else ""
    code = plan(f"{first}when close > open\n  {text}").machine
    assert code is not None
    found = code.actions[-1]
    assert (found.verb, found.sizing, found.tag) == (verb, sizing, tag)


NAN = math.nan


@pytest.mark.parametrize(
    ("line", "which", "side", "expected"),
    [
        ("stop loss at entry - 5", "stop", 1, 95.0), ("stop loss at entry * 0.9", "stop", 1, 90.0), ("stop loss at 80", "stop", 1, 80.0),
        ("stop loss at 2%", "stop", 1, 98.0), ("stop loss at 2%", "stop", -1, 102.0), ("stop loss at 200 bps", "stop", 1, 98.0),
        ("stop loss at 5 ticks", "stop", 1, 0.05), ("stop loss at entry - 5 ticks", "stop", 1, 99.95),
        ("take profit at entry + 5", "target", 1, 105.0), ("take profit at 4%", "target", 1, 104.0), ("take profit at 4%", "target", -1, 96.0),
        ("take profit at 120", "target", 1, 120.0), ("take profit at 50 bps", "target", -1, 99.5),
    ],
)  # fmt: skip
def test_an_attached_price_is_computed_at_the_fill(line: str, which: str, side: int, expected: float) -> None:
    found, _ = action(f"{'buy' if side > 0 else 'short'} 10 shares\n    {line}")
    price = found.stop if which == "stop" else found.target
    assert price_of(price, 100.0, float(side), NAN) == pytest.approx(expected, abs=1e-12)
    assert (found.target if which == "stop" else found.stop) is None


@pytest.mark.parametrize(("verb", "stop", "expected"), [("buy", 95.0, 115.0), ("short", 105.0, 85.0)])
def test_r_is_the_distance_from_the_entry_to_the_stop(verb: str, stop: float, expected: float) -> None:
    found, _ = action(f"{verb} 10 shares\n    stop loss at 5%\n    take profit at 3 R")
    assert price_of(found.target, 100.0, 1.0 if verb == "buy" else -1.0, stop) == expected


def test_what_a_stop_reads_besides_the_entry_is_frozen_at_the_order() -> None:
    found, result = action(
        "buy 10 shares\n    stop loss at entry - 2 * atr(14)\n    take profit at max(entry + high - low, high)"
    )
    assert found.stop is not None
    assert len(found.stop.frozen) == 1
    assert shown(result, found.stop.frozen[0]).startswith("mul(")
    assert price_of(found.stop, 100.0, 1.0, NAN, (4.0,)) == 96.0
    assert found.target is not None
    assert price_of(found.target, 100.0, 1.0, 96.0, tuple(5.0 for _ in found.target.frozen)) == 100.0


@pytest.mark.parametrize(
    ("line", "distance", "share", "after", "after_share"),
    [
        ("trail by 2 * atr(14)", "mul(", False, None, False), ("trail by 2%", "0.02", True, None, False), ("trail by 5 ticks", "0.05", False, None, False),
        ("trail by 3 after 1%", "3", False, "0.01", True), ("trail by 1% after 2 * atr(14)", "0.01", True, "mul(", False),
    ],
)  # fmt: skip
def test_a_trail_is_a_distance_or_a_share_and_may_wait(
    line: str, distance: str, share: bool, after: str | None, after_share: bool
) -> None:
    found, result = action(f"buy 10 shares\n    {line}")
    assert shown(result, found.trail).startswith(distance)
    assert found.trail_share is share
    assert (found.trail_after >= 0) is (after is not None)
    assert after is None or shown(result, found.trail_after).startswith(after)
    assert found.trail_after_share is after_share


@pytest.mark.parametrize(
    ("line", "slot"), [("hold at most 20 bars", "hold"), ("hold at most 20", "hold"), ("expire after 5 bars", "expire")]
)
def test_waits_are_counted_in_bars(line: str, slot: str) -> None:
    found, result = action(f"buy 10 shares\n    {line}")
    assert constant(result, getattr(found, slot)) == float(line.split()[-2] if line.endswith("bars") else line.split()[-1])


def test_all_attached_lines_may_stand_together_in_any_order() -> None:
    lines = ["stop loss at 2%", "take profit at 3 R", "trail by 1%", "hold at most 9 bars", "expire after 3 bars"]
    one, _ = action("buy 10 shares\n    " + "\n    ".join(lines))
    other, _ = action("buy 10 shares\n    " + "\n    ".join(reversed(lines)))
    assert [getattr(one, f) for f in ("trail", "hold", "expire")] != [-1, -1, -1]
    assert one.stop is not None
    assert one.target is not None
    assert (one.stop, one.target, one.trail_share) == (other.stop, other.target, other.trail_share)


def test_otherwise_acts_on_known_false_only() -> None:
    result = plan("when close > open\n  buy 10 shares\notherwise\n  exit position")
    assert result.machine is not None
    buy, leave = result.machine.actions
    assert shown(result, buy.fires) == "lt(open, close)"
    assert shown(result, leave.fires) == "le(close, open)"
    assert (buy.rule, leave.rule, result.machine.rules) == (0, 0, 1)


def test_rules_are_numbered_in_the_order_of_the_text() -> None:
    result = plan(
        'when close > open\n  buy 10 shares\n  notify "a"\nwhen close < open\n  exit position\nwhen close == open\n  cancel'
    )
    assert result.machine is not None
    assert [a.rule for a in result.machine.actions] == [0, 0, 1, 2]


def test_a_text_is_filled_in_at_the_close() -> None:
    found, result = action('notify "up {close} of {symbol} by {position.size}!"')
    assert [part if isinstance(part, str) else shown(result, part) for part in found.text] == [
        "up ",
        "close",
        " of ",
        "{symbol}",
        " by ",
        "row 0",
        "!",
    ]


def test_a_span_leads_back_to_the_line() -> None:
    body = "when close > open\n  buy 10 shares\n"
    result = plan(body)
    assert result.machine is not None
    start, end = result.machine.actions[0].span
    assert (HEAD + body)[start:end] == "buy 10 shares"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("buy 10", "E0501"), ("buy 10%", "E0501"), ("buy close", "E0502"), ("buy true", "E0502"), ("buy rsi(14) of equity", "E0503"), ("buy close of equity", "E0503"),
        ("buy risking 1% of equity", "E0504"), ("buy 10 shares\n    take profit at 2 R", "E0505"), ("buy 10 shares\n    stop loss at 2%\n    stop loss at 3%", "E0506"),
        ("buy 10 shares\n    trail by 2%\n    trail by 3%", "E0506"), ("sell 10 shares\n    stop loss at 2%", "E0507"), ("exit position\n    take profit at 2%", "E0507"),
        ("exit position\n    trail by 2%", "E0507"), ("cover 10 shares\n    hold at most 3 bars", "E0507"), ("exit position\n    expire after 3 bars\n    expire after 4 bars", "E0506"),
        ("buy at next open", "E0508"), ("buy 10 shares at limit 5%", "E0309"), ("buy 10 shares at stop close > open", "E0306"), ("buy -10 shares", "E0513"),
        ("buy 0 shares", "E0513"), ("buy 0% of equity", "E0513"), ("buy -5% of equity", "E0513"), ("exit 0% of position", "E0513"), ("exit 150% of position", "E0513"),
        ("sell 150% of position", "E0513"), ("buy 10 shares\n    stop loss at -2%", "E0514"), ("buy 10 shares\n    stop loss at 100%", "E0514"), ("buy 10 shares\n    hold at most 0 bars", "E0514"),
        ("buy 10 shares\n    hold at most 2.5 bars", "E0514"), ("buy 10 shares\n    expire after 0 bars", "E0514"), ("buy 10 shares\n    trail by 0%", None),
        ("buy 10 shares\n    stop loss at entry + 5", "E0514"), ("short 10 shares\n    stop loss at entry - 5", "E0514"),
        ("buy 10 shares\n    take profit at -4%", "E0514"), ("buy 10 shares\n    stop loss at 2%\n    take profit at 0 R", "E0514"), ("buy 10 shares\n    trail by -2%", "E0514"),
        ("protect position\n    stop loss at 2%", None), ("protect position", "E0520"), ("protect position\n    hold at most 3 bars", "E0521"),
        ("protect 150% of position\n    stop loss at 2%", "E0513"), ("protect position\n    take profit at 2 R", "E0505"), ("protect position\n    stop loss at 120%", "E0514"),
        ("protect position\n    stop loss at entry", None), ("protect 50% of position\n    trail by 2% after 1%", None), ("buy 50% of position", None), ('buy 10 shares named ""', "E0513"), ("buy 0.0 units", "E0513"),
    ],
)  # fmt: skip
def test_an_order_that_makes_no_sense_is_refused(body: str, code: str | None) -> None:
    found = [d.code for d in check(f"{HEAD}when close > open\n  {body}\n", load()).diagnostics if d.severity == "error"]
    assert found == ([code] if code else [])


def test_attached_prices_as_row_code(golden: Callable[[str, str], None]) -> None:
    text = ""
    for line in (
        "stop loss at entry - 2 * atr(3)",
        "stop loss at 2%",
        "take profit at 4%",
        "take profit at entry + (high - low)",
    ):
        found, _ = action(f"buy 10 shares\n    {line}")
        price = found.stop or found.target
        assert price is not None
        text += f"{line}\n" + "".join(f"    {row}\n" for row in row_lines(price.code))
    golden("orders/prices.txt", text)
