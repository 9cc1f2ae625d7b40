"""A finished backtest as the data of a report."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import overload

import numpy as np

from apextrade.report.data import Floats, Micros, Overlay, Refusal, ReportData, TradeRow
from apextrade.report.settings_text import input_rows, settings_rows
from apextrade.warned import run_warnings
from compiler.inputs import InputValue
from compiler.program import Program
from runtime.candles import Candles
from runtime.machine.codes import CAUSE_NAMES, CAUSES, REASONS
from runtime.result import BacktestResult
from runtime.signals import Signals
from runtime.traded import traded_price, traded_quantity

NOTES = 200  # at either end of a run


def report_data(
    result: BacktestResult,
    candles: Candles,
    program: Program,
    *,
    values: Mapping[str, InputValue] | None = None,
    signals: Signals | None = None,
    data_name: str = "",
    commission_given: bool = False,
) -> ReportData:
    """What a report needs of a run.

    candles, program: those of the run. values: the inputs that were given. signals: what the program computed over the same
    candles, for its plots; without them none is drawn. data_name: what the user called the data (default: where the candles
    came from). commission_given: whether the run's commission took the place of the program's. Raises ValueError without bars.
    """
    symbol = result.symbol or (program.symbols[0] if program.symbols else "the instrument")
    account = result.account
    close = candles.close if result.converted is None else candles.close * result.converted.rates.close
    stats = dict(result.stats)
    if result.every_target is not None:
        stats["targets_first"] = result.every_target.total_return
    return ReportData(
        title=program.title,
        doc=program.doc,
        program_text=program.source.text,
        program_hash=program.hash,
        symbol=symbol,
        time=candles.time,
        open=candles.open,
        high=candles.high,
        low=candles.low,
        close=candles.close,
        equity=result.equity_values,
        benchmark=held_from_start(close, account.capital),
        position=result.position_values,
        capital=account.capital,
        currency=account.currency,
        quote=result.instrument.currency or account.currency,
        trades=Trades(result, symbol),
        stats=stats,
        data_name=data_name or candles.source,
        fingerprint=candles.fingerprint(),
        timeframe_s=candles.timeframe,
        repairs=tuple(problem.sentence for problem in candles.repairs),
        overlays=plotted(signals) if signals is not None else (),
        settings=settings_rows(account, result.instrument),
        inputs=input_rows(program.inputs, values or {}),
        warnings=tuple(sentence for _, sentence in run_warnings(program, result, commission_given)),
        refusals=refusals(result),
        notes=first_and_last_notes(result),
        note_count=len(result.note_rows),
    )


def held_from_start(close: Floats, capital: float) -> Floats:
    """The capital put into the instrument at the first known close and held; unknown where the close is. Shape (n,)."""
    known = np.flatnonzero(np.isfinite(close))
    if not len(known):
        return np.full(len(close), np.nan)
    held: Floats = capital * (close / close[known[0]])
    return held


def plotted(signals: Signals) -> tuple[Overlay, ...]:
    """What the program plots. A truth is drawn as 0 and 1."""
    plots = [(name, column) for name, column in signals.columns.items() if column.role == "plot"]
    return tuple(Overlay(column.label or name, signals[name], column.unit) for name, column in plots)


def refusals(result: BacktestResult) -> tuple[Refusal, ...]:
    """Why orders were not made or filled as written: a row for each cause, the most frequent first."""
    counts: dict[str, int] = {}
    first: dict[str, int] = {}
    for cause, _, bar, _, count in result.event_rows.tolist():
        name = CAUSE_NAMES[int(cause)]
        if name == "liquidation":  # no order; a warning of its own says it
            continue
        counts[name] = counts.get(name, 0) + int(count)
        first[name] = min(first.get(name, len(result.time) - 1), int(bar))
    causes = sorted(counts, key=lambda name: (-counts[name], name))
    return tuple(Refusal(CAUSES[name] or name, counts[name], int(result.time[first[name]])) for name in causes)


def first_and_last_notes(result: BacktestResult) -> tuple[tuple[str, str], ...]:
    """Time and text of the first and the last NOTES notes; of all where there are no more."""
    rows = result.note_rows
    if len(rows) > 2 * NOTES:
        result = replace(result, note_rows=np.concatenate((rows[:NOTES], rows[-NOTES:])))
    return tuple((note["time"], note["text"]) for note in result.notes())


class Trades(Sequence[TradeRow]):
    """The trades of a run, by entry as in its table, each made when looked at: a summary reads five of a hundred thousand."""

    __slots__ = ("_order", "_result", "_rows", "_symbol", "_units")

    def __init__(self, result: BacktestResult, symbol: str) -> None:
        self._result, self._symbol = result, symbol
        self._rows = np.concatenate((result.trade_rows_closed, result.trade_rows_open))
        closed, still_open = result.entry_units
        self._units = [*closed, *still_open]
        self._order = np.argsort(self._rows[:, 0], kind="stable")

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, index: int) -> TradeRow: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[TradeRow]: ...
    def __getitem__(self, index: int | slice) -> TradeRow | Sequence[TradeRow]:
        if isinstance(index, slice):
            return [self._row(i) for i in range(*index.indices(len(self)))]
        return self._row(range(len(self))[index])

    def _row(self, i: int) -> TradeRow:
        result = self._result
        row = self._rows[self._order[i]].tolist()
        _, action, side, quantity, entry_bar, entry, exit_bar, exit_price, profit, fee, mae, mfe, reason = row
        value = entry * quantity * self._units[self._order[i]]
        is_open = math.isnan(exit_bar)
        last = len(result.time) - 1 if is_open else exit_bar
        return TradeRow(
            id=i + 1,
            symbol=self._symbol,
            side="long" if side > 0 else "short",
            quantity=traded_quantity(quantity, result.factor(entry_bar)),
            entry_time=_time(result.time, entry_bar),
            entry_price=traded_price(entry, result.factor(entry_bar)),
            exit_time=None if is_open else _time(result.time, exit_bar),
            exit_price=math.nan if is_open else traded_price(exit_price, result.factor(last)),
            profit=profit,
            profit_share=profit / value if value > 0 else math.nan,
            commission=fee,
            bars=int(last - entry_bar),
            tag=result.actions[int(action)].tag,
            exit_reason="" if is_open else REASONS[int(reason)].replace("_", " "),
            mae=mae,
            mfe=mfe,
            entry_height=entry,
            exit_height=exit_price,
        )


def _time(time: Micros, bar: float) -> int:
    return int(time[int(bar)])
