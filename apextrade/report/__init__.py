"""Reports of a backtest: one HTML page that needs nothing else, and a summary for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apextrade.report.data import Overlay, Refusal, ReportData, TradeRow

if TYPE_CHECKING:
    from apextrade.report.backtest_data import report_data as report_data

__all__ = ["Overlay", "Refusal", "ReportData", "TradeRow", "report_data", "summary", "write_html"]


def write_html(data: ReportData) -> str:
    """The report as one self-contained HTML file; equal data give equal text. See `apextrade.report.page`."""
    from apextrade.report import page  # imported when asked for: a backtest at the terminal does without

    return page.write_html(data)


def summary(data: ReportData, width: int = 80, unicode: bool = True, color: bool = False) -> str:
    """The report as lines of text for a terminal. See `apextrade.report.terminal`."""
    from apextrade.report import terminal

    return terminal.summary(data, width, unicode, color)


def __getattr__(name: str) -> object:
    if name != "report_data":
        raise AttributeError(f"module 'apextrade.report' has no attribute {name!r}")
    from apextrade.report.backtest_data import report_data

    return report_data
