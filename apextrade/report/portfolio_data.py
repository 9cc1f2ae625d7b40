"""A finished backtest of several instruments as the data of a report."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from apextrade.report.backtest_data import NOTES
from apextrade.report.data import InstrumentRow, Refusal, ReportData, TradeRow
from apextrade.report.settings_text import input_rows, settings_rows
from apextrade.warned import run_warnings
from compiler.inputs import InputValue
from compiler.program import Program
from runtime.candles import Candles
from runtime.machine.codes import CAUSES
from runtime.portfolio.result import PortfolioResult


def portfolio_data(
    result: PortfolioResult,
    candles: Mapping[str, Candles],
    program: Program,
    *,
    values: Mapping[str, InputValue] | None = None,
    commission_given: bool = False,
) -> ReportData:
    """What a report needs of a run. In place of prices stands an equal part of the capital in each instrument, bought and held."""
    stats = dict(result.stats)
    if result.every_target is not None:
        stats["targets_first"] = result.every_target.total_return
    notes = [(note["time"], note["text"]) for note in result.notes()]
    repairs = tuple(f"{symbol}: {problem.sentence}" for symbol, bars in candles.items() for problem in bars.repairs)
    settings = [
        row
        for row in settings_rows(result.account, result.legs[0].instrument)
        if row[0] not in ("Prices", "Tick", "Lot", "Multiplier")
    ]
    quoted = (f"{leg.symbol} {leg.instrument.currency or 'not known'}" for leg in result.legs)
    settings.append(("Prices", ", ".join(quoted)))
    for name in ("tick", "lot", "multiplier"):
        settings.append((name.capitalize(), ", ".join(f"{leg.symbol} {getattr(leg.instrument, name):g}" for leg in result.legs)))
    quotes = {leg.instrument.currency or result.account.currency for leg in result.legs}
    return ReportData(
        title=program.title,
        doc=program.doc,
        program_text=program.source.text,
        program_hash=program.hash,
        symbol=", ".join(result.symbols),
        time=result.time,
        open=result.benchmark,
        high=result.benchmark,
        low=result.benchmark,
        close=result.benchmark,
        equity=result.equity_values,
        benchmark=result.benchmark,
        position=np.sum([np.sign(column) for column in result.position_values.values()], axis=0, dtype=np.float64),
        capital=result.account.capital,
        currency=result.account.currency,
        quote=quotes.pop() if len(quotes) == 1 else "",
        trades=trades(result),
        stats=stats,
        data_name=", ".join(dict.fromkeys(bars.source for bars in candles.values())),
        fingerprint=", ".join(bars.fingerprint()[:16] for bars in candles.values()),
        timeframe_s=max(bars.timeframe for bars in candles.values()),
        repairs=repairs,
        settings=tuple(settings),
        inputs=input_rows(program.inputs, values or {}),
        warnings=tuple(sentence for _, sentence in run_warnings(program, result, commission_given)),
        refusals=refusals(result),
        notes=tuple(notes if len(notes) <= 2 * NOTES else (*notes[:NOTES], *notes[-NOTES:])),
        note_count=len(notes),
        instruments=instruments(result),
    )


def instruments(result: PortfolioResult) -> tuple[InstrumentRow, ...]:
    """A row for each instrument, in their order."""
    return tuple(
        InstrumentRow(
            symbol=leg.symbol,
            bars=len(leg.time),
            profit=float(leg.equity_values[-1]) - result.account.capital if len(leg.time) else 0.0,
            contribution=leg.stats["total_return"],
            trades=int(leg.stats["trades"]),
            win_rate=leg.stats["win_rate"],
            exposure=leg.stats["exposure"],
            commission=leg.stats["commission"],
            buy_and_hold=leg.stats["buy_and_hold"],
        )
        for leg in result.legs
    )


def trades(result: PortfolioResult) -> tuple[TradeRow, ...]:
    """The trades of all instruments by entry."""
    return tuple(
        TradeRow(
            id=row["id"],
            symbol=row["symbol"],
            side=row["side"],
            quantity=row["quantity"],
            entry_time=_micros(row["entry_time"]),
            entry_price=row["entry_price"],
            exit_time=None if row["exit_time"] is None else _micros(row["exit_time"]),
            exit_price=math.nan if row["exit_price"] is None else row["exit_price"],
            profit=row["profit"],
            profit_share=math.nan if row["profit_percent"] is None else row["profit_percent"] / 100.0,
            commission=row["commission"],
            bars=row["bars"],
            tag=row["tag"],
            exit_reason=(row["exit_reason"] or "").replace("_", " "),
            mae=math.nan if row["mae"] is None else row["mae"],
            mfe=math.nan if row["mfe"] is None else row["mfe"],
        )
        for row in result.trade_rows()
    )


def refusals(result: PortfolioResult) -> tuple[Refusal, ...]:
    """Why orders were not made or filled as written: a row for each cause, the most frequent first."""
    counts: dict[str, int] = {}
    first: dict[str, int] = {}
    for row in result.trace_records():
        cause = row["cause"]
        if cause == "liquidation":  # no order; a warning of its own says it
            continue
        counts[cause] = counts.get(cause, 0) + row["count"]
        first.setdefault(cause, _micros(row["first"]))
    return tuple(Refusal(CAUSES[c] or c, counts[c], first[c]) for c in sorted(counts, key=lambda c: (-counts[c], c)))


def _micros(text: str) -> int:
    return int(np.datetime64(text.removesuffix("Z"), "us").astype(np.int64))
