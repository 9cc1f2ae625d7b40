"""Finer bars for programs that aggregate them: how they are given, what is said of them, and that every way to run agrees."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from apextrade import backtest, interpret
from apextrade import compile as compile_program
from apextrade.cli import main
from compiler.inputs import InputError
from runtime.candles import Candles
from runtime.clocks.reading import Reading
from runtime.feeds import FeedError
from runtime.kernel import StateMismatch
from runtime.portfolio.stream import Moment, PortfolioStream
from tests.generators.sessions import intraday
from tests.laws.clocks import candle_list

TEXT = """apx 1
strategy "Inside"
trade "AAPL" every 1h
settings
  capital 10_000 USD
  commission 0.1%
let up = count_inside((close > open) on 15m)
let bought = sum_inside((if close > open then volume else 0 * volume end) on 5m)
when up >= 3
  buy 10 shares
when up < 2
  exit position
plot bought / volume
"""


def made(seed: int = 3, symbol: str = "AAPL") -> tuple[Candles, Candles]:
    """Hours and the bars of five minutes that they are made of."""
    finer = intraday(seed, "XNYS", "2024-03-05", 5, 12, 0.0, 0.0, symbol)
    return Reading.of(finer, "").longer("1h").candles, finer


def same(a, b) -> None:  # type: ignore[no-untyped-def]
    assert list(a) == list(b)
    for name in a:
        np.testing.assert_array_equal(a[name], b[name], name)


def test_every_way_to_run_takes_them_and_agrees() -> None:
    program = compile_program(TEXT)
    hours, finer = made()
    found = program.run(hours, detail=finer)
    assert np.isfinite(found["up"]).all()
    assert set(np.unique(found["up"])) >= {0.0, 1.0, 2.0, 3.0, 4.0}
    assert ((found["bought"] >= 0) & (found["bought"] <= hours.volume * (1 + 1e-12))).all()
    same(found, interpret(program, hours, detail=finer))
    same(found, program.run(hours.with_finer(finer)))
    stream = program.stream(0.01, "XNYS", None, (), None, 0.0, "5m")
    waiting = candle_list(finer)
    for row, candle in enumerate(candle_list(hours)):
        until = int(hours.time[row + 1]) if row + 1 < len(hours) else int(finer.time[-1]) + 1
        due = [c for c in waiting if c.time < until]
        waiting = waiting[len(due) :]
        step = stream.push(candle, finer=due)
        assert step["up"] == found["up"][row]
    result = backtest(program, hours, detail=finer)
    assert len(result.trades) > 3
    assert not any("finer" in said for said in result.warnings)


def test_a_program_that_aggregates_and_is_given_none_says_how_to_give_them() -> None:
    program, (hours, _) = compile_program(TEXT), made()
    for run in (program.run, lambda c: interpret(program, c), lambda c: backtest(program, c)):
        with pytest.raises(FeedError, match=r"--detail FILE"):
            run(hours)


def test_bars_that_are_no_finer_or_do_not_divide_are_refused() -> None:
    program, (hours, finer) = compile_program(TEXT), made()
    with pytest.raises(FeedError, match="no finer than the bars of the run"):
        program.run(hours, detail=hours)
    with pytest.raises(FeedError, match="can't be built from bars of 10m"):
        program.run(hours, detail=Reading.of(finer, "").longer("10m").candles)


def test_one_feed_of_minutes_serves_every_finer_clock_and_the_fills() -> None:
    finer = intraday(5, "XNYS", "2024-03-05", 1, 4, 0.0, 0.0, "AAPL")
    hours = Reading.of(finer, "").longer("1h").candles
    result = backtest(compile_program(TEXT), hours, detail=finer, fills="detail 1m")
    assert result.run.account.fills == "detail"
    assert not any("finer" in said for said in result.warnings)
    five = Reading.of(finer, "").longer("5m").candles
    same(compile_program(TEXT).run(hours, detail=finer), compile_program(TEXT).run(hours, detail=five))


def test_a_reader_is_told_of_bars_without_finer_ones_and_of_those_that_contradict() -> None:
    hours, finer = made()
    short = finer.rows(np.flatnonzero(finer.time >= hours.time[5]))
    (said,) = [w for w in backtest(compile_program(TEXT), hours, detail=short).warnings if "finer" in w]
    assert said.startswith("5 of ")
    high = finer.high.copy()
    high[40] *= 2.0
    (said,) = [w for w in backtest(compile_program(TEXT), hours, detail=replace(finer, high=high)).warnings if "finer" in w]
    assert said.startswith("On 1 of ")


def test_bars_before_the_first_are_not_seen_in_finer_bars_either() -> None:
    hours, finer = made()
    cut = hours.with_finer(finer).between("2024-03-08T00:00:00")
    assert cut.finer is not None
    assert cut.finer.time[0] >= np.datetime64("2024-03-08", "us").astype(np.int64)
    assert len(hours.with_finer(finer).between(None, "2024-03-08").finer or ()) == len(finer)


def test_several_instruments_have_finer_bars_each() -> None:
    text = TEXT.replace('trade "AAPL"', 'trade "AAPL", "MSFT"')
    pairs = {"AAPL": made(3, "AAPL"), "MSFT": made(4, "MSFT")}
    hours, finer = {s: pair[0] for s, pair in pairs.items()}, {s: pair[1] for s, pair in pairs.items()}
    program = compile_program(text)
    found = program.run(hours, detail=finer)
    for symbol in pairs:
        alone = compile_program(TEXT).run(hours[symbol], detail=finer[symbol])
        np.testing.assert_array_equal(found[symbol]["up"], alone["up"])
    for symbol, columns in interpret(program, hours, detail=finer).items():
        same(found[symbol], columns)
    result = backtest(program, hours, detail=finer)
    assert len(result.trades) > 6
    assert not any("finer" in said for said in result.warnings)
    with pytest.raises(FeedError, match="--detail FILE"):
        program.run(hours, detail={"AAPL": finer["AAPL"]})


def test_why_says_what_an_aggregate_was_and_why_it_has_no_value() -> None:
    program, (hours, finer) = compile_program(TEXT), made()
    short = finer.rows(np.flatnonzero(finer.time >= hours.time[5]))
    found = program.why(hours, np.datetime64(int(hours.time[3]), "us"), detail=short)
    assert found.rules[0].word == "unknown"
    assert "no finer bar is inside this bar" in str(found.rules[0])
    known = program.why(hours, np.datetime64(int(hours.time[9]), "us"), detail=finer)
    assert known.rules[0].word in ("true", "false")


def test_candles_of_a_stream_come_in_order_and_only_where_they_are_read() -> None:
    hours, finer = made()
    first, *_ = candle_list(hours)
    a, b, *_ = candle_list(finer)
    with pytest.raises(FeedError, match="one of finer candles"):
        compile_program(TEXT).stream().push(first, finer=[b, a])
    plain = 'apx 1\nstrategy "P"\ntrade "AAPL" every 1h\nplot close\n'
    with pytest.raises(FeedError, match="aggregates no finer candles"):
        compile_program(plain).stream().push(first, finer=[a])
    with pytest.raises(FeedError, match="no finer than the program's own"):
        compile_program(TEXT).stream(0.01, "", None, (), None, 0.0, "1h")


def test_a_damaged_state_of_a_stream_is_refused_and_changes_nothing() -> None:
    program = compile_program(TEXT)
    hours, finer = made()
    stream, other = (program.stream(0.01, "XNYS", None, (), None, 0.0, "5m") for _ in range(2))
    waiting = candle_list(finer)
    for row, candle in enumerate(candle_list(hours)[:6]):
        inside = [c for c in waiting if candle.time <= c.time < candle.time + 3_600_000_000]
        other.push(candle, finer=inside)
        if row < 3:
            stream.push(candle, finer=inside)
    before, saved = stream.save(), other.save()
    for size in [*range(0, len(saved), 211), len(saved) - 1]:
        with pytest.raises(StateMismatch):
            stream.restore(saved[:size])
        assert stream.save() == before
    stream.restore(saved)
    assert stream.save() == saved


def test_finer_candles_shorter_than_was_said_are_refused_and_change_nothing() -> None:
    """Minutes taken for bars of five would be counted into the wrong bars without a word."""
    hours, finer = made()
    first, second, *_ = candle_list(hours)
    parts = candle_list(finer)
    stream = compile_program(TEXT.replace("on 5m", "on 15m")).stream(0.01, "XNYS")
    before = stream.save()
    with pytest.raises(FeedError, match=r"said to be of 15m, but one opens at \d+ and the next at \d+: say how long"):
        stream.push(first, finer=parts[:12])
    assert stream.save() == before
    stream.push(first, finer=parts[0:12:3])
    with pytest.raises(FeedError, match="said to be of 15m"):
        stream.push(second, finer=parts[10:13:2])  # of the same quarter as the last one


def test_finer_bars_of_an_instrument_that_is_not_there_are_refused_by_every_way_to_run() -> None:
    program = compile_program(TEXT)
    hours, finer = made()
    for run in (program.run, lambda bars, detail: interpret(program, bars, detail=detail)):
        with pytest.raises(InputError, match="Finer bars of MSFT were given, but the instruments are AAPL"):
            run({"AAPL": hours}, detail={"MSFT": finer})
    with pytest.raises(InputError, match="Finer bars of MSFT were given"):
        program.why({"AAPL": hours}, "2024-03-06 15:30", detail={"MSFT": finer})


def test_a_stream_of_several_instruments_takes_those_of_each() -> None:
    hours, finer = made()
    program = compile_program(TEXT.replace('trade "AAPL"', 'trade "AAPL", "MSFT"'))
    bars = {symbol: replace(hours, symbol=symbol) for symbol in ("AAPL", "MSFT")}
    whole = program.run(bars, detail={"AAPL": finer, "MSFT": replace(finer, volume=finer.volume * 2.0)})
    stream = program.stream(0.01, "XNYS", None, (), None, 0.0, "5m")
    assert isinstance(stream, PortfolioStream)
    found: list[Moment] = []
    left = candle_list(finer)
    for candle in candle_list(hours):
        due = [part for part in left if part.time < candle.time + 3_600_000_000]
        del left[: len(due)]
        found += stream.push(candle, "AAPL", due)
        found += stream.push(candle, "MSFT", [replace(part, volume=part.volume * 2.0) for part in due])
        again = program.stream(0.01, "XNYS", None, (), None, 0.0, "5m")
        again.restore(stream.save())
        assert isinstance(again, PortfolioStream)
        stream = again
    for symbol, signals in whole.items():
        for name in signals:
            np.testing.assert_array_equal([moment[symbol][name] for moment in found], signals[name], name)
    assert [moment["AAPL"].raw for moment in found] != [moment["MSFT"].raw for moment in found]
    with pytest.raises(FeedError, match="finer candles"):
        stream.push(replace(candle, time=candle.time + 3_600_000_000), "AAPL", due)


def test_commands_take_them_as_detail(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hours, finer = made()
    for name, bars in (("hours", hours), ("finer", finer)):
        bars.to_pandas().to_csv(tmp_path / f"{name}.csv")
    (tmp_path / "p.apx").write_text(TEXT, encoding="utf-8")
    given = [str(tmp_path / "p.apx"), "--data", str(tmp_path / "hours.csv")]
    detail = ["--detail", str(tmp_path / "finer.csv")]
    assert main(["run", *given, *detail, "--out", "-"]) == 0
    kernel = capsys.readouterr().out
    assert main(["run", *given, *detail, "--out", "-", "--engine", "interpreter"]) == 0
    assert capsys.readouterr().out == kernel
    assert main(["why", *given, *detail, "--at", "2024-03-06T15:30"]) == 0
    assert "up >= 3" in capsys.readouterr().out
    assert main(["backtest", *given, *detail]) == 0
    capsys.readouterr()
    assert main(["run", *given]) == 1
    assert "--detail FILE" in capsys.readouterr().err


def test_in_a_test_of_a_program_there_are_no_finer_bars() -> None:
    text = TEXT + 'test "nothing is known inside"\n  given close = [10, 11, 12]\n  expect no order\n'
    assert [result.passed for result in compile_program(text).test()] == [True]
