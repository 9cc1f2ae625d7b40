"""The laws of adjustment, on generated programs and hostile markets with splits: nothing shows which day prices were adjusted to."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from compiler.program import Program
from runtime.backtest import backtest
from runtime.candles import Candles
from runtime.machine.instrument import Instrument
from runtime.portfolio.run import Seat, portfolio_backtest
from runtime.result import BacktestResult
from tests.generators.factors import in_another_frame, with_splits
from tests.generators.markets import KINDS, market, markets
from tests.generators.programs import FILLS, programs
from tests.generators.sessions import Desk, desks
from tests.laws.clocks import history, interpreted, pushed
from tests.laws.running import assert_same_bits, compiled
from tests.laws.test_clocks import another_future, first_rows
from tests.laws.test_orders import assert_same_backtest, assert_same_records, until
from tests.laws.test_portfolio import several_markets
from tests.laws.test_portfolio_stream import ROTATION, assert_equal, streamed
from tests.laws.trading import CENTS, INSTRUMENTS, run_compiled, run_interpreted

SHARE = 12
TRADING = programs(orders=True)
SEEDS = st.integers(0, 2**32 - 1)
STEPS = st.sampled_from(INSTRUMENTS)
POWERS = st.sampled_from([-20, -4, -2, 2, 6, 24])  # even: a square root of them is a power of two as well
OTHERS = programs(orders=True, depth=2, every="30m", slower=("1h", "1d", "1w"), others=("OTHER",))
TOLD = """
let kept = 101 - 2
let sign_of = if close > 100 then 1 else 0 - 1 end
remember high_water = max(high_water, high) initially 100
plot kept, sign_of, high_water, volume > 500, close[2] > 99.5 and 100 crosses above close, floor(close / 3), ceil(volume), round(close * 1.5, 1)
when close > kept and volume > 300
  notify "{kept} {close} {volume} {high_water} {sign_of}"
