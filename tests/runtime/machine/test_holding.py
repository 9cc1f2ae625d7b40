"""What holding a position costs: borrow, funding and interest, to the cent."""

from __future__ import annotations

from typing import Any

import numpy as np

from compiler.terms import Terms
from tests.runtime.machine.desk import Desk, bars, flat

HOUR = 3_600_000_000
DAY = 24 * HOUR


def holding(rows: Any, terms: Terms, times: list[int] | None = None, **account: Any) -> Desk:
    return Desk(rows, times=times or [day * DAY for day in range(len(rows))]).with_account(terms=terms, **account)


def test_a_short_pays_borrow_for_the_time_between_the_opens_on_the_close_before(module: Any) -> None:
    desk = holding(bars(100, 100, (100, 120, 100, 120), 120, 120), Terms(borrow=0.365), [0, DAY, 2 * DAY, 5 * DAY, 6 * DAY])
    outcome = desk.act("short", 0, 10).act("exit", 2).run(module)
    # Sold at the open of day 1; a day on 1,000 and three days over a weekend on 1,200, each at a thousandth.
    assert [[row[0], round(row[1], 9)] for row in outcome.machine.holding_rows.values().tolist()] == [[2.0, 1.0], [3.0, 3.6]]
    assert round(outcome.machine.borrow_paid, 9) == 4.6
    assert round(outcome.equity[-1], 9) == 10_000 - 200 - 4.6
    assert round(outcome.trade_rows[0][8], 9) == -204.6


def test_a_long_pays_no_borrow_and_a_day_trade_neither(module: Any) -> None:
    terms = Terms(borrow=0.5)
    assert holding(flat(5), terms).act("buy", 0, 10).run(module).equity[-1] == 10_000.0
    day_trade = holding(flat(5), terms).act("short", 0, 10, hold=0).run(module)
    assert [trade[0] for trade in day_trade.trades] == [1]
    assert day_trade.machine.borrow_paid == 10 * 100 * 0.5 / 365  # held from one open to the next


def test_longs_pay_shorts_at_each_funding_instant_and_the_other_way_below_zero(module: Any) -> None:
    terms = Terms(funding=0.001, funding_every=8 * 3_600)
    long = holding(flat(4), terms).act("buy", 0, 10).run(module)
    assert round(10_000 - long.equity[-1], 9) == 2 * 3 * 1.0  # two days of three instants on 1,000
    short = holding(flat(4), terms).act("short", 0, 10).run(module)
    assert round(short.equity[-1] - 10_000, 9) == 6.0
    below = holding(flat(4), Terms(funding=-0.001, funding_every=8 * 3_600)).act("buy", 0, 10).run(module)
    assert round(below.equity[-1] - 10_000, 9) == 6.0


def test_funding_falls_on_whole_multiples_counted_from_midnight(module: Any) -> None:
    times = [hour * HOUR for hour in (6, 7, 8, 9, 15, 16, 17)]
    outcome = holding(flat(7), Terms(funding=0.001, funding_every=8 * 3_600), times).act("buy", 0, 10).run(module)
    assert outcome.machine.holding_rows.values()[:, 0].tolist() == [2.0, 5.0]  # at 8 and at 16 o'clock
    early = [hour * HOUR - 40 * DAY for hour in (6, 7, 8, 9, 15, 16, 17)]  # before 1970 too
    again = holding(flat(7), Terms(funding=0.001, funding_every=8 * 3_600), early).act("buy", 0, 10).run(module)
    assert again.machine.holding_rows.values()[:, 0].tolist() == [2.0, 5.0]


def test_an_entry_at_the_instant_does_not_pay_and_an_exit_at_it_does(module: Any) -> None:
    times = [hour * HOUR for hour in (7, 8, 9, 15, 16, 17)]
    outcome = holding(flat(6), Terms(funding=0.001, funding_every=8 * 3_600), times).act("buy", 0, 10).act("exit", 3).run(module)
    assert outcome.fills == [(1, 10.0, 100.0), (4, -10.0, 100.0)]
    assert outcome.machine.funding_paid == 1.0


def test_borrowed_cash_bears_interest_and_own_cash_does_not(module: Any) -> None:
    terms = Terms(interest=0.365)
    assert holding(flat(4), terms).act("buy", 0, 50).run(module).equity[-1] == 10_000.0
    lent = holding(flat(4), terms, margin=0.5).act("buy", 0, 150).run(module)
    # 5,000 borrowed: 5 for the first day, and 5.005 for the second, since interest that is due is borrowed too.
    assert [round(row[3], 9) for row in lent.machine.holding_rows.values().tolist()] == [5.0, 5.005]
    assert lent.trade_rows.shape[0] == 0
    assert lent.machine.open_trades()[0][8] == 0.0  # of the account, not of a trade


def test_each_entry_bears_its_share_and_the_trades_add_up_to_the_equity(module: Any) -> None:
    desk = holding(bars(100, 100, 110, 105, 95, 100, 102, 101), Terms(borrow=0.2, funding=-0.0003, funding_every=3_600))
    desk = desk.with_account(pyramiding=2, commission_share=0.001)
    desk.act("short", 0, 7, tag="a").act("short", 2, 3, tag="b").act("cover", 4, 4).act("exit", 6)
    outcome = desk.run(module)
    assert outcome.machine.size == 0.0
    assert len(outcome.trades) == 3
    assert abs(sum(row[8] for row in outcome.trade_rows.tolist()) - (outcome.equity[-1] - 10_000)) < 1e-9
    paid = outcome.machine.borrow_paid + outcome.machine.funding_paid
    assert paid > 0
    assert abs(outcome.machine.trade_holding.values().sum() - paid) < 1e-9


def test_charges_move_equity_before_the_limits_read_it(module: Any) -> None:
    limited = holding(flat(6), Terms(borrow=100.0), limits=(("drawdown", 0.05),)).act("short", 0, 50).run(module)
    assert [trade[-1] for trade in limited.trades] == ["drawdown"]


def test_chunks_and_saved_states_give_the_same_bits(module: Any) -> None:
    terms = Terms(borrow=0.03, interest=0.07, funding=0.0001, funding_every=8 * 3_600)
    desk = holding(bars(100, 101, 99, 103, 98, 97, 104, 100), terms, margin=0.25)
    desk.act("short", 0, 150).act("buy", 3, sizing="equity", size=2.0)
    whole = desk.run(module)
    for chunks in ((1, 1, 1, 1), (3, 2), (5,)):
        for save in (False, True):
            assert np.array_equal(desk.run(module, chunks, save).equity, whole.equity)


def test_without_a_clock_or_without_terms_nothing_is_charged(module: Any) -> None:
    untimed = Desk(flat(5)).with_account(terms=Terms(borrow=0.5)).act("short", 0, 10).run(module)
    assert untimed.equity[-1] == 10_000.0
    free = holding(flat(5), Terms()).act("short", 0, 10).run(module)
    assert free.machine.holding_rows.values().shape == (0, 5)
