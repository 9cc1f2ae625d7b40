"""Clients take turns, and one with many requests waits behind one with few."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from server.workers.turns import Turns


def test_clients_take_turns() -> None:
    turns: Turns[str] = Turns()
    for waiting in ("a1", "a2", "a3", "b1", "c1", "b2"):
        turns.wait(waiting[0], waiting)
    assert [turns.next() for _ in range(7)] == ["a1", "b1", "c1", "a2", "b2", "a3", None]


def test_who_was_served_without_waiting_has_had_a_turn() -> None:
    turns: Turns[str] = Turns()
    turns.enter("a")
    turns.serve("a")
    turns.wait("a", "a2")
    turns.wait("b", "b1")
    assert [turns.next(), turns.next()] == ["b1", "a2"]


def test_of_a_client_that_has_left_nothing_is_kept() -> None:
    turns: Turns[str] = Turns()
    for _ in range(2):
        turns.enter("a")
        turns.serve("a")
    turns.leave("a")
    assert turns.last
    turns.leave("a")
    assert not turns.last
    assert not turns.present


def test_who_gives_up_waits_no_longer() -> None:
    turns: Turns[str] = Turns()
    turns.wait("a", "a1")
    turns.wait("a", "a2")
    turns.give_up("a", "a1")
    turns.give_up("b", "b1")
    assert [turns.next(), turns.next()] == ["a2", None]
    assert not turns.lines


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), max_size=60))
def test_nobody_is_forgotten_and_each_keeps_the_own_order(steps: list[tuple[str, bool]]) -> None:
    turns: Turns[tuple[str, int]] = Turns()
    waiting: list[tuple[str, int]] = []
    for number, (client, leaves) in enumerate(steps):
        if leaves and waiting:
            turns.give_up(*[(c, (c, n)) for c, n in waiting][-1])
            waiting.pop()
        else:
            turns.wait(client, (client, number))
            waiting.append((client, number))
    assert len(turns) == len(waiting)
    served = [turns.next() for _ in waiting]
    assert sorted(served) == sorted(waiting)  # type: ignore[type-var]
    for client in "abc":
        assert [one for one in served if one and one[0] == client] == [one for one in waiting if one[0] == client]
    assert turns.next() is None


@given(st.integers(1, 30), st.integers(1, 5))
def test_a_client_with_one_request_waits_for_one_of_each_other_at_most(many: int, others: int) -> None:
    turns: Turns[str] = Turns()
    for client in range(others):
        for _ in range(many):
            turns.wait(f"client {client}", f"client {client}")
    turns.wait("me", "me")
    order = [turns.next() for _ in range(others * many + 1)]
    assert order.index("me") == others
