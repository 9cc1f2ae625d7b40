"""A stream trades as a backtest does: the same fills and equity, bar by bar, with any save and restore in between."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from compiler.pipeline import compile_text
from compiler.program import Program
from runtime.backtest import backtest
from runtime.candles import Candles
from runtime.data.resolve import open_data
from runtime.feeds import Candle
from runtime.kernel import StateMismatch
from runtime.machine.core import MachineError
from runtime.machine.instrument import Instrument
from runtime.stream import Stream
from stdlib.library import load
from tests.examples.feeds import own_bars
from tests.examples.programs import SHELF, STRATEGIES

CENTS = Instrument(tick=0.01, lot=0.001)


def compiled(path: Path) -> Program:
    return compile_text(path.read_text(), load(), path.name, SHELF)


EXAMPLES = tuple(path for path in STRATEGIES if len(compiled(path).symbols) == 1)
"""Those of one instrument: a stream takes no more."""


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
def test_a_stream_gives_the_fills_and_equity_of_a_backtest(path: Path) -> None:
    program = compiled(path)
    candles = own_bars(program)
    result = backtest(program.plan({}, CENTS.tick, "backtest"), candles, instrument=CENTS)
    plan = program.plan({}, CENTS.tick)

    def new() -> Stream:
        return Stream(plan, CENTS, symbol=candles.symbol, beside=dict.fromkeys(program.beside, ""))

    stream = new()
    others = {name: bars_by_time(bars) for name, bars in candles.beside.items()}
    equity, fills, made = [], [], 0
    for i in range(len(candles)):
        if i % 701 == 700:
            saved = stream.save()
            stream = new()
            stream.restore(saved)
        prices = {name: getattr(candles, name)[i] for name in ("open", "high", "low", "close", "volume")}
        time = int(candles.time[i])
        step = stream.push({"time": time, **prices}, {name: found for name, bars in others.items() if (found := bars.get(time))})
        equity.append(step.equity)
        fills += [(i, f.side, f.quantity, f.price, f.commission) for f in step.fills]
        made += len(step.orders)
    assert np.array(equity).tobytes() == result.equity_values.tobytes()
    rows = result.fill_rows.tolist()
    assert fills == [(int(r[1]), "buy" if r[3] > 0 else "sell", r[4], r[5], r[6]) for r in rows]
    assert made == len({r[0] for r in result.order_rows.tolist()})


def bars_by_time(candles: Candles) -> dict[int, list[Candle]]:
    columns = [getattr(candles, name).tolist() for name in ("time", "open", "high", "low", "close", "volume")]
    return {values[0]: [Candle(*values)] for values in zip(*columns, strict=True)}


def test_columns_that_read_the_position_are_part_of_a_step(tmp_path: Path) -> None:
    text = (
        'apx 1\nstrategy "Held"\ntrade "AAPL" every 1d\nsettings\n  commission 0.1%\nlet held = position.size > 0\n'
        "remember top = if position.size > 0 then max(top or_else close, close) else close end initially unknown\n"
        "when close > sma(close, 5)\n  buy 50% of equity\nwhen close < sma(close, 5)\n  exit position\n"
    )
    candles = open_data("AAPL", store=tmp_path)
    stream = Stream(compile_text(text, load()).plan(), CENTS)
    steps = []
    for i in range(60):
        prices = {name: getattr(candles, name)[i] for name in ("open", "high", "low", "close", "volume")}
        steps.append(stream.push({"time": int(candles.time[i]), **prices}))
    assert {step["held"] for step in steps} == {0.0, 1.0}
    assert all(step["top"] >= candles.close[i] for i, step in enumerate(steps))


def test_a_saved_stream_of_another_program_is_refused() -> None:
    texts = [f'apx 1\nstrategy "A"\ntrade "AAPL" every 1d\nwhen close > sma(close, {n})\n  buy 10% of equity\n' for n in (3, 4)]
    one, other = (Stream(compile_text(text, load()).plan(), CENTS) for text in texts)
    with pytest.raises(StateMismatch):
        other.restore(one.save())


@pytest.mark.parametrize("line", ["buy 5 shares at this close", "exit position at this close"])
def test_at_this_close_is_refused_where_bars_come_live(line: str) -> None:
    program = compile_text(
        f'apx 1\nstrategy "Late"\ntrade "A" every 1d\nwhen close > open\n  buy 1 share named "x"\n  {line}\n', load()
    )
    with pytest.raises(MachineError, match="at this close"):
        Stream(program.plan({}, CENTS.tick), CENTS)
