"""Charges and liquidations against the naive account: where, at which price, and what is left."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.terms import Terms
from runtime.machine.codes import REASONS
from tests.oracle.naive_terms import NaiveAccount
from tests.oracle.test_random_market_orders import some_bars
from tests.runtime.machine.desk import Desk

HOUR = 3_600_000_000


@given(
    rows=some_bars(),
    data=st.data(),
    borrow=st.sampled_from([0.0, 0.03, 2.0]),
    interest=st.sampled_from([0.0, 0.09]),
    funding=st.sampled_from([0.0, 0.0005, -0.002]),
    every=st.sampled_from([1, 8, 24]),
    maintenance=st.sampled_from([None, 0.0, 0.1, 0.24]),
    multiplier=st.sampled_from([1.0, 0.5, 4.0]),
    fills=st.sampled_from(["pessimistic", "ohlc_path", "tradingview"]),
)
@settings(deadline=None)
def test_charges_and_forced_closes_equal_the_naive_accounts(
    rows: list[tuple[float, float, float, float]],
    data: st.DataObject,
    borrow: float,
    interest: float,
    funding: float,
    every: int,
    maintenance: float | None,
    multiplier: float,
    fills: str,
) -> None:
    n = len(rows)
    steps = data.draw(st.lists(st.integers(1, 90), min_size=n, max_size=n))
    times = [sum(steps[: k + 1]) * HOUR for k in range(n)]
    sizes = st.sampled_from([None, None, 0.0, 400.0, -400.0, 150.0, -320.0])
    targets = data.draw(st.lists(sizes, min_size=n, max_size=n))
    kept = -1.0 if maintenance is None else maintenance
    terms = Terms(borrow=borrow, interest=interest, funding=funding, funding_every=every * 3_600, maintenance=kept)
    desk = Desk(rows, times=times).with_account(terms=terms, margin=0.25, capital=10_000.0, fills=fills)
    desk = desk.with_instrument(lot=0.0, multiplier=multiplier)
    for quantity in (400.0, 150.0):
        if quantity in targets:
            desk.act("buy", [k for k, wanted in enumerate(targets) if wanted == quantity], quantity)
    for quantity in (400.0, 320.0):
        if -quantity in targets:
            desk.act("short", [k for k, wanted in enumerate(targets) if wanted == -quantity], quantity)
    if 0.0 in targets:
        desk.act("exit", [k for k, wanted in enumerate(targets) if wanted == 0.0])
    outcome = desk.run()
    # The naive account takes no order in the opposite direction and none that cannot be paid for: what the machine did not open it is not asked to.
    opened = {int(row[1]): row[3] * row[4] * multiplier for row in outcome.fill_rows.tolist() if REASONS[int(row[7])] == ""}
    if any(REASONS[int(row[7])] == "reversed" for row in outcome.fill_rows.tolist()):
        return
    asked = [0.0 if wanted == 0.0 else opened.get(k + 1) for k, wanted in enumerate(targets)]
    naive = NaiveAccount(
        Fraction(10_000), Fraction(borrow), Fraction(interest), Fraction(funding), every * HOUR, None if maintenance is None else Fraction(maintenance)
    )  # fmt: skip
    naive.run(rows, times, asked)
    forced = [(int(row[1]), row[5]) for row in outcome.fill_rows.tolist() if REASONS[int(row[7])] == "liquidation"]
    assert [bar for bar, _ in forced] == [bar for bar, _ in naive.forced]
    assert [price for _, price in forced] == pytest.approx([float(price) for _, price in naive.forced], rel=1e-9)
    assert outcome.equity.tolist() == pytest.approx([float(x) for x in naive.equity], rel=1e-9, abs=1e-6)
