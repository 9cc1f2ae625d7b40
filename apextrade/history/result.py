"""The result of a run over a stored history: figures and warnings as of a run in memory, a report of the bars that were kept."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from apextrade.history.tables import trade_columns
from apextrade.warned import warnings_of
from compiler.inputs import InputValue
from compiler.program import Program as CompiledProgram
from runtime.candles import Candles
from runtime.charged import account_settings
from runtime.data.arrays import Floats
from runtime.history.journal import as_time
from runtime.history.records import SHOWN_NOTES
from runtime.history.run import Outcome
from runtime.machine.codes import CAUSES, REASONS
from runtime.machine.notes import note_text
from runtime.result import stamp

if TYPE_CHECKING:
    from apextrade.plotting import Plot
    from apextrade.report import ReportData
    from apextrade.report.data import TradeRow


@dataclass(frozen=True, slots=True, eq=False)
class HistoryResult:
    """A finished run. specimen: the last of its bars, named as all are. files: what was written, by `trades`, `equity`, `orders` and `executions`."""

    program: CompiledProgram
    specimen: Candles
    inputs: Mapping[str, InputValue]
    outcome: Outcome
    said: tuple[str, ...]
    files: Mapping[str, Path]
    commission_given: bool = False

    @property
    def stats(self) -> Mapping[str, float]:
        """Statistics by name, ratios not percents; NaN where one is not defined: those of a run in memory, bit for bit."""
        return self.outcome.stats

    @property
    def symbol(self) -> str:
        return self.specimen.symbol or (self.program.symbols[0] if self.program.symbols else "the instrument")

    @property
    def _warnings(self) -> tuple[tuple[str, str], ...]:
        ruined = "" if self.outcome.ruined is None else _stamp(self.outcome.ruined)[:10]
        return warnings_of(self.program, self.outcome.account, self.said, ruined, self.commission_given)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What to know before trusting the figures."""
        return tuple(f"{code}: {sentence}" if code else sentence for code, sentence in self._warnings)

    @property
    def notes(self) -> list[tuple[str, str]]:
        """(time, text) of the first and the last notes; of all where there are no more than four hundred."""
        found = [*self.outcome.first_notes, *self.outcome.last_notes]
        return [
            (_stamp(time), note_text(self.outcome.actions[int(row[1])], row[2:], self.specimen.symbol)) for time, row in found
        ]

    @property
    def repairs(self) -> tuple[str, ...]:
        """Everything that was wrong with the bars, and what was done about it."""
        return tuple(problem.sentence for problem in self.outcome.problems)

    def last_trades(self) -> list[dict[str, Any]]:
        """The last thousand trades by entry, as rows of the trades' file; times are ISO 8601 UTC."""
        outcome = self.outcome
        columns = trade_columns(outcome.shown, outcome.trades - len(outcome.shown), outcome, self.specimen.symbol)
        rows = []
        for i in range(len(outcome.shown)):
            row: dict[str, Any] = {}
            for column in columns:
                value = column.values[i]
                if column.kind == "time":
                    row[column.name] = None if int(value) == np.iinfo(np.int64).min else _stamp(int(value))
                elif column.kind == "number":
                    row[column.name] = None if math.isnan(value) else float(value)
                else:
                    row[column.name] = int(value) if column.kind == "whole" else value
            row["exit_reason"] = row["exit_reason"] if row["exit_time"] is not None else None
            rows.append(row)
        return rows

    def shown(self) -> ReportData:
        """What reports are made of: a few thousand bars of the run, among them each low and high of equity and the last of each month."""
        from apextrade.report.backtest_data import held_from_start
        from apextrade.report.data import Refusal, ReportData
        from apextrade.report.settings_text import input_rows, settings_rows

        outcome, program = self.outcome, self.program
        bars = outcome.thinned
        stats = dict(outcome.stats)
        if outcome.every_target is not None:
            stats["targets_first"] = outcome.every_target.total_return
        causes = sorted(outcome.causes.items(), key=lambda item: (-item[1][0], item[0]))
        warnings = [sentence for _, sentence in self._warnings]
        if len(bars) < outcome.bars:
            warnings.append(
                f"Charts and the months are drawn from {len(bars):,} of {outcome.bars:,} bars, among them every low and high of equity and the last of "
                "each month; the figures are of all bars. The page leaves out what takes every bar or every trade: moving windows, the table of drawdowns, how "
                "trades came out."
            )
        return ReportData(
            title=program.title,
            doc=program.doc,
            program_text=program.source.text,
            program_hash=program.hash,
            symbol=self.symbol,
            time=bars[:, 1].astype(np.int64),
            open=bars[:, 2],
            high=bars[:, 3],
            low=bars[:, 4],
            close=bars[:, 5],
            equity=bars[:, 6],
            benchmark=held_from_start(bars[:, 5], outcome.account.capital),
            position=bars[:, 7],
            capital=outcome.account.capital,
            currency=outcome.account.currency,
            quote=outcome.instrument.currency or outcome.account.currency,
            trades=self._trade_rows(outcome.shown),
            stats=stats,
            data_name=self.specimen.source,
            timeframe_s=self.specimen.timeframe,
            repairs=self.repairs,
            settings=settings_rows(outcome.account, outcome.instrument),
            inputs=input_rows(program.inputs, self.inputs),
            warnings=tuple(warnings),
            refusals=tuple(Refusal(CAUSES[name] or name, count, time) for name, (count, time) in causes),
            notes=tuple(self.notes),
            note_count=outcome.note_count,
            bars=outcome.bars,
            trades_before=outcome.trades - len(outcome.shown),
        )

    def _trade_rows(self, rows: Floats) -> list[TradeRow]:
        from apextrade.report.data import TradeRow

        outcome, found = self.outcome, []
        times = zip(as_time(rows[:, 13]).tolist(), as_time(rows[:, 14]).tolist(), strict=True)
        for number, (row, (entered, left)) in enumerate(zip(rows[:, :13].tolist(), times, strict=True)):
            _, action, side, quantity, entry_bar, entry, exit_bar, exit_price, profit, fee, mae, mfe, reason = row
            value, is_open = entry * quantity * outcome.instrument.multiplier, math.isnan(exit_bar)
            found.append(
                TradeRow(
                    id=outcome.trades - len(rows) + number + 1,
                    symbol=self.symbol,
                    side="long" if side > 0 else "short",
                    quantity=quantity,
                    entry_time=entered,
                    entry_price=entry,
                    exit_time=None if is_open else left,
                    exit_price=exit_price,
                    profit=profit,
                    profit_share=profit / value if value > 0 else math.nan,
                    commission=fee,
                    bars=int((outcome.bars - 1 if is_open else exit_bar) - entry_bar),
                    tag=outcome.actions[int(action)].tag,
                    exit_reason="" if is_open else REASONS[int(reason)].replace("_", " "),
                    mae=mae,
                    mfe=mfe,
                )
            )
        return found

    def report(self, path: str | PathLike[str]) -> Path:
        """Writes the report as one HTML page that needs nothing else. Returns its path."""
        from apextrade.files import write_whole
        from apextrade.report import write_html

        write_whole(Path(path), write_html(self.shown()).encode())
        return Path(path)

    def summary(self, width: int = 80) -> str:
        """The result in plain text: figures, equity curve, last trades."""
        from apextrade.report import summary

        return summary(self.shown(), width)

    def plot(self) -> Plot:
        """The equity curve and its drawdown as a picture, which a notebook shows; elsewhere it reads as the summary."""
        from apextrade.plotting import result_plot

        return result_plot(self.shown(), self.summary())

    def show(self) -> None:
        """Prints the result with its equity curve, as the terminal can show it."""
        from apextrade.terminal import printed_summary

        sys.stdout.write(printed_summary(self.shown(), sys.stdout))

    def as_json(self) -> dict[str, Any]:
        """As `apextrade/result_json.py` gives a run in memory, with the last trades and notes alone, and how many come before them."""
        from dataclasses import asdict

        from runtime.statistics import json_values

        outcome, bars = self.outcome, self.specimen
        facts = asdict(outcome.instrument)
        facts["quote_currency"] = facts.pop("currency")
        settings = {**account_settings(outcome.account, asdict(outcome.account)), **facts, "conversion": None}
        return {
            "program": {"title": self.program.title, "file": self.program.source.name},
            "hash": self.program.hash,
            "data": {
                "symbol": bars.symbol,
                "source": bars.source,
                "timeframe": bars.timeframe,
                "bars": outcome.bars,
                "first": _stamp(outcome.first_time),
                "last": _stamp(outcome.last_time),
                "fingerprint": None,
                "repairs": list(self.repairs),
            },
            "settings": settings | {"inputs": dict(self.inputs)},
            "stats": json_values(outcome.stats),
            "trades": self.last_trades(),
            "trades_before": outcome.trades - len(outcome.shown),
            "notes": [{"time": time, "text": text} for time, text in self.notes],
            "notes_between": max(0, outcome.note_count - 2 * SHOWN_NOTES),
            "warnings": list(self.warnings),
        }

    def __repr__(self) -> str:
        total, trades = self.stats["total_return"], self.stats["trades"]
        return f"<HistoryResult of {self.program.title!r} on {self.outcome.bars:,} bars: {total:+.2%} in {trades:.0f} trades>"


def _stamp(micros: int) -> str:
    return stamp(np.array([micros]), 0)
