"""Laws of several instruments on one account, on generated programs and hostile markets."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from runtime.candles import Candles
from runtime.interpreter.portfolio import trade_graphs
from runtime.machine.instrument import Instrument
from runtime.portfolio.instants import instants
from runtime.portfolio.run import Seat, portfolio_backtest, portfolio_signals
from tests.generators.markets import markets
from tests.generators.programs import FILLS, programs
from tests.laws.running import compiled, one_nan
from tests.laws.trading import INSTRUMENTS

SYMBOLS = ("ONE", "TWO", "SIX")


@st.composite
def several_markets(draw: st.DrawFn) -> list[Candles]:
    """Two or three hostile markets whose bars are at some times together and at some apart."""
    found = []
    for symbol in SYMBOLS[: draw(st.integers(2, 3))]:
        candles = draw(markets(60))
        kept = np.sort(draw(st.permutations(range(len(candles))))[: max(2, draw(st.integers(30, 60)))])
        columns = {
            name: np.ascontiguousarray(getattr(candles, name)[kept])
            for name in ("time", "open", "high", "low", "close", "volume")
        }
        columns["time"] = np.arange(60, dtype=np.int64)[kept] * 86_400_000_000
        found.append(replace(candles, symbol=symbol, timeframe=86_400, _calendar={}, **columns))
    return found


@given(text=programs(orders=True, fills=FILLS), candles=several_markets(), data=st.data())
def test_the_interpreter_trades_several_instruments_as_the_compiled_run(
    text: str, candles: list[Candles], data: st.DataObject
) -> None:
    program = compiled(text)
    tick = data.draw(st.sampled_from(INSTRUMENTS)).tick
    facts = [data.draw(st.sampled_from([i for i in INSTRUMENTS if i.tick == tick] or [Instrument(tick=tick)])) for _ in candles]
    seats = [Seat(bars, program.plan({}, tick, "backtest"), fact) for bars, fact in zip(candles, facts, strict=True)]
    found = portfolio_backtest(seats)
    found.ledger.check()
    again = trade_graphs([program.build({}, tick)] * len(candles), candles, facts, every=program.every)
    assert np.array(again.equity).tobytes() == found.equity_values.tobytes(), text
    assert np.array_equal(again.portfolio.fill_order.values(), found.fill_order), text
    for machine, leg in zip(again.portfolio.machines, found.legs, strict=True):
        assert one_nan(machine.fill_rows.values()).tobytes() == one_nan(leg.fill_rows).tobytes(), text
        assert one_nan(machine.trade_rows.values()).tobytes() == one_nan(leg.trade_rows_closed).tobytes(), text
        assert np.array_equal(np.array(machine.finished_events()).reshape(-1, 5), leg.event_rows), text
    shown = portfolio_signals(
        [Seat(bars, program.plan({}, tick, "signals"), fact) for bars, fact in zip(candles, facts, strict=True)]
    )
    names = [output.name for output in program.build({}, tick).outputs]
    for signals, columns in zip(shown, again.columns, strict=True):
        for name, column in zip(names, columns, strict=True):
            assert one_nan(signals._raw[name]).tobytes() == one_nan(np.array(column, dtype=np.float64)).tobytes(), (
                f"{name} in\n{text}"
            )


@given(text=programs(orders=True, fills=FILLS), candles=several_markets())
def test_the_future_changes_nothing_of_what_was(text: str, candles: list[Candles]) -> None:
    program = compiled(text)
    plan = program.plan({}, 0.01, "backtest")
    whole = portfolio_backtest([Seat(bars, plan, Instrument(tick=0.01)) for bars in candles])
    cut = len(instants(candles)) // 2
    early = [_before(bars, int(whole.time[cut])) for bars in candles]
    if any(len(bars) == 0 for bars in early):
        return
    part = portfolio_backtest([Seat(bars, plan, Instrument(tick=0.01)) for bars in early])
    assert part.equity_values.tobytes() == whole.equity_values[:cut].tobytes(), text


def _before(bars: Candles, time: int) -> Candles:
    kept = bars.time < time
    columns = {name: getattr(bars, name)[kept] for name in ("time", "open", "high", "low", "close", "volume")}
    return replace(bars, _calendar={}, **columns)


ROTATIONS = (
    "every week end\n  hold top 1 of members by roc(close, 3 bars) weighted equally\n",
    "every month start where close > sma(close, 3 bars)\n  hold top 2 of members by 0 - close where volume > 0 weighted by close / sma(close, 4 bars)\n",
    "when members_rank(close) <= 1\n  buy 20% of equity\n    stop loss at 5%\n  short 5 shares\n"
    "every week start\n  hold top 2 of members by members_zscore(close) weighted by members_rank(close on 1w)\n",
)


@given(rules=st.sampled_from(ROTATIONS), candles=several_markets(), tick=st.sampled_from([0.01, 0.25]))
def test_the_interpreter_rotates_as_the_compiled_run(rules: str, candles: list[Candles], tick: float) -> None:
    text = (
        'apx 1\nstrategy "Rotates"\ntrade "ONE", "TWO", "SIX" every 1d\nsettings\n  commission 0.1%\n  capital 50_000 USD\n'
        + rules
    )
    program = compiled(text)
    facts = [Instrument(tick=tick)] * len(candles)
    found = portfolio_backtest(
        [Seat(bars, program.plan({}, tick, "backtest"), fact) for bars, fact in zip(candles, facts, strict=True)]
    )
    again = trade_graphs([program.build({}, tick)] * len(candles), candles, facts, every="1d")
    assert np.array(again.equity).tobytes() == found.equity_values.tobytes()
    assert np.array_equal(again.portfolio.rotation_rows.values(), found.rotation_rows, equal_nan=True)
    assert np.array_equal(again.portfolio.fill_order.values(), found.fill_order)
