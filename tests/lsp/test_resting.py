"""The built program is asked for soon after an edit of a short program, later after one of a long program, and never long after."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lsp.resting import LONGEST_PAUSE_S, PAUSE_S, pause_after

TIMES = st.floats(0, 1e6)


@given(TIMES, TIMES)
def test_what_takes_longer_is_asked_no_sooner_and_within_bounds(one: float, other: float) -> None:
    short, long = sorted((one, other))
    assert PAUSE_S <= pause_after(short) <= pause_after(long) <= LONGEST_PAUSE_S


def test_a_program_never_answered_or_answered_at_once_is_asked_for_soonest() -> None:
    assert pause_after(0.0) == PAUSE_S == pause_after(PAUSE_S)
    assert pause_after(10.0) == LONGEST_PAUSE_S
