"""Every setting and limit: what it makes of the account, and what is said of values that make no sense."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from compiler.diagnostics import Diagnostic
from compiler.pipeline import check
from compiler.plan import Account
from compiler.terms import Terms
from stdlib.library import load

HEAD = 'apx 1\nstrategy "Settings"\ntrade "SPY" every 1d\n'
RULE = "when close > open\n  buy 10% of equity\n"


def diagnostics(lines: str, rule: str = RULE) -> list[Diagnostic]:
    return list(check(f"{HEAD}settings\n{lines}\n{rule}", load()).diagnostics)


def account(lines: str) -> Account:
    result = check(f"{HEAD}settings\n{lines}\n{RULE}", load())
    assert [d.message for d in result.diagnostics if d.severity == "error"] == []
    assert result.program is not None
    return result.program.plan().account


def test_without_settings_an_account_has_its_defaults() -> None:
    program = check(HEAD + RULE, load()).program
    assert program is not None
    assert program.plan().account == Account()


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("capital 25_000 USD", {"capital": 25_000.0, "currency": "USD"}),
        ("capital 1_000 EUR", {"capital": 1_000.0, "currency": "EUR"}),
        ("capital 2.5 BTC", {"capital": 2.5, "currency": "BTC"}),
        ("commission 0.1%", {"commission_share": 0.001}),
        ("commission 10 bps", {"commission_share": 0.001}),
        ("commission 1 USD per order", {"commission_per_order": 1.0}),
        ("commission 0.005 USD per unit", {"commission_per_unit": 0.005}),
        ("commission 0%", {}),
        ("slippage 1 tick", {"slippage_ticks": 1.0}),
        ("slippage 2.5 ticks", {"slippage_ticks": 2.5}),
        ("slippage 0.05%", {"slippage_share": 0.0005}),
        ("slippage 5 bps", {"slippage_share": 0.0005}),
        ("fills pessimistic", {"fills": "pessimistic"}),
        ("fills ohlc_path", {"fills": "ohlc_path"}),
        ("fills next_open_only", {"fills": "next_open_only"}),
        ("fills tradingview", {"fills": "tradingview"}),
        ("pyramiding 1", {"pyramiding": 1}),
        ("pyramiding 3", {"pyramiding": 3}),
        ("margin 50%", {"margin": 0.5}),
        ("margin 100%", {"margin": 1.0}),
        ("maintenance 0%", {"terms": Terms(maintenance=0.0)}),
        ("maintenance 25%", {"terms": Terms(maintenance=0.25)}),
        ("borrow 3% per year", {"terms": Terms(borrow=0.03)}),
        ("interest 0% per year", {"terms": Terms(interest=0.0)}),
        ("funding 0.01% per 8h", {"terms": Terms(funding=0.0001, funding_every=28_800)}),
        ("funding -1 bps per 1d", {"terms": Terms(funding=-0.0001, funding_every=86_400)}),
        ("maker 0.02%", {"terms": Terms(maker=0.0002)}),
        ("maker 0%", {"terms": Terms(maker=0.0)}),
        ("maker -1 bps", {"terms": Terms(maker=-0.0001)}),
        ("limit daily_loss 3%", {"limits": (("daily_loss", 0.03),)}),
        ("limit drawdown 20%", {"limits": (("drawdown", 0.2),)}),
        ("limit exposure 150%", {"limits": (("exposure", 1.5),)}),
        ("limit positions 5", {"limits": (("positions", 5.0),)}),
        ("limit orders_per_day 10", {"limits": (("orders_per_day", 10.0),)}),
        ("limit order_value 5_000 USD", {"limits": (("order_value", 5_000.0),)}),
        ("limit position 25%", {"limits": (("position", 0.25),)}),
        ("limit position 5_000 USD", {"limits": (("position_value", 5_000.0),)}),
        ("limit direction long", {"direction": "long"}),
        ("limit direction short", {"direction": "short"}),
        ("limit direction both", {"direction": "both"}),
    ],
)
def test_a_setting_changes_what_it_names(line: str, found: dict[str, Any]) -> None:
    assert account("  " + line) == replace(Account(), **found)


def test_settings_may_stand_in_any_order_and_limits_add_up() -> None:
    one = account("  capital 5_000 USD\n  limit daily_loss 3%\n  limit positions 2\n  commission 0.1%")
    other = account("  commission 0.1%\n  limit daily_loss 3%\n  capital 5_000 USD\n  limit positions 2")
    assert one == other
    assert one.limits == (("daily_loss", 0.03), ("positions", 2.0))


def test_a_setting_may_be_an_input_or_a_fixed_let() -> None:
    result = check(
        f"{HEAD}input cost = 0.2% in 0% .. 1%\nlet entries = 1 + 1\nsettings\n  commission cost\n  pyramiding entries\n{RULE}",
        load(),
    )
    assert [d.message for d in result.diagnostics if d.severity == "error"] == []
    assert result.program is not None
    assert result.program.plan().account.commission_share == 0.002
    assert result.program.plan({"cost": 0.005}).account.commission_share == 0.005
    assert result.program.plan().account.pyramiding == 2
    assert "W0201" not in {d.code for d in result.diagnostics}


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("capital 0 USD", "E0510", "above zero"), ("capital -5 USD", "E0510", "negative"), ("capital 5%", "E0510", "amount of money"),
        ("capital close USD", "E01", ""), ("capital close", "E0510", "amount of money"), ("commission 3 bars", "E0510", "percentage"),
        ("commission -1%", "E0510", "negative"), ("commission close", "E0510", "percentage"), ("commission 1 USD", "E0510", "per order"),
        ("commission 1% per order", "E0510", "amount of money"), ("slippage 1 bar", "E0510", "ticks"), ("slippage -1 tick", "E0510", "negative"),
        ("fills optimistic", "E0511", "optimistic"), ("fills pesimistic", "E0511", "pesimistic"), ("fills detail", "E0510", ""), ("fills pessimistic 1m", "E0510", ""),
        ("pyramiding 0", "E0510", "1 or more"), ("pyramiding 1.5", "E0510", "1 or more"), ("pyramiding 50%", "E0510", "number"),
        ("pyramiding -1", "E0510", "negative"), ("margin 0%", "E0510", "above 0%"), ("margin 150%", "E0510", "at most 100%"), ("margin 2", "E0510", "percentage"),
        ("borrow 3 USD per year", "E0360", "percentage"), ("borrow -1% per year", "E0360", "from 0%"), ("borrow 1000% per year", "E0360", "below 1000%"),
        ("borrow close per year", "E0360", "percentage"), ("interest 3 per year", "E0360", "percentage"), ("funding 100% per 8h", "E0360", "whole value"),
        ("funding -100% per 8h", "E0360", "whole value"),
        ("funding 0.01% per 7h", "E0361", "divide a day"), ("funding 0.01% per 1w", "E0361", "divide a day"), ("maintenance 100%", "E0360", "below"),
        ("maintenance -1%", "E0360", "from 0%"), ("margin 20%\n  maintenance 20%", "E0362", "closed by force"),
        ("borrow 3%", "E01", ""), ("funding 0.01%", "E01", ""), ("borrow 3% per year\n  borrow 4% per year", "E0509", "already set"),
        ("limit daily_los 3%", "E0512", "daily_los"), ("limit daily_loss 300 USD", "E0510", "percentage"), ("limit positions 10%", "E0510", "number"),
        ("limit positions 2.5", "E0510", "whole"), ("limit orders_per_day 0.5", "E0510", "whole"), ("limit order_value 3%", "E0510", "amount of money"),
        ("limit position 3 bars", "E0510", "percentage or an amount of money"), ("limit direction up", "E0510", "`long` or `short`"),
        ("limit daily_loss close", "E0510", "percentage"), ("limit daily_loss -3%", "E0510", "negative"), ("limit drawdown 0%", "E0510", "above"),
        ("flat 5m before close", "E0412", "shorter than a session"), ("flat 1d before close", "E0510", "minutes or hours"), ("capital 5 USD\n  capital 6 USD", "E0509", "already set"),
        ("limit positions 5\n  limit positions 6", "E0509", "already set"), ("fills pessimistic\n  fills ohlc_path", "E0509", "already set"),
        ("commission 0.1%\n  commission 1 USD per order", "E0509", "already set"), ("pyramiding position.size", "E0510", "fixed"),
        ("capital zzz", "E0201", "zzz"),
    ],
)  # fmt: skip
def test_a_setting_that_makes_no_sense_is_refused(line: str, code: str, said: str) -> None:
    found = [d for d in diagnostics("  " + line) if d.severity == "error"]
    assert [d.code[: len(code)] for d in found] == [code], [d.message for d in found]
    assert said in found[0].message


@pytest.mark.parametrize(
    ("line", "codes"),
    [
        ("  capital 5_000 USD", {"W0502"}), ("  commission 0%", {"W0501"}), ("  commission 0 USD per order", {"W0501"}), ("  commission 0.1%", set()),
        ("  commission 0.1%\n  slippage 0%", set()),
    ],
)  # fmt: skip
def test_costs_never_default_to_nothing_silently(line: str, codes: set[str]) -> None:
    assert {d.code for d in diagnostics(line)} == codes


def test_settings_words_are_names_elsewhere() -> None:
    body = "let margin = 3\nlet limit = close\nplot limit - margin\n"
    assert [d.message for d in check(HEAD + body, load()).diagnostics if d.severity == "error"] == []


def test_interest_without_borrowed_money_is_warned_of() -> None:
    assert "W0360" in {d.code for d in diagnostics("  commission 0.1%\n  interest 5% per year")}
    assert "W0360" not in {d.code for d in diagnostics("  commission 0.1%\n  margin 50%\n  interest 5% per year")}


def refused(line: str) -> list[str]:
    return [found.code for found in diagnostics(line) if found.severity == "error"]


def test_limit_volume_is_a_share_of_at_most_all() -> None:
    assert dict(account("limit volume 10%").limits) == {"volume": 0.1}
    assert refused("limit volume 0%") == ["E0510"]
    assert refused("limit volume 150%") == ["E0510"]
    assert refused("limit volume 5 USD") == ["E0510"]
