"""Fills in parts against the naive broker: which bar, how much, at what price, and what the account is worth."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.oracle.naive_volume import NaiveVolume
from tests.oracle.test_random_market_orders import some_bars
from tests.runtime.machine.desk import Desk, from_entry


@given(
    rows=some_bars(),
    data=st.data(),
    share=st.sampled_from([0.125, 0.25, 1.0]),
    lot=st.sampled_from([1.0, 0.125]),
    quantity=st.sampled_from([10.0, 37.0, 61.0]),
    fills=st.sampled_from(["pessimistic", "ohlc_path"]),
)
@settings(deadline=None)
def test_fills_in_parts_equal_the_naive_brokers(
    rows: list[tuple[float, float, float, float]],
    data: st.DataObject,
    share: float,
    lot: float,
    quantity: float,
    fills: str,
) -> None:
    n = len(rows)
    volumes = data.draw(st.lists(st.sampled_from([0.0, 9.0, 25.5, 80.0, 400.0]), min_size=n, max_size=n))
    buys = data.draw(st.lists(st.sampled_from([0.0, quantity]), min_size=n, max_size=n))
    exits = data.draw(st.lists(st.sampled_from([False, False, False, True]), min_size=n, max_size=n))
    naive = NaiveVolume(Fraction(share), Fraction(lot), Fraction(2), Fraction(1_000_000), fills == "ohlc_path")
    naive.run(rows, volumes, buys, exits)
    desk = Desk(rows, volumes=volumes).with_account(capital=1_000_000.0, limits=(("volume", share),), fills=fills)
    desk = desk.with_instrument(lot=lot, tick=0.0)
    desk.act("buy", [k for k in range(n) if buys[k]], quantity, stop=from_entry("sub", 2.0))
    desk.act("exit", [k for k in range(n) if exits[k]])
    # An exit that an earlier one still works on replaces it, for what is held now: the same in both.
    outcome = desk.run()
    assert [(bar, size) for bar, size, _ in outcome.fills] == [(bar, float(size)) for bar, size, _ in naive.fills]
    assert [price for _, _, price in outcome.fills] == pytest.approx([float(price) for _, _, price in naive.fills], rel=1e-9)
    assert outcome.equity.tolist() == pytest.approx([float(x) for x in naive.equity], rel=1e-9)


def test_along_a_path_the_nearer_stop_is_filled_before_the_farther_takes_the_volume() -> None:
    rows = [(40.0, 40.0, 40.0, 40.0), (42.0, 42.0, 40.01, 40.01), (42.01, 42.01, 40.0, 40.0)]
    desk = Desk(rows, volumes=[0.0, 9.0, 9.0]).with_account(limits=(("volume", 1.0),), fills="ohlc_path")
    outcome = desk.with_instrument(lot=1.0, tick=0.0).act("buy", 0, 10, stop=from_entry("sub", 2.0)).run()
    assert [(bar, size) for bar, size, _ in outcome.fills] == [(1, 9.0), (2, 1.0), (2, -1.0), (2, -7.0)]
