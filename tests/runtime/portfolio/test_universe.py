"""Universes: who belonged when is read from history, and read as known on the bar."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.data.problems import DataError
from runtime.portfolio.universe import Universe
from tests.runtime.portfolio.trading_floor import DAY, Floor

ROWS = [("B", "1970-01-03", "1970-01-05"), ("A", "1970-01-01", ""), ("B", "1970-01-08", "")]


def test_a_member_belongs_from_its_first_day_to_the_end_of_its_last() -> None:
    universe = Universe.of(ROWS)
    assert universe.symbols == ("A", "B")
    days = np.arange(10, dtype=np.int64) * DAY
    assert universe.members(days, ["A", "B"])[:, 1].tolist() == [0, 0, 1, 1, 1, 0, 0, 1, 1, 1]
    assert universe.members(days + DAY - 1, ["A", "B"])[:, 1].tolist() == [0, 0, 1, 1, 1, 0, 0, 1, 1, 1]
    assert universe.between(5 * DAY, 6 * DAY) == ("A",)


def test_a_file_with_its_history_is_read(tmp_path: Path) -> None:
    path = tmp_path / "u.csv"
    path.write_text("From,to,SYMBOL\n1970-01-01,,A\n1970-01-03,1970-01-05,B\n1970-01-08,,B\n")
    assert Universe.from_csv(path) == Universe.of(ROWS)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("symbol\nA\n", "columns symbol, from and to; from, to are not there"),
        ("symbol,from,to\nA,,\n", "line 2: A has no first day"),
        ("symbol,from,to\nA,2004-01-05,2004-01-04\n", "leaves on 2004-01-04, before"),
        ("symbol,from,to\nA,2004-01-01,2004-06-30\nA,2004-06-30,\n", "twice at one time"),
        ("symbol,from,to\nA,soon,\n", "'soon' is not written as"),
        ("symbol,from,to\n,2004-01-01,\n", "there is no symbol"),
        ("symbol,from,to\n", "no member at any time"),
    ],
)
def test_a_universe_without_its_history_is_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "u.csv"
    path.write_text(text)
    with pytest.raises(DataError, match=said):
        Universe.from_csv(path)


def test_only_members_open_positions_and_all_may_close_them() -> None:
    floor = Floor.of({name: dict.fromkeys(range(8), 100.0) for name in "AB"})  # type: ignore[misc]
    floor.act("buy", {"A": [0], "B": [0, 3, 6]}, quantity=1.0).act("exit", {"B": [5]})
    members = np.array([[1, 0]] * 3 + [[1, 1]] * 2 + [[1, 0]] * 3, dtype=np.uint8)
    for compiled in (True, False):
        found = floor.run(compiled, members=members)
        assert [fill[:2] for fill in found.short_fills] == [(1, "A"), (4, "B"), (6, "B")]
        assert found.causes(1) == ["not a member"]


def test_a_rotation_ranks_members_only_and_sells_who_left() -> None:
    floor = Floor.of({name: dict.fromkeys(range(8), 100.0) for name in "AB"})  # type: ignore[misc]
    floor.act("hold top", {"A": [0, 4], "B": [0, 4]}, size=1.0, score={"A": 1.0, "B": 2.0})
    members = np.array([[1, 1]] * 3 + [[1, 0]] * 5, dtype=np.uint8)
    for compiled in (True, False):
        found = floor.run(compiled, members=members)
        assert found.short_fills == [(1, "B", 100.0, 100.0), (5, "B", -100.0, 100.0), (5, "A", 100.0, 100.0)]


@given(cut=st.integers(1, 11), data=st.data())
def test_what_members_do_later_changes_nothing_of_what_was(cut: int, data: st.DataObject) -> None:
    truths = st.lists(st.lists(st.integers(0, 1), min_size=3, max_size=3), min_size=12, max_size=12)
    first, second = (np.array(data.draw(truths), dtype=np.uint8) for _ in range(2))
    second[:cut] = first[:cut]
    floor = Floor.of({name: {day: 100.0 + 7.0 * ((day * k) % 5) for day in range(12)} for k, name in enumerate("ABC", 1)})  # type: ignore[misc]
    floor.act("hold top", {name: list(range(0, 12, 2)) for name in "ABC"}, size=2.0, score={"A": 1.0, "B": 2.0, "C": 3.0})
    floor.act("buy", {name: [1, 5, 7] for name in "ABC"}, quantity=1.0)
    early = floor.run(members=first).equity[:cut]
    assert early.tobytes() == floor.run(members=second).equity[:cut].tobytes()
