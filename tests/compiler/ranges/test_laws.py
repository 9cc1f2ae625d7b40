"""The laws of ranges, on generated programs and hostile markets: no value leaves its range, no decided condition decides otherwise."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from compiler.built import Built
from compiler.pipeline import compile_text
from compiler.ranges.analysis import Ranges, Truths
from compiler.ranges.conditions import can_be, can_hold
from runtime.candles import Candles
from stdlib.library import load
from tests.compiler.ranges.nodes_over_bars import disordered, ranges_of, values
from tests.generators.markets import KINDS, market
from tests.generators.programs import programs

SIGNALS = programs(orders=False)
SEEDS = st.integers(0, 2**32 - 1)


def built_of(text: str) -> Built:
    return compile_text(text, load()).build()


def hold(ranges: Ranges, built: Built, candles: Candles, text: str) -> None:
    """Every node within its range on every bar, and every truth one that was thought possible."""
    for node, column in values(built, candles):
        found = ranges.found[node.id]
        if isinstance(found, Truths):
            for code, possible in ((0.0, found.false), (1.0, found.unknown), (2.0, found.true)):
                assert possible or not (column == code).any(), (node, code, text)
            assert can_be(ranges, node, True) or not (column == 2.0).any(), (node, text)
            assert can_be(ranges, node, False) or not (column == 0.0).any(), (node, text)
            continue
        known = column[~np.isnan(column)]
        if len(known):
            assert found.low <= known.min(), (node, found, known.min(), text)
            assert known.max() <= found.high, (node, found, known.max(), text)
            assert not found.whole or (known == np.floor(known)).all(), (node, found, text)


@given(text=SIGNALS, seed=SEEDS, kind=st.sampled_from((*KINDS, "disordered")))
def test_no_value_ever_leaves_its_range(text: str, seed: int, kind: str) -> None:
    built = built_of(text)
    candles = disordered(seed) if kind == "disordered" else market(seed, kind)
    hold(ranges_of(built, ordinary=False), built, candles, text)


@given(text=SIGNALS, seed=SEEDS, kind=st.sampled_from([k for k in KINDS if k != "spike"]))
def test_on_ordinary_bars_no_value_leaves_the_narrower_range(text: str, seed: int, kind: str) -> None:
    built = built_of(text)
    hold(ranges_of(built, ordinary=True), built, market(seed, kind), text)


@given(text=SIGNALS, seed=SEEDS, kind=st.sampled_from(KINDS))
def test_conditions_that_are_never_true_together_never_are(text: str, seed: int, kind: str) -> None:
    built = built_of(text)
    ranges = ranges_of(built, ordinary=False)
    truths = [(n, c) for n, c in values(built, market(seed, kind)) if n.kind == "truth"][-12:]
    for i, (a, x) in enumerate(truths):
        for b, y in truths[:i]:
            for wanted_a in (True, False):
                for wanted_b in (True, False):
                    both = (x == 2.0 * wanted_a) & (y == 2.0 * wanted_b)
                    assert not both.any() or can_hold(ranges, ((a, wanted_a), (b, wanted_b))), (a, wanted_a, b, wanted_b, text)


def test_a_condition_that_reads_its_own_past_twice_sixty_times_over_is_asked_about_once_each() -> None:
    """Counted, not timed: without memory the questions would double with every line."""
    text = 'apx 1\nstrategy "Doubling"\ntrade "TEST" every 1d\nlet c0 = close > open\n'
    text += "".join(f"let c{i} = (c{i - 1} and c{i - 1}[1]) or not c{i - 1}\n" for i in range(1, 60))
    built = built_of(text + "plot c59\n")
    ranges = ranges_of(built, ordinary=False)
    assert can_be(ranges, built.outputs[-1].node, True)
    assert len(ranges.possible) <= 2 * len(built.graph.nodes)
