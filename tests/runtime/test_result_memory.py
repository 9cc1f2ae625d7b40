"""Result columns: whoever holds one keeps its values; what nobody holds is used again."""

from __future__ import annotations

import gc

import numpy as np

from runtime import result_memory
from runtime.result_memory import KEPT, LARGE, new_column

ROWS = LARGE // 8 + 3


def test_a_column_that_is_held_is_never_given_out_again() -> None:
    held = [new_column(ROWS) for _ in range(4)]
    for i, column in enumerate(held):
        column.fill(i)
    views = [column[5:9] for column in held]
    del held
    for later in [new_column(ROWS) for _ in range(6)]:
        later.fill(-1.0)
    assert [list(view) for view in views] == [[i] * 4 for i in range(4)]


def test_memory_of_a_column_that_is_gone_is_taken_again() -> None:
    result_memory._free.clear()
    first = new_column(ROWS)
    address = first.ctypes.data
    del first
    gc.collect()
    assert new_column(ROWS).ctypes.data == address


def test_a_large_column_begins_on_a_cache_line_and_is_an_ordinary_array() -> None:
    column = new_column(ROWS)
    assert column.ctypes.data % 64 == 0
    assert (column.dtype, column.shape, column.flags.writeable, column.flags.c_contiguous) == (np.float64, (ROWS,), True, True)


def test_no_more_is_kept_than_was_said() -> None:
    result_memory._free.clear()
    columns = [new_column(KEPT // 8 // 3) for _ in range(5)]
    del columns
    gc.collect()
    assert 0 < sum(block.nbytes for block in result_memory._free.values()) <= KEPT
    result_memory._free.clear()


def test_a_much_longer_block_is_not_given_for_a_short_column() -> None:
    result_memory._free.clear()
    long = new_column(4 * ROWS)
    address = long.ctypes.data
    del long
    gc.collect()
    assert new_column(ROWS).ctypes.data != address
