"""What each statement and expression of the language is read as."""

from __future__ import annotations

import re
from dataclasses import fields
from typing import Any

import pytest

from compiler import syntax as s
from compiler.diagnostics import Diagnostics
from compiler.source import Source
from compiler.text.parse import Memo, parse

GOLDEN = """apx 1

## Buys strength, sizes by risk, leaves on weakness.
strategy "Golden cross"
trade "SPY" every 1d

input fast = 50 bars in 2 .. 100    "Fast average"
input slow = 200 bars in 3 .. 400   "Slow average"
input span = 14 bars in 2 .. 50
input risk = 1% in 0.25% .. 3% step 0.25%
require fast < slow

settings
  capital 100_000 USD
  commission 0.1%
  slippage 1 tick
  pyramiding 1
  limit daily_loss 3%

let quick = sma(close, fast)
let trend = sma(close, slow)

when quick crosses above trend and volume > sma(volume, span)
  buy risking risk of equity
    stop loss at entry - 2 * atr(span)
    take profit at 3 R
  notify "golden cross on {symbol} at {close}"

when quick crosses below trend
  exit position

plot quick, trend

test "buys on the bar after the cross"
  with fast = 2 bars, slow = 3 bars, span = 3 bars
  given close = [10, 9, 8, 9, 12, 14, 15]
  given volume = [1, 1, 1, 1, 9, 9, 9]
  expect buy at bar 4        # the rule fires on bar 4, the order fills at the open of bar 5
"""


def shape(node: Any) -> Any:
    """A node as nested tuples without its places: easy to write down and to compare."""
    if isinstance(node, tuple):
        return tuple(shape(part) for part in node)
    if isinstance(node, s.Ident | s.Name):
        return node.name
    if isinstance(node, s.Number):
        return f"{node.value:g}{node.unit and ' '}{node.unit}"
    if isinstance(node, s.TextLiteral):
        return f'"{node.value}"'
    if isinstance(node, s.DurationLiteral):
        return f"{node.count}{node.unit}"
    if isinstance(node, s.Grouped):
        return ("()", shape(node.inner))
    if isinstance(node, s.Binary):
        return (node.op, shape(node.left), shape(node.right))
    if isinstance(node, s.Call):
        return (
            "call",
            shape(node.function),
            *(shape(a.value) if a.name is None else (a.name.name, shape(a.value)) for a in node.arguments),
        )
    if hasattr(node, "__dataclass_fields__"):
        return (
            type(node).__name__,
            *(shape(getattr(node, f.name)) for f in fields(node) if not f.name.endswith("span") and f.name != "doc"),
        )
    return node


def read(text: str) -> s.File:
    diagnostics = Diagnostics()
    file = parse(Source(text), diagnostics)
    assert [d.message for d in diagnostics] == []
    return file


def statement(text: str) -> Any:
    return read(f"apx 1\n{text}\n").statements[1]


