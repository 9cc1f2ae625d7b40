"""Drawdowns, years, moving windows, and what the trades say: on the page, what an independent count of the same data gives."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apextrade.report import ReportData, TradeRow, write_html
from apextrade.report.breakdown import breakdown, grouped
from apextrade.report.closed import Closed, closed_trades
from apextrade.report.distribution import bin_edges, counts_of
from apextrade.report.drawdown_table import drawdown_table, lasting
from apextrade.report.excursions import against, ahead
from apextrade.report.moving import moving_charts, window_bars
from apextrade.report.years import years_figure

Make = Callable[..., ReportData]
Trade = Callable[..., TradeRow]
MINUS = "\N{MINUS SIGN}"


def cells(text: str) -> list[list[str]]:
    """The texts of the rows of a table."""
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", text, re.S)
    return [[re.sub(r"<[^>]*>", "", cell) for cell in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.S)] for row in rows]


def some_trades(make: Make, make_trade: Trade, count: int = 200, seed: int = 3) -> tuple[ReportData, Closed]:
    data, rng = make(1000), np.random.default_rng(seed)
    made = []
    for i in range(count):
        start = int(rng.integers(0, 900))
        one = make_trade(i + 1, data.time, data.close, start, start + int(rng.integers(1, 40)), rng.choice(["long", "short"]))
        share = one.profit_share
        made.append(
            replace(
                one,
                mae=min(0.0, share) - abs(rng.normal(0, 0.01)),
                mfe=max(0.0, share) + abs(rng.normal(0, 0.01)),
                tag=str(rng.choice(["", "a", "b"])),
                exit_reason=str(rng.choice(["", "stop loss"])),
            )
        )
    return replace(data, trades=made), closed_trades(made)


def test_the_deepest_drawdown_of_the_table_is_that_of_the_statistics(real: ReportData) -> None:
    head, first, *others = cells(drawdown_table(real))
    assert head[1] == "Depth, %"
    assert float(first[1].replace(MINUS, "-")) == pytest.approx(100 * real.stats["max_drawdown"], abs=0.005)
    depths = [float(row[1].replace(MINUS, "-")) for row in (first, *others)]
    assert depths == sorted(depths)
    closes = real.close
    assert len(cells(drawdown_table(replace(real, equity=closes, capital=float(closes[0]))))) == 11, "the ten deepest"


def test_an_account_that_never_fell_and_one_that_never_recovers_are_told(make: Make) -> None:
    data = make(100)
    assert "never closed below" in drawdown_table(replace(data, equity=np.linspace(10_000, 20_000, 100)))
    rows = cells(drawdown_table(replace(data, equity=np.linspace(9_000, 1.0, 100))))
    assert len(rows) == 2
    assert rows[1][2] == "the capital"
    assert rows[1][4] == "not yet"
    assert rows[1][7] == "100"
    assert "not known" in drawdown_table(replace(data, equity=np.full(100, np.nan)))


def test_lengths_are_in_days_or_hours() -> None:
    hour = 3_600_000_000
    assert [lasting(n) for n in (24 * hour, 50 * hour, hour + hour // 2, hour // 4)] == [
        "1 day",
        "2 days",
        "1 h 30 min",
        "15 min",
    ]


def test_the_bars_of_years_are_the_totals_of_the_months(real: ReportData) -> None:
    told = dict(re.findall(r"<title>Strategy (\d+): ([^<]*)</title>", years_figure(real)))
    totals = {row[0]: row[-1] for row in cells(write_html(real)) if len(row) == 14 and row[0].isdigit()}
    assert len(told) >= 10
    for year, text in told.items():
        assert float(text.rstrip("%").replace(MINUS, "-")) == pytest.approx(float(totals[year].replace(MINUS, "-")), abs=0.051)
    pattern = r'<rect x="[^"]*" y="([\d.]+)%" width="[^"]*" height="([\d.]+)%"[^>]*><title>[^<]*: ([^<]*)%</title>'
    drawn = [
        (float(y), float(tall), float(text.replace(MINUS, "-"))) for y, tall, text in re.findall(pattern, years_figure(real))
    ]
    assert len(drawn) >= 20
    zero = float(re.search(r'y1="([\d.]+)%"', years_figure(real)).group(1))  # type: ignore[union-attr]
    for y, tall, value in (one for one in drawn if abs(one[2]) > 2):  # the others may have a hair's height
        assert (y + tall if value > 0 else y) == pytest.approx(zero, abs=0.02), "bars stand on, or hang from, nothing"
    scale = [tall / abs(value) for _, tall, value in drawn if abs(value) > 5]
    assert max(scale) == pytest.approx(min(scale), rel=0.03)
    close = pd.Series(real.benchmark, pd.to_datetime(real.time, unit="us"))
    held = dict(re.findall(r"<title>Buy &amp; hold (\d+): ([^<]*)%</title>", years_figure(real)))
    last = close.groupby(close.index.year).last()
    for before, year in zip(last.index, last.index[1:], strict=False):
        assert float(held[str(year)].replace(MINUS, "-").replace(",", "")) == pytest.approx(
            100 * (last[year] / last[before] - 1), abs=0.051
        )


def test_moving_windows_show_what_pandas_finds(real: ReportData) -> None:
    bars = window_bars(real)
    assert bars == 126
    sharpe, volatility, beta = moving_charts(real)
    own = pd.Series(real.equity).pct_change(fill_method=None)
    held = pd.Series(real.benchmark).pct_change(fill_method=None)
    year = (len(real.time) - 1) * 365.25 * 86_400e6 / (real.time[-1] - real.time[0])
    deviation = own.rolling(bars).std()
    np.testing.assert_allclose(volatility.series[0].values[bars:], (deviation * np.sqrt(year))[bars:], rtol=1e-6, atol=1e-12)
    held_sharpe = held.rolling(bars).mean() / held.rolling(bars).std() * np.sqrt(year)
    np.testing.assert_allclose(sharpe.series[1].values[bars:], held_sharpe[bars:], rtol=1e-6)
    np.testing.assert_allclose(
        beta.series[0].values[bars:], (own.rolling(bars).cov(held) / held.rolling(bars).var())[bars:], rtol=1e-6, atol=1e-9
    )


def test_a_short_history_has_no_moving_window_and_a_long_one_is_summed_up(make: Make) -> None:
    assert moving_charts(make(50)) == []
    long = make(20_000, step=3_600_000_000)
    found = moving_charts(long)[1].series[1].values
    returns = np.diff(long.benchmark) / long.benchmark[:-1]
    year = (len(long.time) - 1) * 365.25 * 86_400e6 / (long.time[-1] - long.time[0])
    columns = round(window_bars(long) * 1500 / 20_000)
    starts = np.arange(1500) * 20_000 // 1500
    first = int(starts[1500 - columns])
    assert found[-1] == pytest.approx(returns[first - 1 :].std(ddof=1) * np.sqrt(year), rel=1e-9)


@settings(deadline=None)
@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=400), st.integers(3, 40))
def test_every_trade_is_in_one_bin_and_none_spans_zero(values: list[float], wanted: int) -> None:
    column = np.array(values)
    edges = bin_edges(column, wanted)
    assert sum(counts_of(column, edges)) == len(values)
    assert (np.diff(edges) > 0).all()
    assert len(edges) <= 2 * wanted + 3
    width = edges[1] - edges[0]
    assert not ((edges[:-1] < -width * 1e-6) & (edges[1:] > width * 1e-6)).any(), "no bin holds losses and profits"


def test_groups_count_every_trade_once_and_add_up(make: Make, make_trade: Trade) -> None:
    _, closed = some_trades(make, make_trade)
    rows = cells(breakdown(closed, "USD"))
    number = lambda text: float(text.replace(MINUS, "-").replace(",", ""))  # noqa: E731
    whole = rows[1]
    assert number(whole[1]) == len(closed)
    kinds = [i for i, row in enumerate(rows) if len(row) == 1]
    assert [rows[i][0] for i in kinds] == ["Side", "Entry", "Exit by"]
    for start, stop in zip(kinds, [*kinds[1:], len(rows)], strict=True):
        part = rows[start + 1 : stop]
        assert sum(number(row[1]) for row in part) == len(closed)
        assert sum(number(row[3]) for row in part) == pytest.approx(number(whole[3]), abs=0.03)
    chosen = np.array([side == "long" for side in closed.side])
    row = next(row for row in rows if row[0] == "long")
    assert number(row[6]) == pytest.approx(100 * np.median(closed.share[chosen]), abs=0.005)
    assert number(row[2]) == pytest.approx(100 * (closed.profit[chosen] > 0).mean(), abs=0.05)


def test_a_group_that_holds_every_trade_is_not_told_again_and_dear_commission_is(make: Make, make_trade: Trade) -> None:
    data = make(300)
    rows = [replace(make_trade(i + 1, data.time, data.close, i, i + 9), profit=1.0, commission=5.0) for i in range(4)]
    text = breakdown(closed_trades(rows), "USD")
    assert len(cells(text)) == 2
    assert "20.00 USD was paid on 4 closed trades, 83.3% of the 24.00 USD that they made before it." in text
    lost = breakdown(closed_trades([replace(row, profit=-4.0) for row in rows]), "USD")
    assert "more than the 4.00 USD that they made before it." in lost
    most = breakdown(closed_trades([replace(row, profit=-2.0) for row in rows]), "USD")
    assert "more than the 12.00 USD that they made before it." in most


def test_many_groups_are_cut_and_the_rest_is_one_row() -> None:
    found = grouped([f"t{i % 40}" for i in range(100)])
    assert len(found) == 26
    assert found[-1][0] == "15 others"
    assert sum(int(chosen.sum()) for _, chosen in found) == 100


def test_what_is_said_of_stops_is_what_a_count_gives(make: Make, make_trade: Trade) -> None:
    _, closed = some_trades(make, make_trade)
    depth = sorted(-closed.mae[closed.won])
    limit = depth[int(np.ceil(0.9 * (len(depth) - 1)))]
    further = [bool(won) for won, mae in zip(closed.won, closed.mae, strict=True) if -mae > limit]
    text = against(closed)
    assert f"Of the {len(further)} trades that went further, {further.count(False)} ended with a loss." in text
    kept = float(np.median([s / m for s, m, won in zip(closed.share, closed.mfe, closed.won, strict=True) if won]))
    assert f"kept {100 * kept:.0f}% of the best" in ahead(closed)


def test_few_trades_are_not_made_to_say_more_than_they_do(make: Make, make_trade: Trade) -> None:
    _, closed = some_trades(make, make_trade, 5)
    assert "too few" in against(closed)
    assert "too few" in ahead(closed)


@pytest.mark.parametrize("count", [0, 1, 2, 3000])
def test_any_number_of_trades_makes_a_whole_page(make: Make, make_trade: Trade, count: int) -> None:
    data, closed = some_trades(make, make_trade, count)
    text = write_html(data)
    assert ("How trades came out" in text) == (count > 0)
    assert ("Return of each trade" in text) == (count > 1)
    assert text.count("<circle") <= 2 * 1500 + 1
    assert "nan" not in re.sub(r"<(script|style).*?</\1>", "", text, flags=re.S).lower().replace("finance", "")
    assert len(closed) == count


def test_a_ruined_account_makes_a_whole_page(make: Make) -> None:
    data = make(600)
    equity = data.equity.copy()
    equity[300:] = -50.0
    text = write_html(replace(data, equity=equity))
    assert 'id="scale-log"' not in text, "a debt has no logarithm"
    assert "nan" not in re.sub(r"<(script|style).*?</\1>", "", text, flags=re.S).lower().replace("finance", "")


def test_equity_is_shown_on_either_scale_without_a_script(real: ReportData, make: Make) -> None:
    text = write_html(real)
    assert text.count('type="radio"') == 2
    assert text.count(" checked") == 1
    assert 'data-chart="equity-log"' in text
    calm = make(300)
    assert 'type="radio"' not in write_html(replace(calm, equity=np.linspace(10_000, 10_100, 300), benchmark=calm.equity))
