"""The laws of histories that are read a part at a time: the bits of a run in memory, whatever the size of a part and wherever it was stopped."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from compiler.plan import Plan
from compiler.terms import NO_TERMS, Terms
from runtime.backtest import backtest
from runtime.candles import Candles
from runtime.clocks.reading import Reading
from runtime.history.clocks import why_whole
from runtime.history.journal import as_number, read_rows
from runtime.history.records import WIDTHS
from runtime.history.run import Outcome, Outputs, Stopped, run_stored
from runtime.history.stored import Stored, look_over
from runtime.machine.codes import CAUSE_NAMES
from runtime.machine.instrument import Instrument
from runtime.result import BacktestResult
from tests.generators.files import parquet_of
from tests.generators.markets import market, markets
from tests.generators.programs import programs
from tests.generators.sessions import Desk, desks
from tests.laws.running import compiled
from tests.laws.trading import INSTRUMENTS

SHARE = 3
NEVER = np.iinfo(np.int64).min
TERMS = st.sampled_from([NO_TERMS, Terms(borrow=0.5, interest=0.1, funding=0.001, funding_every=28_800, maintenance=0.4)])
SIZES = st.one_of(st.integers(1, 9), st.integers(10, 200))
INTRADAY = programs(orders=True, depth=2, every="30m", slower=("1h", "4h", "1d", "1w", "1mo"))
CALENDAR = """
when session.is_first_bar and time.hour > 3 and close > session.low
  buy 2% of equity named "first bars"
    hold at most 7 bars
  notify "first at {close}"
"""


LEVERED = """apx 1
strategy "Levered"
trade "TEST" every 1d
settings
  capital 100_000 USD
  commission 0%
  margin 20%
  maintenance 15%
  borrow 20% per year
  interest 9% per year
  funding 0.01% per 8h
when close > close[1]
  buy 100_000 USD
when close < close[1]
  short 100_000 USD
"""


BRACKETED = """apx 1
strategy "Bracketed"
trade "TEST" every 1d
settings
  capital 100_000 USD
  commission 0%
  pyramiding 2
when close > ema(close, 9)
  buy 20% of equity
    stop loss at 2%
    take profit at 2%
when close < ema(close, 9)
  buy 10% of equity named "cheap"
    stop loss at 25%
    take profit at 15%