"""


def adjusted_run(program: Program, candles: Candles, instrument: Instrument) -> BacktestResult:
    return backtest(program.plan({}, instrument.tick, "backtest", True), candles, instrument=instrument)


def told(result: BacktestResult) -> dict[str, object]:
    """Everything that a result says in traded prices and quantities, and money."""
    return {
        "trades": repr(list(result.trade_rows())),
        "orders": repr(list(result.order_records())),
        "fills": repr(list(result.fill_records())),
        "trace": repr(list(result.trace_records())),
        "notes": repr(list(result.notes())),
        "equity": result.equity_values.tolist(),
        "cash": result.cash_values.tolist(),
        "position": result.position_values.tolist(),
    }


@given(text=TRADING, seed=SEEDS, kind=st.sampled_from(KINDS), instrument=STEPS, power=POWERS)
def test_the_day_that_prices_are_adjusted_to_changes_nothing_that_is_told(
    text: str, seed: int, kind: str, instrument: Instrument, power: int
) -> None:
    program = compiled(text + TOLD)
    candles = with_splits(market(seed, kind, 90), seed)
    one, other = (told(adjusted_run(program, c, instrument)) for c in (candles, in_another_frame(candles, power)))
    for name in one:
        assert one[name] == other[name], f"{name} differ in\n{text}"


@given(text=OTHERS, desk=desks(30, days=5), seed=SEEDS, power=POWERS)
def test_nor_does_it_with_other_instruments_and_clocks(text: str, desk: Desk, seed: int, power: int) -> None:
    text += TOLD + 'when close from "OTHER" > 99 and close / (close from "OTHER") > 0.9\n  notify "{close}"\n'
    program, candles = compiled(text), with_splits(desk.candles(), seed)
    one, other = (told(adjusted_run(program, c, CENTS)) for c in (candles, in_another_frame(candles, power)))
    for name in one:
        assert one[name] == other[name], f"{name} differ in\n{text}"


@given(text=TRADING, candles=markets(90), instrument=STEPS)
def test_factors_of_one_change_no_bit(text: str, candles: Candles, instrument: Instrument) -> None:
    program = compiled(text + TOLD)
    plain = run_compiled(program, candles, instrument)
    assert_same_records(plain, run_compiled(program, replace(candles, factor=np.ones(len(candles))), instrument), text)


@given(
    text=TRADING, seed=SEEDS, kind=st.sampled_from(KINDS), instrument=STEPS, cuts=st.lists(st.integers(1, 89), max_size=6),
    chunk=st.integers(1, 40),
)  # fmt: skip
def test_interpreter_kernels_and_any_chunks_agree_over_splits(
    text: str, seed: int, kind: str, instrument: Instrument, cuts: list[int], chunk: int
) -> None:
    program, candles = compiled(text + TOLD), with_splits(market(seed, kind, 90), seed)
    expected = run_interpreted(program, candles, instrument)
    assert_same_records(run_compiled(program, candles, instrument), expected, text)
    assert_same_records(run_compiled(program, candles, instrument, cuts, chunk, save=True), expected, text)
    assert_same_backtest(program, candles, instrument, expected, chunk, text)


@given(text=OTHERS, desk=desks(30, days=3), seed=SEEDS, save=st.integers(1, 50))
def test_a_stream_of_candles_with_factors_is_the_history(text: str, desk: Desk, seed: int, save: int) -> None:
    text = (text + TOLD).replace(" at this close", " at next open")  # which no stream takes
    program, candles = compiled(text), with_splits(desk.candles(), seed)
    whole = history(program, candles)
    assert_same_bits(whole, interpreted(program, candles), text)
    assert_same_bits(whole, pushed(program, candles, save), text)


@given(text=TRADING, seed=SEEDS, kind=st.sampled_from(KINDS), instrument=STEPS, cut=st.integers(1, 89))
def test_splits_of_the_future_change_nothing_before_them(
    text: str, seed: int, kind: str, instrument: Instrument, cut: int
) -> None:
    program, raw = compiled(text + TOLD), market(seed, kind, 90)
    one, other = with_splits(raw, seed), with_splits(market(seed + 1, "wild", 90), seed + 7)
    columns = {
        name: np.concatenate((getattr(one, name)[:cut], getattr(other, name)[cut:]))
        for name in ("open", "high", "low", "close", "volume", "factor")
    }
    changed = replace(one, **columns, _calendar={})
    runs = (until(run_compiled(program, c, instrument), cut) for c in (one, changed))
    assert next(runs) == next(runs), text


@given(text=OTHERS, desk=desks(30, days=5), cut=st.floats(0.05, 0.95), seed=SEEDS)
def test_nor_do_those_of_other_instruments(text: str, desk: Desk, cut: float, seed: int) -> None:
    program, candles = compiled(text + TOLD), with_splits(desk.candles(), seed)
    at = max(1, int(cut * len(candles)))
    moment = int(candles.time[at - 1])

    def future(bars: Candles, by: int) -> Candles:
        moved = another_future(bars, moment, False, seed + by)
        later = bars.time > moment
        return replace(moved, factor=np.where(later, bars.factors() * (2.5 + by), bars.factors()))

    changed = future(candles, 0).with_others({"OTHER": future(candles.beside["OTHER"], 1)})
    before, after = (first_rows(history(program, c), at) for c in (candles, changed))
    assert_same_bits(before, after, text)


@given(text=programs(orders=True, fills=FILLS), candles=several_markets(), seed=SEEDS, data=st.data())
def test_a_stream_of_several_instruments_with_factors_is_the_run(
    text: str, candles: list[Candles], seed: int, data: st.DataObject
) -> None:
    program, split = compiled(text + TOLD), [with_splits(bars, seed + at) for at, bars in enumerate(candles)]
    turns = data.draw(st.lists(st.integers(0, 5), min_size=1, max_size=20))
    saves = data.draw(st.sets(st.integers(0, sum(map(len, split))), max_size=4))
    found = streamed(program, split, [CENTS] * len(split), CENTS.tick, turns, saves)
    seats = [Seat(own, program.plan({}, CENTS.tick, "backtest", True), CENTS) for own in split]
    assert_equal(found, portfolio_backtest(seats), text)


@given(
    markets=several_markets(), seed=SEEDS, turns=st.lists(st.integers(0, 5), min_size=1, max_size=20),
    saves=st.sets(st.integers(0, 180), max_size=4), power=POWERS,
)  # fmt: skip
def test_rotations_over_splits_go_by_traded_quantities(
    markets: list[Candles], seed: int, turns: list[int], saves: set[int], power: int
) -> None:
    if "TWO" not in [bars.symbol for bars in markets]:
        return
    text = ROTATION.replace("by strength", "by close").replace("weighted by place", "weighted by 1 / atr(3)")
    program = compiled(text)
    split = [replace(with_splits(bars, seed + at), calendar="24/7") for at, bars in enumerate(markets)]
    moved = [in_another_frame(bars, power * (1 + at)) for at, bars in enumerate(split)]
    told_of = []
    for all_ in (split, moved):
        read = next(bars for bars in all_ if bars.symbol == "TWO")
        plan = program.plan({}, 0.25, "backtest", True)
        seats = [Seat(replace(bars, beside={"TWO": read}), plan, Instrument(tick=0.25)) for bars in all_]
        result = portfolio_backtest(seats)
        told_of.append([repr(list(result.rotation_records())), repr(list(result.fill_records()))])
    assert told_of[0] == told_of[1]
    read = next(bars for bars in split if bars.symbol == "TWO")
    seats = [Seat(replace(bars, beside={"TWO": read}), plan, Instrument(tick=0.25)) for bars in split]
    assert_equal(
        streamed(program, split, [Instrument(tick=0.25)] * len(split), 0.25, turns, saves), portfolio_backtest(seats), text
    )


@given(text=programs(orders=True, fills=FILLS), candles=several_markets(), seed=SEEDS, power=POWERS)
def test_instruments_of_one_account_have_each_their_own_factors(text: str, candles: list[Candles], seed: int, power: int) -> None:
    program = compiled(text + TOLD)
    split = [with_splits(bars, seed + at) for at, bars in enumerate(candles)]
    moved = [in_another_frame(bars, power * (1 + at)) for at, bars in enumerate(split)]
    found = []
    for bars in (split, moved):
        seats = [Seat(own, program.plan({}, CENTS.tick, "backtest", True), CENTS) for own in bars]
        result = portfolio_backtest(seats)
        result.ledger.check()
        found.append([repr(list(rows)) for rows in (result.trade_rows(), result.order_records(), result.fill_records())])
        found[-1] += [repr(result.equity_values.tolist()), repr(list(result.notes()))]
    assert found[0] == found[1], text
