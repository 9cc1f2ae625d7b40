"""Row code: every operation against its definition, state saved and restored, bad code refused."""

from __future__ import annotations

import math
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.operators import OPCODES, OPERATORS
from compiler.plan import FACTS, ROW_OPCODES, RowCode
from runtime.interpreter.rows import RowInterpreter
from runtime.rowcode import RowCodeError, RowRunner
from tests.generators.plans import constants, row_codes, truths

KINDS = "nnt"


def bits(values: tuple[float, ...]) -> bytes:
    return struct.pack(f"<{len(values)}d", *(math.nan if v != v else v for v in values))


def rows(draw: st.DrawFn, kinds: str) -> list[tuple[float, ...]]:
    return draw(st.lists(st.tuples(*(truths if kind == "t" else constants for kind in kinds)), min_size=1, max_size=30))


@settings(deadline=None, max_examples=300)
@given(st.data())
def test_row_code_is_what_the_interpreter_says(data: st.DataObject) -> None:
    code = data.draw(row_codes(KINDS, facts=True))
    runner, reference = RowRunner(code), RowInterpreter(code)
    facts = data.draw(st.tuples(*(constants for _ in FACTS)))
    for row in rows(data.draw, KINDS):
        assert bits(runner.run_row(row, facts)) == bits(reference.run_row(row, facts))


@settings(deadline=None, max_examples=100)
@given(st.data())
def test_row_code_continues_from_its_saved_state(data: st.DataObject) -> None:
    code = data.draw(row_codes(KINDS))
    runner = RowRunner(code)
    for row in rows(data.draw, KINDS):
        other = RowRunner(code)
        other.restore(runner.save())
        assert bits(other.run_row(row)) == bits(runner.run_row(row))
        assert other.save() == runner.save()


@pytest.mark.parametrize("name", OPCODES)
def test_the_numbering_of_operations_is_that_of_the_operators(name: str) -> None:
    """One instruction by its number gives what the operator of that name means."""
    operator = OPERATORS[OPCODES[name]]
    takes = len(operator.takes)
    code = RowCode(((OPCODES[name], 3, 0, 1, 2),), 4, (), tuple((i, i) for i in range(takes)), (3,))
    samples = {"n": (math.nan, -2.5, 0.0, 0.5, 3.0, 1e17), "t": (0.0, 1.0, 2.0)}
    for a in samples[operator.takes[0]]:
        for b in samples[operator.takes[1] if takes > 1 else "t"]:
            for c in samples[operator.takes[2] if takes > 2 else "t"]:
                assert bits(RowRunner(code).run_row((a, b, c))) == bits(RowInterpreter(code).run_row((a, b, c)))


def test_a_ring_gives_the_value_of_some_rows_ago() -> None:
    code = RowCode(
        ((ROW_OPCODES["lag_read"], 1, 0, 3, 1), (ROW_OPCODES["lag_push"], 0, 0, 3, 1)), 2, (), ((0, 0),), (1,), (-7.0,), 4
    )
    runner = RowRunner(code)
    assert [runner.run_row((float(i),))[0] for i in range(6)] == [-7.0, -7.0, -7.0, 0.0, 1.0, 2.0]


def test_held_counts_rows_before_the_first_as_unknown() -> None:
    code = RowCode(((ROW_OPCODES["held"], 1, 0, 2, 1), (ROW_OPCODES["within"], 2, 0, 2, 3)), 3, (), ((0, 0),), (1, 2), (), 5)
    runner = RowRunner(code)
    assert [runner.run_row((truth,)) for truth in (2.0, 2.0, 0.0, 0.0, 1.0)] == [
        (1.0, 2.0),
        (2.0, 2.0),
        (0.0, 2.0),
        (0.0, 0.0),
        (0.0, 1.0),
    ]


def test_a_state_keeps_its_value_when_the_next_is_unknown() -> None:
    code = RowCode(
        (
            (ROW_OPCODES["init"], 0, 1, 0, 1),
            (ROW_OPCODES["prev"], 2, 0, 0, 1),
            (OPCODES["add"], 3, 2, 0, 0),
            (ROW_OPCODES["keep"], 4, 3, 0, 1),
        ),
        5, ((1, 10.0),), ((0, 0),), (2, 4), (), 2,
    )  # fmt: skip
    runner = RowRunner(code)
    assert [runner.run_row((x,)) for x in (1.0, math.nan, 2.0)] == [(10.0, 11.0), (11.0, 11.0), (11.0, 13.0)]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (RowCode(((OPCODES["add"], 9, 0, 0, 0),), 1, (), (), ()), "register"),
        (RowCode(((OPCODES["add"], 0, 0, -1, 0),), 1, (), (), ()), "register"),
        (RowCode(((999, 0, 0, 0, 0),), 1, (), (), ()), "unknown operation"),
        (RowCode(((ROW_OPCODES["keep"], 0, 0, 0, 1),), 1, (), (), ()), "state"),
        (RowCode(((ROW_OPCODES["prev"], 0, 0, 0, 0),), 1, (), (), ()), "state"),
        (RowCode(((ROW_OPCODES["lag_read"], 0, 0, 2, 1),), 1, (), (), (), (0.0,), 2), "state"),
        (RowCode(((ROW_OPCODES["lag_read"], 0, 3, 1, 1),), 1, (), (), (), (0.0,), 2), "parameter"),
        (RowCode(((ROW_OPCODES["held"], 0, 0, 0, 1),), 1, (), (), (), (), 3), "at least 1"),
        (RowCode(((ROW_OPCODES["fact"], 0, 99, 0, 0),), 1, (), (), ()), "fact"),
        (RowCode((), 1, (), ((0, -1),), ()), "load"),
        (RowCode((), 1, (), (), (1,)), "result"),
        (RowCode((), 1, (), (), (), (), 0), "state"),
    ],
)
def test_code_that_reaches_outside_is_refused(code: RowCode, said: str) -> None:
    with pytest.raises(RowCodeError, match=said):
        RowRunner(code)


def test_a_state_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        RowRunner(RowCode((), 1, (), (), (), (), 2)).restore(b"12345678")
