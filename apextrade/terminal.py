"""What the terminal can show."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from apextrade.report import ReportData


def colours(stream: TextIO) -> bool:
    """Whether to write colours to a stream: only to a terminal, and not where NO_COLOR asks for none."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def shows_unicode(stream: TextIO) -> bool:
    """Whether a stream's encoding has more than ASCII."""
    return (getattr(stream, "encoding", None) or "").lower().replace("-", "").startswith("utf")


def printed_summary(data: ReportData, stream: TextIO) -> str:
    """The summary of a backtest as wide as the terminal, at most 120, with what the stream can show."""
    import shutil

    from apextrade.report import summary

    width = min(120, shutil.get_terminal_size((80, 24)).columns)
    return summary(data, width, unicode=shows_unicode(stream), color=colours(stream))