def expression(text: str) -> Any:
    return shape(statement(f"let x = {text}").value)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a or b and not c", ("or", "a", ("and", "b", ("Unary", "not", "c")))),
        ("not a > b", ("Unary", "not", (">", "a", "b"))),
        ("a > b within last 3 bars and c", ("and", ("WithinLast", (">", "a", "b"), "3 bars"), "c")),
        ("not a has held for n", ("Unary", "not", ("HasHeld", "a", "n"))),
        ("a - b on 4h", ("-", "a", ("On", "b", "4h"))),
        ('(a - b) from "SPY" on 1d', ("On", ("From", ("()", ("-", "a", "b")), '"SPY"'), "1d")),
        ("a - b - c * d / e", ("-", ("-", "a", "b"), ("/", ("*", "c", "d"), "e"))),
        ("-a[1] * b", ("*", ("Unary", "-", ("Index", "a", "1")), "b")),
        ("a or_else b + 1 > c", (">", ("or_else", "a", ("+", "b", "1")), "c")),
        ("a between b and c and d", ("and", ("Between", "a", "b", "c"), "d")),
        ("a crosses above b", ("Crosses", "a", "b", "above")),
        ("a crosses below b + 1", ("Crosses", "a", ("+", "b", "1"), "below")),
        ("a crosses b", ("Crosses", "a", "b", "either")),
        ("a is rising for 3 bars", ("IsMoving", "a", "rising", "3 bars")),
        ("a is falling for n", ("IsMoving", "a", "falling", "n")),
        ("a is new", ("IsNew", "a")),
        ("a is available", ("IsAvailable", "a")),
        ("bars since a", ("BarsSince", "a")),
        ("bars since (a > b) + 1", ("+", ("BarsSince", ("()", (">", "a", "b"))), "1")),
        ("bars since f(a) > 3", (">", ("BarsSince", ("call", "f", "a")), "3")),
        ("f(a, b, n = 3 bars)", ("call", "f", "a", "b", ("n", "3 bars"))),
        ("f().line[1]", ("Index", ("Member", ("call", "f"), "line"), "1")),
        ("m.f(x)", ("call", ("Member", "m", "f"), "x")),
        ("if a then b else c end", ("If", (("a", "b"),), "c")),
        ("if a then b else if c then d else e end", ("If", (("a", "b"), ("c", "d")), "e")),
        ("if a then b else if c then d else e end end", ("If", (("a", "b"), ("c", "d")), "e")),
        ("if a then b else if c then d else e end + 1 end", ("If", (("a", "b"),), ("+", ("If", (("c", "d"),), "e"), "1"))),
        ("if a then b else if c then d else e end + 1", ("+", ("If", (("a", "b"), ("c", "d")), "e"), "1")),
        (
            "if a then if b then 1 else if c then 2 else 3 end else 4 end",
            ("If", (("a", ("If", (("b", "1"), ("c", "2")), "3")),), "4"),
        ),
        (
            "if a then 1 else if b then 2 else 3 end + if c then 4 else if d then 5 else 6 end end",
            ("+", ("If", (("a", "1"), ("b", "2")), "3"), ("If", (("c", "4"), ("d", "5")), "6")),
        ),
        ('time is within "09:30-16:00" in "America/New_York"', ("TimeWithin", "time", '"09:30-16:00"', '"America/New_York"')),
        ('time is within "09:30-16:00"', ("TimeWithin", "time", '"09:30-16:00"', None)),
        ('(time in "UTC").hour', ("Member", ("()", ("InZone", "time", '"UTC"')), "hour")),
        ("true or unknown", ("or", ("TruthLiteral", True), ("UnknownLiteral",))),
        ("1_000 + 2.5 + 1e-9", ("+", ("+", "1000", "2.5"), "1e-09")),
        ("2% + 10 bps + 3 ticks + 1 tick", ("+", ("+", ("+", "2 %", "10 bps"), "3 ticks"), "1 ticks")),
        ("50 shares + 0.5 units + 2 R + 100_000 USD", ("+", ("+", ("+", "50 shares", "0.5 units"), "2 R"), "100000 USD")),
        ("top + step + day + profit + equity + position.size", None),
        ("limit(a) + fills + open", None),
    ],
)
def test_expressions_bind_as_the_language_says(text: str, tree: Any) -> None:
    found = expression(text)
    if tree is not None:
        assert found == tree


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ('strategy "A b"', ("Strategy", '"A b"')),
        ('library "L" version 3', ("Library", '"L"', 3)),
        ('use "L" version 3', ("Use", '"L"', 3, None)),
        ('use "L" version 3 as bands', ("Use", '"L"', 3, "bands")),
        ('trade "A", "B" every 1h', ("Trade", ('"A"', '"B"'), None, "1h", None, None)),
        (
            'trade "A" every 15m on session "09:30-16:00" in "America/New_York"',
            ("Trade", ('"A"',), None, "15m", '"09:30-16:00"', '"America/New_York"'),
        ),
        ("trade universe large every 1d", ("Trade", (), "large", "1d", None, None)),
        ("input x = -1 in -5 .. 5 step 0.5", ("Input", "x", ("Unary", "-", "1"), ("Unary", "-", "5"), "5", "0.5", None, None)),
        ('input x = 5 bars "Label"', ("Input", "x", "5 bars", None, None, None, None, '"Label"')),
        ("input x = a in [a, b]", ("Input", "x", "a", None, None, None, ("ListLiteral", ("a", "b")), None)),
        ("require a < b", ("Require", ("<", "a", "b"))),
        ("let position = 3", ("Let", "position", "3")),
        ("remember y = y[1] + 1 initially 0", ("Remember", "y", ("+", ("Index", "y", "1"), "1"), "0")),
        (
            "define f(a, b = 14 bars) = a",
            ("Define", "f", (("Param", "a", None), ("Param", "b", "14 bars")), (), (("Output", None, "a"),)),
        ),
        (
            "define f(a)\n  let b = a\n  remember c = b initially unknown\n  give line = b, signal = c",
            (
                "Define", "f", (("Param", "a", None),),
                (("Let", "b", "a"), ("Remember", "c", "b", ("UnknownLiteral",))),
                (("Output", "line", "b"), ("Output", "signal", "c")),
            ),
        ),
        (
            "when a\n  exit position\notherwise\n  cancel",
            ("When", "a", (("ExitAction", None, None, None, ()),), (("CancelAction", None),), True),
        ),
        ("every month end\n  exit position", ("Every", ("month", "end"), None, None, (("ExitAction", None, None, None, ()),))),
        (
            'every day at "15:45" where a\n  cancel "t"',
            ("Every", ("day",), '"15:45"', "a", (("CancelAction", '"t"'),)),
        ),
        (
            "every week start\n  hold top 10 of members by score where a > 1 weighted equally",
            ("Every", ("week", "start"), None, None, (("HoldTop", "10", "members", "score", (">", "a", "1"), None),)),
        ),
        (
            "every week end\n  hold top n of members by score weighted by cap",
            ("Every", ("week", "end"), None, None, (("HoldTop", "n", "members", "score", None, "cap"),)),
        ),
        ('plot a "A", b', ("Plot", (("PlotItem", "a", '"A"'), ("PlotItem", "b", None)))),
        ('alert when a > 1 "high"', ("Alert", (">", "a", "1"), '"high"')),
        (
            'test "t"\n  with a = 1\n  given close = [1, -2]\n  expect no order\n  expect position 0 at bar 9\n'
            "  expect a.b at bar 4 is 10.5 within 1e-9",
            (
                "Test", '"t"',
                (
                    ("TestWith", (("Argument", "a", "1"),)),
                    ("TestGiven", "close", ("ListLiteral", ("1", ("Unary", "-", "2")))),
                    ("TestExpect", "no_order", None, None, None, None, None),
                    ("TestExpect", "position", "9", None, None, "0", None),
                    ("TestExpect", "value", "4", None, ("Member", "a", "b"), "10.5", "1e-09"),
                ),
            ),
        ),
    ],
)  # fmt: skip
def test_statements_become_their_nodes(text: str, tree: Any) -> None:
    assert shape(statement(text)) == tree


