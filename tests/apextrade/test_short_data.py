"""A run over fewer bars than the program needs says so; one over enough says nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

import apextrade as apx
from apextrade.cli import main
from tests.generators.markets import market

TEXT = 'apx 1\nstrategy "Short"\ntrade "TEST" every 1d\nsettings\n  commission 0.1%\nwhen close > sma(close, 50)\n  buy 10% of equity\n'
SENTENCE = "needs 50 bars before it can be known; these are 49"


def said(bars: int) -> list[str]:
    return [text for text in map(str, apx.backtest(TEXT, market(1, "calm", bars)).warnings) if SENTENCE in text]


def test_a_backtest_of_too_few_bars_says_how_many_it_needs() -> None:
    assert len(said(49)) == 1
    assert said(50) == []


def test_so_does_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    Path("short.apx").write_text(TEXT, encoding="utf-8")
    rows = ["time,open,high,low,close,volume"] + [f"2020-01-{day:02d},10,11,9,10,5" for day in range(1, 30)]
    Path("bars.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    assert main(["run", "short.apx", "--data", "bars.csv"]) == 0
    assert "The program needs 50 bars before it can be known; these are 29" in capsys.readouterr().err
