"""The kernel: any chunking and any save and restore give the bits of one chunk; foreign states and bad feeds are refused."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compiler.plan import Account, Column, Plan, Step
from runtime import kernel as kernels
from runtime.feeds import FeedError
from runtime.kernel import StateMismatch, bind
from tests.generators.plans import PRIMITIVE, cuts, plans_with_data

relaxed = settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def average(alpha: float = 0.5) -> Plan:
    step = Step("ewm", (0,), (1,), (3.0, alpha), PRIMITIVE["ewm"].state(3.0, alpha))
    column = Column("average", "let", "number", "price", 1)
    return Plan(("close",), (), (step,), 2, (column,), None, Account(), 2, -1, 0.0, 2, (("ewm", PRIMITIVE["ewm"].version),))


@relaxed
@given(plans_with_data(rows=80), st.data())
def test_any_chunking_and_any_restart_give_the_bits_of_one_chunk(
    case: tuple[Plan, list[list[float]]], data: st.DataObject
) -> None:
    plan, lists = case
    feeds = [np.array(column) for column in lists]
    rows = len(feeds[0])
    whole = bind(plan)
    expected = whole.run(feeds, rows, rows)
    kernel = bind(plan)
    parts: dict[int, list[bytes]] = {register: [] for register in kernel.registers}
    at = 0
    for size in data.draw(cuts(rows)):
        part = [column[at : at + size] for column in feeds]
        match data.draw(st.sampled_from(("chunk", "run", "row", "restart"))):
            case "chunk":
                kernel.chunk(part, size)
                found = {register: kernel.column(register, size) for register in kernel.registers}
            case "run":
                found = kernel.run(part, size, data.draw(st.integers(1, size)))
            case "row":
                values = [kernel.row([float(column[i]) for column in part]) for i in range(size)]
                found = {
                    register: np.array(column)
                    for register, column in zip(kernel.registers, zip(*values, strict=True), strict=True)
                }
            case _:
                saved = kernel.save()
                kernel = bind(plan)
                kernel.restore(saved)
                found = kernel.run(part, size)
        for register in kernel.registers:
            parts[register].append(found[register].tobytes())
        at += size
    for register in kernel.registers:
        assert b"".join(parts[register]) == expected[register].tobytes()
    assert kernel.save() == whole.save()


def test_after_a_reset_the_kernel_is_new() -> None:
    kernel = bind(average())
    new = kernel.save()
    first = kernel.run({"close": np.arange(9.0)}, 9)[1]
    assert kernel.save() != new
    kernel.reset()
    assert kernel.save() == new
    assert kernel.run({"close": np.arange(9.0)}, 9)[1].tobytes() == first.tobytes()


def test_a_state_of_another_plan_is_refused() -> None:
    saved = bind(average(0.25)).save()
    with pytest.raises(StateMismatch, match="another plan"):
        bind(average(0.5)).restore(saved)


def test_a_state_of_another_arithmetic_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    kernel = bind(average())
    saved = kernel.save()
    monkeypatch.setattr(kernels, "numeric_build", lambda: "big-0123456789abcdef")
    with pytest.raises(StateMismatch, match="other bits"):
        kernel.restore(saved)


def test_a_state_of_other_kernel_versions_is_refused() -> None:
    kernel = bind(average())
    version = PRIMITIVE["ewm"].version
    saved = kernel.save().replace(f'[["ewm",{version}]]'.encode(), b'[["ewm",0]]')
    with pytest.raises(StateMismatch, match="other versions"):
        kernel.restore(saved)


@pytest.mark.parametrize(
    "damage", [lambda s: b"", lambda s: s[:20], lambda s: s[:-8], lambda s: s + b"12345678", lambda s: b"x" + s]
)
def test_a_damaged_state_is_refused_and_changes_nothing(damage: object) -> None:
    kernel = bind(average())
    kernel.run({"close": np.arange(5.0)}, 5)
    saved = kernel.save()
    assert callable(damage)
    with pytest.raises(StateMismatch):
        kernel.restore(damage(saved))
    assert kernel.save() == saved


def test_missing_and_short_feeds_are_named() -> None:
    kernel = bind(average())
    with pytest.raises(FeedError, match="reads close; the data has open"):
        kernel.run({"open": np.arange(3.0)}, 3)
    with pytest.raises(FeedError, match="column of 4 rows"):
        kernel.run({"close": np.arange(3.0)}, 4)
    with pytest.raises(FeedError, match="1 feeds"):
        kernel.run([], 3)
    with pytest.raises(FeedError, match="3, 1"):
        kernel.run([np.ones((3, 1))], 3)


def test_whole_numbers_and_strided_columns_are_taken() -> None:
    kernel = bind(average())
    found = kernel.run([np.arange(20)[::2]], 10)[1]
    assert math.isnan(found[1])
    assert found[2:].tolist() == [2.0 * i - 2.0 for i in range(2, 10)]


def test_all_results_hold_one_nan() -> None:
    """The bits of every unknown are those of float('nan'), whatever computed it."""
    steps = (
        Step("sub", (0, 0), (1,)),
        Step("div", (0, 1), (2,)),
        Step("neg", (2,), (3,)),
        Step("log", (1,), (4,)),
        Step("sqrt", (5,), (6,)),
    )
    plan = Plan(("close",), ((5, -1.0),), steps, 7, (), None, Account(), 0, 0, 0.0, 0)
    close = np.array([1.0, math.nan, -math.inf, -0.0])
    close.view(np.uint64)[1] = 0xFFF8000000000001
    found = bind(plan).run([close], 4, registers=(0, 2, 3, 4, 6))
    for column in found.values():
        assert set(column[np.isnan(column)].view(np.uint64).tolist()) <= {0x7FF8000000000000}
    assert found[3].view(np.uint64).tolist() == [0x7FF8000000000000] * 4
