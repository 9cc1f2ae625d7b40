"""States of older versions, whose rows were laid out differently, are refused in plain words and change nothing."""

from __future__ import annotations

import json

import pytest

from compiler.pipeline import compile_text
from compiler.plan import Plan
from runtime.kernel import StateMismatch
from runtime.machine.core import Machine, MachineError
from runtime.stream import STREAM_MARK, Stream
from stdlib.library import load
from tests.runtime.machine.desk import Desk

FLAT = (100.0, 101.0, 99.0, 100.0)
FRAME = 6 * 8  # bytes of what a state says of its own layout


def test_a_state_without_a_layout_is_of_an_older_version() -> None:
    outcome = Desk([FLAT] * 4).act("buy", 0, 10).run()
    machine = Machine(outcome.machine.code, outcome.machine.account, outcome.machine.instrument)
    before = machine.save()
    with pytest.raises(MachineError, match="saved by another version"):
        machine.restore(outcome.machine.save()[FRAME:])
    assert machine.save() == before


def test_rows_of_another_width_that_would_fit_are_refused() -> None:
    desk = Desk([FLAT] * 4)
    outcome = desk.act("buy", 0, 10).run()
    saved = bytearray(outcome.machine.save())
    lots = slice(3 * 8, 4 * 8)
    saved[lots] = saved[:8]
    with pytest.raises(MachineError, match="does not belong"):
        outcome.machine.restore(bytes(saved))


def plan() -> Plan:
    text = 'apx 1\nstrategy "s"\nsettings\n  capital 10_000 USD\n  commission 0.1%\nwhen close > 100\n  buy 10 shares\n'
    return compile_text(text, load()).plan({}, 0.01, "live")


def test_a_stream_of_an_older_version_is_refused_and_the_stream_goes_on_as_it_was() -> None:
    stream = Stream(plan())
    for k in range(4):
        stream.push({"time": k * 60_000_000, "open": 100.0, "high": 102.0, "low": 99.0, "close": 101.0, "volume": 1000.0})
    saved = stream.save()
    start = len(STREAM_MARK) + 4
    end = start + int.from_bytes(saved[len(STREAM_MARK) : start], "big")
    desk = end + json.loads(saved[start:end])["kernel"]
    size = int.from_bytes(saved[desk : desk + 8], "big")
    machine = saved[desk + 8 + FRAME : desk + 8 + size]
    older = saved[:desk] + len(machine).to_bytes(8, "big") + machine + saved[desk + 8 + size :]
    with pytest.raises(StateMismatch, match="saved by another version"):
        stream.restore(older)
    assert stream.save() == saved
