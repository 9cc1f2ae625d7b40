"""Reports of a backtest: one HTML page that needs nothing else, and a summary for the terminal."""

from __future__ import annotations

from apextrade.report.data import Overlay, Refusal, ReportData, Scenario, TradeRow
from apextrade.report.page import write_html
from apextrade.report.terminal import summary

__all__ = ["Overlay", "Refusal", "ReportData", "Scenario", "TradeRow", "summary", "write_html"]
