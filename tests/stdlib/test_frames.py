"""Every function of the library over splits: to which day prices are adjusted changes a result by its unit alone, to the bit."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest

from apextrade.catalogue_document import catalogue
from runtime.backtest import signals
from runtime.machine.instrument import Instrument
from tests.generators.factors import in_another_frame, with_splits
from tests.generators.markets import market
from tests.laws.running import compiled, one_nan

POWER = 24  # a sixth root of it is a power of two as well
CALLS = [
    f["example"]["call"]
    for f in catalogue()["functions"]
    if "members_" not in f["example"]["call"] and " on " not in f["example"]["call"]
]
PARTS = 8
SMALL = {"": "1", "²": "2", "³": "3", "⁴": "4"}


def exponent(unit: str) -> Fraction:
    """Of `price²/quantity` 3: which power of the factor a value of that unit is multiplied by."""
    total = Fraction(0)
    for side, part in zip((1, -1), unit.split("/", 1) if "^" not in unit else (unit, ""), strict=False):
        for name, power in re.findall(r"(price|quantity)([²³⁴]|\^[-0-9/]+)?", part):
            value = Fraction(power[1:]) if power.startswith("^") else Fraction(SMALL[power])
            total += side * value * (1 if name == "price" else -1)
    return total


@pytest.mark.parametrize("part", range(PARTS))
def test_a_result_moves_with_its_unit_and_nothing_else(part: int) -> None:
    calls = CALLS[part::PARTS]
    lines = [f"let v{i} = {call}" for i, call in enumerate(calls)]
    program = compiled('apx 1\nstrategy "All"\ntrade "A" every 1d\n' + "\n".join(lines) + "\n")
    plan = program.plan({}, 0.01, "signals", True)
    for kind in ("calm", "holes"):
        candles = with_splits(market(11, kind, 300), 5)
        one, other = (signals(plan, c, Instrument(tick=0.01)) for c in (candles, in_another_frame(candles, POWER)))
        for name, column in one.columns.items():
            call = calls[int(name.split(".")[0][1:])]
            if column.kind == "truth":
                assert one.truth(name).tolist() == other.truth(name).tolist(), f"{name}: {call}"
                continue
            before, after = one_nan(one[name]), one_nan(other[name])
            if call.startswith("pow("):  # which no rule rounds
                assert after == pytest.approx(before * 2.0 ** float(POWER * exponent(column.unit)), rel=1e-14, nan_ok=True)
                continue
            if (before * 2.0 ** float(POWER * exponent(column.unit))).tobytes() != after.tobytes():
                raise AssertionError(f"{name} ({column.unit}): {call}")


def test_almost_all_functions_are_looked_at() -> None:
    assert len(CALLS) > 300
