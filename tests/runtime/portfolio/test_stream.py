"""Several instruments, one candle at a time: who waits for whom, what is refused, and what is kept."""

from __future__ import annotations

import base64
import json

import numpy as np
import pytest

import apextrade as apx
from compiler.inputs import InputError
from runtime.feeds import Candle, FeedError
from runtime.kernel import StateMismatch
from runtime.portfolio import stream as stream_module
from runtime.portfolio.stream import Moment, PortfolioStream
from runtime.portfolio.universe import Universe
from runtime.stream import Stream

DAY = 86_400_000_000
HEAD = 'apx 1\nstrategy "S"\ntrade "A", "B" every 1d\nsettings\n  capital 10_000 USD\n  commission 0%\n'
BUYS = HEAD + "when close > 1 and position.size == 0\n  buy 30% of equity\n"
FAR = 2**61


def stream_of(text: str, *given: object) -> PortfolioStream:
    stream = apx.compile(text).stream(*given)  # type: ignore[arg-type]
    assert isinstance(stream, PortfolioStream)
    return stream


def bar(day: int, price: float = 10.0) -> Candle:
    return Candle(day * DAY, price, price, price, price, 1.0)


def when(moments: tuple[Moment, ...]) -> list[tuple[int, list[str]]]:
    return [(moment.time // DAY, list(moment)) for moment in moments]


def test_an_instant_waits_for_every_instrument_and_comes_with_all_of_them() -> None:
    stream = stream_of(BUYS)
    assert stream.push(bar(0), "A") == ()
    assert stream.push(bar(1), "A") == ()
    first = stream.push(bar(0), "B")
    assert when(first) == [(0, ["A", "B"])]
    assert [(symbol, order.side, order.quantity) for symbol, order in first[0].orders] == [
        ("A", "buy", 300.0),
        ("B", "buy", 300.0),
    ]
    assert when(stream.push(bar(3), "B")) == [(1, ["A"])]
    assert when(stream.push(bar(2), "A")) == [(2, ["A"])]
    assert when(stream.push(bar(3), "A")) == [(3, ["A", "B"])]


def test_one_push_may_bring_several_instants_in_their_order() -> None:
    stream = stream_of(BUYS)
    for day in range(3):
        assert stream.push(bar(day), "B") == ()
    assert when(stream.push(bar(2), "A")) == [(0, ["B"]), (1, ["B"]), (2, ["A", "B"])]


def test_a_feed_that_is_silent_is_said_to_have_passed() -> None:
    stream = stream_of(BUYS)
    stream.push(bar(0), "A")
    assert when(stream.passed("B", 0)) == [(0, ["A"])]
    assert stream.passed("B", 5 * DAY) == ()
    assert when(stream.push(bar(1), "A")) == [(1, ["A"])]
    with pytest.raises(FeedError, match="after 432000000000 had passed"):
        stream.push(bar(5), "B")
    assert stream.passed("B", 0) == (), "what has passed stays so"
    assert when(stream.passed("A", FAR)) == []


def test_what_one_sells_pays_for_what_another_buys_at_the_same_open() -> None:
    text = (
        HEAD + 'when symbol == "A" and close == 10\n  buy 100% of equity\nwhen symbol == "A" and close == 11\n  exit position\n'
    )
    stream = stream_of(text + 'when symbol == "B" and close == 12\n  buy 100% of equity\n')
    for day, (a, b) in enumerate([(10.0, 10.0), (11.0, 12.0), (11.0, 12.0)]):
        stream.push(bar(day, b), "B")
        moments = stream.push(bar(day, a), "A")
    assert [(symbol, fill.side, fill.price) for symbol, fill in moments[0].fills] == [("A", "sell", 11.0), ("B", "buy", 12.0)]
    assert moments[0]["A"].equity == moments[0].equity


def test_a_candle_that_is_refused_changes_nothing() -> None:
    stream = stream_of(BUYS)
    stream.push(bar(1), "A")
    before = stream.save()
    for candle, symbol, said in (
        (bar(1), "A", "in order"),
        (bar(0), "A", "in order"),
        (bar(0), "C", "it takes A, B"),
        ({"time": 2}, "B", "lacks"),
    ):
        with pytest.raises(FeedError, match=said):
            stream.push(candle, symbol)  # type: ignore[arg-type]
    assert stream.save() == before


def test_a_saved_stream_keeps_the_candles_that_wait() -> None:
    stream = stream_of(BUYS)
    stream.push(bar(0), "A")
    stream.push(bar(1), "A")
    later = stream_of(BUYS)
    later.restore(stream.save())
    assert when(later.push(bar(1), "B")) == when(stream.push(bar(1), "B")) == [(0, ["A"]), (1, ["A", "B"])]
    assert later.save() == stream.save()


def test_a_state_of_other_instruments_or_another_program_is_refused() -> None:
    saved = stream_of(BUYS).save()
    with pytest.raises(StateMismatch, match="is of A, B"):
        stream_of(BUYS, 0.01, "", None, ("A", "C")).restore(saved)
    with pytest.raises(StateMismatch):
        stream_of(HEAD + "when sma(close, 3) > 1\n  buy 1 unit\n").restore(saved)
    with pytest.raises(StateMismatch, match="not a saved stream"):
        stream_of(BUYS).restore(b"something")


def test_a_damaged_state_is_refused_and_changes_nothing() -> None:
    """Bytes cut anywhere, a part that is not there, and a part cut within: the stream goes on as if nobody had asked."""
    stream, other = stream_of(BUYS), stream_of(BUYS)
    for day in range(3):
        for symbol in ("A", "B"):
            stream.push(bar(day), symbol)
            other.push(bar(day, 20.0 + day), symbol)
    stream.push(bar(3), "A")
    before, saved = stream.save(), other.save()
    mark = saved.index(b"{")
    state = json.loads(saved[mark:])
    damaged = [saved[:size] for size in range(0, len(saved) - 1, 97)]
    damaged += [saved[:mark] + json.dumps({k: v for k, v in state.items() if k != name}).encode() for name in state]
    short = base64.b64encode(base64.b64decode(state["portfolio"])[:-9]).decode()
    damaged.append(saved[:mark] + json.dumps(state | {"portfolio": short}).encode())
    for bytes_ in damaged:
        with pytest.raises(StateMismatch):
            stream.restore(bytes_)
        assert stream.save() == before
    stream.restore(saved)
    assert stream.save() == saved


def test_what_is_read_from_another_instrument_must_have_closed_too() -> None:
    text = HEAD.replace("1d", "1h") + 'let other = close from "X"\nwhen close > other\n  buy 1 unit\n'
    stream, hour = stream_of(text, 0.01, "24/7"), DAY // 24
    candle = lambda at, price: Candle(at * hour, price, price, price, price, 1.0)  # noqa: E731
    stream.push(candle(0, 10.0), "A")
    assert stream.push(candle(0, 10.0), "B") == ()
    (moment,) = stream.push(candle(0, 9.0), "X")
    assert (moment["A"]["other"], moment["B"]["other"]) == (9.0, 9.0)
    stream.push(candle(1, 10.0), "A")
    stream.push(candle(1, 10.0), "B")
    (late,) = stream.passed("X", 2 * hour)
    assert late["A"]["other"] == 9.0


def test_an_instrument_that_is_silent_for_long_keeps_no_candles_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    text = HEAD.replace("1d", "1h") + 'let far = sma(close, 3) on 4h from "A"\nwhen close > far\n  buy 1 unit\n'
    hour = DAY // 24

    def told(most: int) -> tuple[list[float], int]:
        monkeypatch.setattr(stream_module, "MOST_WAITING", most)
        stream, found, waiting = stream_of(text, 0.01, "24/7"), [], 0
        for at in range(60):
            price = 10.0 + at * at % 7
            stream.push(Candle(at * hour, price, price, price, price, 1.0), "A")
            rest = stream.push(bar(0), "B") if at == 0 else () if at in (50, 57) else stream.passed("B", at * hour)
            if at in (50, 57):
                rest = stream.push(Candle(at * hour, 9.0, 9.0, 9.0, 9.0, 1.0), "B")
            found += [moment["B"]["far"] for moment in rest if "B" in moment]
            waiting = max(waiting, *(len(candles) for candles in stream.others.values()))
        return found, waiting

    (few, short), (many, long) = told(5), told(1000)
    assert np.array(few).tobytes() == np.array(many).tobytes()
    assert len(few) == 3
    assert short <= 6 < 40 < long


def test_members_of_a_universe_alone_open_positions() -> None:
    text = BUYS.replace('"A", "B"', "universe few")
    universe = Universe.of([("A", "1970-01-01", ""), ("B", "1970-01-03", "")])
    stream = stream_of(text, 0.01, "", None, (), universe)
    made = []
    for day in range(4):
        stream.push(bar(day), "A")
        made += [(day, symbol) for moment in stream.push(bar(day), "B") for symbol, _ in moment.orders]
    assert made == [(0, "A"), (2, "B")]
    with pytest.raises(InputError, match="universe"):
        apx.compile(text).stream()


def test_a_program_of_one_instrument_has_the_stream_of_one() -> None:
    assert isinstance(apx.compile(BUYS.replace('"A", "B"', '"A"')).stream(), Stream)
    both = apx.compile(BUYS.replace('"A", "B"', '"A"')).stream(0.01, "", None, ("A", "B"))
    assert isinstance(both, PortfolioStream)


def test_facts_and_calendars_may_differ_by_symbol() -> None:
    stream = stream_of(BUYS, {"A": 0.5}, {"A": "24/7"}, None, (), None, {"B": 7.0})
    stream.push(bar(0), "A")
    (moment,) = stream.push(bar(0), "B")
    assert [order.quantity for _, order in moment.orders] == [300.0, 294.0]
    assert [machine.instrument.tick for machine in stream.machines] == [0.5, 0.01]
    assert np.isnan(stream_of(BUYS).portfolio.last_profit)
