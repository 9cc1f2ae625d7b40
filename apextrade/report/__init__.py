"""Reports of a backtest: one HTML page that needs nothing else, and a summary for the terminal."""

from __future__ import annotations

from apextrade.report.data import Overlay, Refusal, ReportData, Scenario, TradeRow

__all__ = ["Overlay", "Refusal", "ReportData", "Scenario", "TradeRow", "summary", "write_html"]


def write_html(data: ReportData) -> str:
    """The report as one self-contained HTML file; equal data give equal text. See `apextrade.report.page`."""
    from apextrade.report import page  # imported when asked for: a backtest at the terminal does without

    return page.write_html(data)


def summary(data: ReportData, width: int = 80, unicode: bool = True, color: bool = False) -> str:
    """The report as lines of text for a terminal. See `apextrade.report.terminal`."""
    from apextrade.report import terminal

    return terminal.summary(data, width, unicode, color)