@pytest.mark.parametrize(
    ("line", "values", "words"),
    [
        ("capital 10_000 USD", ("10000 USD",), ()),
        ("commission 0.1%", ("0.1 %",), ()),
        ("commission 1 USD per order", ("1 USD",), ("per", "order")),
        ("commission 0.005 USD per unit", ("0.005 USD",), ("per", "unit")),
        ("slippage 2 ticks", ("2 ticks",), ()),
        ("fills pessimistic", (), ("pessimistic",)),
        ("fills detail 1m", ("1m",), ("detail",)),
        ("pyramiding 3", ("3",), ()),
        ("margin 50%", ("50 %",), ()),
        ("maintenance 25%", ("25 %",), ()),
        ("borrow 3% per year", ("3 %",), ("per", "year")),
        ("funding 0.01% per 8h", ("0.01 %", "8h"), ("per",)),
        ("flat 5m before close", ("5m",), ("before", "close")),
        ("limit daily_loss 3%", ("3 %",), ()),
        ("limit position 5 units", ("5 units",), ()),
        ("limit direction long", (), ("long",)),
    ],
)
def test_settings_lines_keep_their_values_and_words(line: str, values: Any, words: Any) -> None:
    (setting,) = statement(f"settings\n  {line}").lines
    assert (shape(setting.values), shape(setting.words)) == (values, words)
    key = line.split()
    assert setting.key.name == (" ".join(key[:2]) if key[0] == "limit" else key[0])


@pytest.mark.parametrize(
    ("line", "tree"),
    [
        ("buy 10% of equity", ("OrderAction", "buy", ("SizeShare", "10 %", "equity"), None, None, ())),
        (
            "short n of cash at next open",
            ("OrderAction", "short", ("SizeShare", "n", "cash"), ("Entry", "next_open", None, None), None, ()),
        ),
        ("sell", ("OrderAction", "sell", None, None, None, ())),
        ("cover 50% of position", ("OrderAction", "cover", ("SizeShare", "50 %", "position"), None, None, ())),
        ("buy risking 1% of equity", ("OrderAction", "buy", ("SizeRisk", "1 %"), None, None, ())),
        (
            "buy 5_000 USD at this close",
            ("OrderAction", "buy", ("SizeAmount", "5000 USD"), ("Entry", "this_close", None, None), None, ()),
        ),
        (
            'buy 1 unit at limit p named "a"',
            ("OrderAction", "buy", ("SizeAmount", "1 units"), ("Entry", "limit", "p", None), '"a"', ()),
        ),
        ("buy 1 unit at stop p", ("OrderAction", "buy", ("SizeAmount", "1 units"), ("Entry", "stop", "p", None), None, ())),
        (
            "buy 1 unit at stop p limit q",
            ("OrderAction", "buy", ("SizeAmount", "1 units"), ("Entry", "stop_limit", "p", "q"), None, ()),
        ),
        ("exit position at limit p", ("ExitAction", None, None, ("Entry", "limit", "p", None), ())),
        ("exit 50% of position", ("ExitAction", "50 %", None, None, ())),
        ("exit position.size / 2 of position", ("ExitAction", ("/", ("Member", "position", "size"), "2"), None, None, ())),
        ('exit "a"', ("ExitAction", None, '"a"', None, ())),
        ('protect 50% of position named "half"', ("ProtectAction", "50 %", '"half"', ())),
        ("protect position", ("ProtectAction", None, None, ())),
        ('notify "x {close}"', ("NotifyAction", '"x {close}"')),
    ],
)
def test_actions_become_their_nodes(line: str, tree: Any) -> None:
    assert shape(statement(f"when a\n  {line}").actions) == (tree,)


