"""The terminal summary: the numbers of the result, within the width, without anything a plain file could not hold."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from apextrade.report import ReportData, TradeRow, summary

Make = Callable[..., ReportData]


def test_it_says_what_came_out_with_the_statistics_numbers(real: ReportData) -> None:
    text = summary(real, 100)
    assert text.startswith("Golden cross\n")
    assert f"10,000.00 USD became {real.stats['final_equity']:,.2f} USD in 13.0 years" in text.replace("\n", " ")
    assert re.search(rf"Closed trades +{real.stats['trades']:.0f}\b", text)
    assert re.search(r"Sharpe ratio +1\.23\b", text)
    assert re.search(r"Commission +52\.25 USD", text)
    assert re.search(r"Calmar ratio +\N{EN DASH}", text)


@pytest.mark.parametrize("width", [40, 60, 72, 80, 100, 160])
@pytest.mark.parametrize("unicode", [True, False])
def test_no_line_is_wider_than_the_terminal(real: ReportData, width: int, unicode: bool) -> None:
    lines = summary(real, width, unicode).splitlines()
    assert max(map(len, lines)) <= width
    assert not [line for line in lines if line != line.rstrip()]


def test_without_unicode_all_is_ascii(real: ReportData) -> None:
    named = replace(real, title="Größe", symbol="日経")
    assert summary(named, 80, unicode=False).isascii()
    assert "Gr??e" in summary(named, 80, unicode=False)


def test_colours_are_there_only_when_asked_for_and_change_no_word(real: ReportData) -> None:
    plain, coloured = summary(real, 90), summary(real, 90, color=True)
    assert "\x1b" not in plain
    bare = re.sub(r"\x1b\[\d+m", "", coloured)
    words = lambda text: [w for w in text.split() if not re.search(r"[\u2800-\u28ff]", w)]  # noqa: E731
    assert set(words(plain)) - set(words(bare)) <= {w for w in words(plain) if re.fullmatch(r"[\d,]+", w)}, (
        "but labels of the plot"
    )


def test_texts_of_others_cannot_command_the_terminal(make: Make, make_trade: Callable[..., TradeRow]) -> None:
    bad, data = "\x1b[2J\x07\x9b31m\r\nline\u202e\ud800", make(300)
    row = make_trade(1, data.time, data.close, 10, 20, symbol=bad, exit_reason=bad)
    text = summary(replace(data, title=bad, symbol=bad + "x", warnings=(bad,), repairs=(bad,), trades=[row], currency=bad), 120)
    assert not set("\x1b\x07\x9b\r\u202e\ud800") & set(text)
    assert text.encode("utf-8")


def test_the_last_trades_are_listed(real: ReportData) -> None:
    text = summary(real, 120)
    assert f"Last 5 of {len(real.trades)} trades" in text
    for t in real.trades[-5:]:
        assert re.search(rf"^ *{t.id}  {t.side} .*{t.entry_price:.2f}", text, re.M)
    assert not re.search(rf"^ *{real.trades[-6].id}  ", text, re.M)


def test_notes_are_told(real: ReportData) -> None:
    text = " ".join(summary(real, 100).split())
    assert "Nothing is protected by a stop." in text
    assert "3 orders not made or filled as written, first on 2000-03-01 UTC: the size is unknown." in text


@pytest.mark.parametrize("n", [1, 2, 30])
def test_short_histories_are_summed_up(make: Make, n: int) -> None:
    assert "UTC" in summary(make(n), 80)


def test_unknown_equity_draws_no_curve_and_never_traded_is_said(make: Make) -> None:
    data = make(100)
    stats = {**dict.fromkeys(data.stats, float("nan")), "trades": 0.0}
    text = summary(replace(data, equity=np.full(100, np.nan), stats=stats, trades=[]), 80)
    assert "Equity, USD" not in text
    assert "It never traded." in " ".join(text.split())
    assert "nan" not in text.lower()


def test_equal_data_give_equal_text(make: Make) -> None:
    assert summary(make(200), 80) == summary(make(200), 80)