"""


def on_terms(plan: Plan, terms: Terms) -> Plan:
    return replace(plan, account=replace(plan.account, terms=terms))


def journals(folder: Path) -> dict[str, Path]:
    return {name: folder / name for name in WIDTHS}


def rows_of(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in WIDTHS}


def in_memory(found: BacktestResult) -> dict[str, bytes]:
    """The rows that a run in memory would have written."""

    def times(bars: np.ndarray) -> np.ndarray:
        known = bars == bars
        return as_number(np.where(known, found.time[np.where(known, bars, 0).astype(np.int64)], NEVER))

    trades = np.concatenate((found.trade_rows_closed, found.trade_rows_open))
    trades = trades[np.argsort(trades[:, 0], kind="stable")]
    tables = {
        "trades": np.column_stack((trades, times(trades[:, 4]), times(trades[:, 6]))),
        "equity": np.column_stack((as_number(found.time), found.equity_values, found.cash_values, found.position_values)),
        "orders": np.column_stack((found.order_rows, times(found.order_rows[:, 2]), times(found.order_rows[:, 10]))),
        "executions": np.column_stack((found.fill_rows, times(found.fill_rows[:, 1]))),
    }
    return {name: np.ascontiguousarray(table).tobytes() for name, table in tables.items()}


def assert_same(outcome: Outcome, folder: Path, found: BacktestResult, text: str) -> None:
    """Figures, warnings and every row, bit for bit."""
    assert repr(dict(outcome.stats)) == repr(dict(found.stats)), text
    assert outcome.warnings == found.warnings, text
    assert outcome.every_target == found.every_target, text
    assert outcome.note_count == len(found.note_rows)
    written, expected = rows_of(folder), in_memory(found)
    for name in WIDTHS:
        assert one_nan(written[name]) == one_nan(expected[name]), f"{name} differ in\n{text}"
    counts: dict[str, int] = {}
    for cause, _, _, _, count in found.event_rows.tolist():
        counts[CAUSE_NAMES[int(cause)]] = counts.get(CAUSE_NAMES[int(cause)], 0) + int(count)
    assert {name: count for name, (count, _) in outcome.causes.items()} == counts


def one_nan(rows: bytes) -> bytes:
    """Times among the numbers are no NaN: years before 1800 and after 2200 alone would be."""
    values = np.frombuffer(rows, dtype=np.float64).copy()
    values[np.isnan(values)] = np.nan
    return values.tobytes()


def stopped_at(blocks: int) -> Callable[[], bool]:
    seen = itertools.count(1)
    return lambda: next(seen) >= blocks


def streamed(plan: Plan, file: Stored, step: Instrument, folder: Path, size: int, stops: tuple[int, ...] = ()) -> Outcome:
    """A run, stopped after so many blocks and taken up again, once for each of `stops`."""
    folder.mkdir()
    outputs = Outputs(journals(folder), folder / "checkpoint")
    for blocks in stops:
        try:
            return run_stored(plan, file, instrument=step, outputs=outputs, size=size, stop=stopped_at(blocks))
        except Stopped:
            for name, path in outputs.journals.items():  # what was written after the checkpoint does not count
                path.write_bytes(path.read_bytes() + b"\1" * (8 * WIDTHS[name] + 3))
    return run_stored(plan, file, instrument=step, outputs=outputs, size=size)


@given(
    text=programs(orders=True),
    candles=markets(rows=90),
    step=st.sampled_from(INSTRUMENTS),
    size=SIZES,
    stops=st.lists(st.integers(1, 12), max_size=3),
    terms=TERMS,
)
def test_a_history_gives_the_bits_of_a_run_in_memory_in_any_parts_and_after_any_stop(
    text: str, candles: Candles, step: Instrument, size: int, stops: list[int], terms: Terms
) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        path = parquet_of(candles, folder / "bars.parquet", group=37)
        plan = on_terms(compiled(text).plan({}, step.tick, "backtest"), terms)
        found = backtest(plan, Candles.from_parquet(path, symbol="TEST"), instrument=step)
        outcome = streamed(plan, look_over(path, symbol="TEST"), step, folder / "out", size, tuple(stops))
        assert_same(outcome, folder / "out", found, text)


def test_a_history_says_what_was_charged_and_closed_by_force_as_a_run_in_memory_does(tmp_path: Path) -> None:
    """Of every year of bars, once in a block that is not the first, and taken up again before it and after."""
    path = parquet_of(market(7, "wild", 300), tmp_path / "bars.parquet")
    plan = compiled(LEVERED).plan({}, 0.01, "backtest")
    step = Instrument(tick=0.01)
    found = backtest(plan, Candles.from_parquet(path, symbol="TEST"), instrument=step)
    assert found.stats["liquidations"] >= 2
    assert any("closed by force" in warning for warning in found.warnings)
    for number, stops in enumerate(((), (1, 1, 1), (4,), (9, 2))):
        outcome = streamed(plan, look_over(path, symbol="TEST"), step, tmp_path / f"out{number}", 11, stops)
        assert_same(outcome, tmp_path / f"out{number}", found, LEVERED)


def test_the_scenario_of_targets_begins_in_the_block_that_first_leaves_it_open(tmp_path: Path) -> None:
    """With a position, a state of filters and trades from the blocks before."""
    path = parquet_of(market(0, "wild", 300), tmp_path / "bars.parquet")
    plan = compiled(BRACKETED).plan({}, 0.01, "backtest")
    step = Instrument(tick=0.01)
    found = backtest(plan, Candles.from_parquet(path, symbol="TEST"), instrument=step)
    assert found.every_target is not None
    assert found.stats["ambiguous_bars"] == 2
    assert found.every_target.final_equity != found.stats["final_equity"]
    for number, (size, stops) in enumerate(((7, ()), (40, (2, 1)), (300, ()))):
        outcome = streamed(plan, look_over(path, symbol="TEST"), step, tmp_path / f"out{number}", size, stops)
        assert_same(outcome, tmp_path / f"out{number}", found, BRACKETED)


@given(text=INTRADAY, desk=desks(30, days=6), size=SIZES, stops=st.lists(st.integers(1, 9), max_size=2))
def test_clocks_and_sessions_go_on_across_parts_and_stops(text: str, desk: Desk, size: int, stops: list[int]) -> None:
    text += CALENDAR
    candles = desk.candles()
    plan = compiled(text).plan({}, 0.01, "backtest")
    assume(not why_whole(plan))
    with TemporaryDirectory() as name:
        folder = Path(name)
        path = parquet_of(candles, folder / "bars.parquet", group=29)
        whole = Candles.from_parquet(path, symbol=candles.symbol).following(candles.calendar)
        assume(whole.timeframe > 0 and Reading.of(whole, plan.every).sure)
        step = Instrument(tick=0.01)
        found = backtest(plan, whole, instrument=step)
        file = look_over(path, symbol=candles.symbol, calendar=candles.calendar)
        outcome = streamed(plan, file, step, folder / "out", size, tuple(stops))
        assert_same(outcome, folder / "out", found, text)


def test_a_journal_is_read_in_parts_of_any_size(tmp_path: Path) -> None:
    rows = np.arange(35.0).reshape(7, 5)
    (tmp_path / "rows").write_bytes(rows.tobytes())
    for size in (1, 3, 7, 100):
        assert np.array_equal(np.concatenate(list(read_rows(tmp_path / "rows", 5, size))), rows)