@pytest.mark.parametrize(
    ("line", "tree"),
    [
        ("stop loss at p", ("stop_at", "p", None)),
        ("stop loss at 2%", ("stop_share", "2 %", None)),
        ("stop loss at 50 bps", ("stop_share", "50 bps", None)),
        ("take profit at entry + 1", ("target_at", ("+", "entry", "1"), None)),
        ("take profit at 4%", ("target_share", "4 %", None)),
        ("take profit at 3 R", ("target_r", "3 R", None)),
        ("trail by 2 * atr(14)", ("trail", ("*", "2", ("call", "atr", "14")), None)),
        ("trail by d after 1 R", ("trail", "d", "1 R")),
        ("hold at most n", ("hold", "n", None)),
        ("expire after 5 bars", ("expire", "5 bars", None)),
    ],
)
def test_attached_lines_hang_under_their_order(line: str, tree: Any) -> None:
    (order, cancel) = statement(f"when a\n  buy 1 unit\n    {line}\n  cancel").actions
    assert shape(order.attached) == (("Attached", *tree),)
    assert isinstance(cancel, s.CancelAction)


def test_the_example_program_is_read_whole() -> None:
    kinds = [type(node).__name__ for node in read(GOLDEN).statements]
    assert kinds == [
        "Edition",
        "Strategy",
        "Trade",
        *["Input"] * 4,
        "Require",
        "Settings",
        "Let",
        "Let",
        "When",
        "When",
        "Plot",
        "Test",
    ]


def test_indentation_and_line_breaks_carry_no_meaning() -> None:
    flat = re.sub(r"(?m)^[ \t]+", "", GOLDEN)
    broken = flat.replace(" and ", "\nand\n").replace("(", "(\n\t").replace("\n", "\r\n")
    expected = [shape(node) for node in read(GOLDEN).statements]
    assert [shape(node) for node in read(flat).statements] == expected
    assert [shape(node) for node in read(broken).statements] == expected


def test_spans_point_at_what_was_written() -> None:
    def check(node: Any) -> None:
        if isinstance(node, tuple):
            for part in node:
                check(part)
        elif hasattr(node, "span"):
            text = GOLDEN[node.span.start : node.span.end]
            assert text == text.strip()
            if isinstance(node, s.Name):
                assert text == node.name
            if isinstance(node, s.Binary):
                assert GOLDEN[node.op_span.start : node.op_span.end] == node.op
            for f in fields(node):
                check(getattr(node, f.name))

    check(read(GOLDEN).statements)


def test_documentation_goes_to_the_line_below_it() -> None:
    file = read("apx 1\n## One.\n# not this\n## Two.\nwhen a\n  ## Three.\n  buy 1 unit\n    ## Four.\n    stop loss at 2%\n")
    when = file.statements[1]
    assert isinstance(when, s.When)
    (buy,) = when.actions
    assert isinstance(buy, s.OrderAction)
    assert (when.doc, buy.doc, buy.attached[0].doc) == ("One.\nTwo.", "Three.", "Four.")


def test_reading_again_with_a_memo_gives_the_tree_of_reading_anew() -> None:
    memo = Memo()
    texts = [GOLDEN, GOLDEN.replace("apx 1\n", "apx 1\n# above\n"), GOLDEN.replace("trend = sma", "trend = ema"), GOLDEN]
    for text in texts:
        anew, again = Diagnostics(), Diagnostics()
        assert parse(Source(text), again, memo) == parse(Source(text), anew)
        assert list(again) == list(anew)


def test_a_memo_keeps_statements_that_did_not_move() -> None:
    memo = Memo()
    first = parse(Source(GOLDEN), Diagnostics(), memo)
    second = parse(Source(GOLDEN + "plot close\n"), Diagnostics(), memo)
    assert all(a is b for a, b in zip(first.statements, second.statements, strict=False))
