"""Sentences of the language's definition that are one mistake each: what may not be written, and that no more is said of it."""

from __future__ import annotations

import pytest

from compiler.pipeline import check, compile_text
from stdlib.library import load

HEAD = 'apx 1\nstrategy "Sentences"\ntrade "SPY" every 1h\n'
COSTS = "settings\n  capital 10_000 USD\n  commission 0.1%\n"


def errors(text: str) -> list[tuple[str, str]]:
    """Code and place of each error."""
    text = text if text.startswith("apx") else HEAD + text
    found = [d for d in check(text, load()).diagnostics if d.severity == "error"]
    return [(d.code, text[d.span.start : d.span.end]) for d in found]


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("define f(sma) = sma\nplot f(close)", "E0204", "sma"),
        ("define f(x)\n  let atr = x\n  give atr\nplot f(close)", "E0204", "atr"),
        ("define f(x)\n  remember rsi = x initially 0\n  give rsi\nplot f(close)", "E0204", "rsi"),
        ("define f(x)\n  give volume = x, line = x\nplot f(close).line", "E0204", "volume"),
        ("define f(stop) = stop\nplot f(close)", "E0114", "stop"),
    ],
)
def test_built_in_names_cannot_be_redefined_inside_a_define_either(text: str, code: str, place: str) -> None:
    assert (code, place) in errors(text)


def test_of_several_outputs_each_has_a_name_of_its_own() -> None:
    assert errors("define f(x)\n  give x, x + 1\nplot f(close)") == [("E0250", "x")]
    assert errors("define f(x)\n  give a = x, x + 1\nplot f(close).a") == [("E0250", "x + 1")]
    assert errors("define f(x)\n  give a = x, a = x + 1\nplot f(close).a") == [("E0203", "a")]
    assert errors("define f(x)\n  give a = x\nplot f(close).a") == []


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (f"{COSTS}when close > open\n  buy 500 EUR", "500 EUR"),
        (f"{COSTS}when account.equity > 9_000 EUR\n  buy 1 share", "9_000 EUR"),
        (f"{COSTS}input size = 500 EUR\nwhen close > open\n  buy size", "500 EUR"),
        (f"{COSTS}  limit order_value 500 EUR\nwhen close > open\n  buy 1 share", "500 EUR"),
        ("settings\n  capital 10_000 EUR\n  commission 1 USD per order\nwhen close > open\n  buy 1 share", "1 USD"),
        (f"{COSTS}define f(x) = x * 2 EUR\nplot f(volume)", "2 EUR"),
        ("when close > open\n  buy 500 EUR\nwhen close < open\n  short 500 USD", "500 USD"),
        (f'{COSTS}plot close\ntest "t"\n  given close = [1, 2]\n  expect account.equity at bar 1 is 5 EUR', "5 EUR"),
    ],
)
def test_an_amount_in_another_currency_than_the_accounts_is_refused(text: str, place: str) -> None:
    assert errors(text) == [("E0350", place)]


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("settings\n  capital 10_000 EUR\n  commission 0.1%\nwhen close > open\n  buy 500 EUR", "EUR"),
        (
            "input own = 10_000 CHF\nsettings\n  capital own\n  commission 1 CHF per order\nwhen close > open\n  buy 1 share",
            "CHF",
        ),
        ("settings\n  commission 1 GBP per order\nwhen close > open\n  buy 1 share", "GBP"),
        (f"{COSTS}when close > open\n  buy 1 share", "USD"),
        ("when close > open\n  buy 1 share", "USD"),
    ],
)
def test_the_accounts_currency_is_that_of_the_capital_else_of_the_first_amount(text: str, currency: str) -> None:
    assert compile_text(HEAD + text, load()).plan({}, 0.01, "backtest").account.currency == currency


@pytest.mark.parametrize(
    ("text", "place"),
    [("plot close on 0h", "0h"), ("plot close on 0mo", "0mo"), ('apx 1\nstrategy "S"\ntrade "SPY" every 0d\nplot close', "0d")],
)
def test_a_duration_is_not_zero(text: str, place: str) -> None:
    assert ("E0150", place) in errors(text)


def test_a_number_beyond_all_numbers_is_one_mistake() -> None:
    assert errors("plot close * 1e400") == errors("plot sma(close, 1e400)") == errors("plot close[1e400]") == [("E0151", "1e400")]
    assert errors("plot close * 1e308") == []


@pytest.mark.parametrize(
    ("range_", "code", "place"),
    [
        ("in 1 .. 10 step 0.5", "E0603", "0.5"), ("in 1.5 .. 10", "E0603", "1.5"), ("in 1 .. 9.5", "E0603", "9.5"),
        ("in [5, 2.5]", "E0603", "2.5"), ("in []", "E0606", "[]"),
    ],
)  # fmt: skip
def test_what_an_input_of_bars_may_be_is_whole_and_something(range_: str, code: str, place: str) -> None:
    assert errors(f"input n = 5 bars {range_}\nplot sma(close, n)") == [(code, place)]


def test_a_range_without_percent_signs_gets_them_and_compiles_so() -> None:
    text = f"{HEAD}input x = 2% in 1 .. 5\nplot close * x"
    (found,) = [d for d in check(text, load()).diagnostics if d.code == "E0607"]
    for edit in sorted(found.fixes[0].edits, key=lambda e: -e.span.start):
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    assert "in 1% .. 5%" in text
    assert errors(text) == []


@pytest.mark.parametrize(("version", "codes"), [("0", ["E0233"]), ("1.5", ["E0233"]), ("1", [])])
def test_a_librarys_own_version_is_a_whole_number_from_one_on(version: str, codes: list[str]) -> None:
    assert [code for code, _ in errors(f'apx 1\nlibrary "L" version {version}\nlet k = 2\n')] == codes


def test_a_let_inside_a_define_that_needs_itself_is_told_so() -> None:
    text = HEAD + "define f(x)\n  let a = b + x\n  let b = a\n  give a\nplot f(close)\n"
    (found,) = [d for d in check(text, load()).diagnostics if d.severity == "error"]
    assert (found.code, found.message) == ("E0205", "`a` needs itself.")


@pytest.mark.parametrize(
    "text",
    [
        'apx 1\nstrategy "S"\ntrade "" every 1d\nplot close\n', 'apx 1\nstrategy "S"\ntrade "SPY", " " every 1d\nplot close\n',
        HEAD + 'define f(x) = x - (close from "")\nplot f(close)\n', 'apx 1\nlibrary "" version 1\nlet k = 2\n',
    ],
)  # fmt: skip
def test_instruments_and_libraries_have_names(text: str) -> None:
    assert [code for code, _ in errors(text)] == ["E0251"]
