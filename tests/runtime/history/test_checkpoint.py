"""A checkpoint is whole or not there, and is taken up only by the run that wrote it."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from compiler.pipeline import compile_text
from compiler.plan import Plan
from runtime.history.alone import alone_with
from runtime.history.checkpoint import CheckpointError, read_checkpoint, write_checkpoint
from runtime.history.journal import Journal
from runtime.history.records import WIDTHS
from runtime.history.run import Outputs, Stopped, run_stored
from runtime.history.stored import Stored, look_over
from runtime.machine.instrument import Instrument
from stdlib.library import load
from tests.generators.files import parquet_of
from tests.generators.markets import market

TEXT = """apx 1
strategy "Crossing"
trade "TEST" every 1d
settings
  capital 100_000 USD
  commission 0.1%
let quick = ema(close, 3)
when quick crosses above sma(close, 7)
  buy 50% of equity
when quick crosses below sma(close, 7)
  exit position
"""


@pytest.fixture
def plan() -> Plan:
    return compile_text(TEXT, load(), "crossing.apx").plan({}, 0.01, "backtest")


@pytest.fixture
def bars(tmp_path: Path) -> Stored:
    return look_over(parquet_of(market(3, "calm", 200), tmp_path / "bars.parquet"), symbol="TEST")


def begun(plan: Plan, bars: Stored, outputs: Outputs) -> None:
    with pytest.raises(Stopped):
        run_stored(plan, bars, instrument=Instrument(tick=0.01), outputs=outputs, size=20, stop=lambda: True)


def test_every_kind_of_value_comes_back_as_it_was(tmp_path: Path) -> None:
    state = {
        "a": np.array([[1.5, np.nan], [-0.0, np.inf]]),
        "b": b"\x00\xff",
        "c": {3: [1, 2.5, None, True], "d": {"e": np.array([1, 2], dtype=np.int64)}},
        "f": [],
        "g": float("nan"),
    }
    write_checkpoint(tmp_path / "c", {"plan": "x"}, state)
    found = read_checkpoint(tmp_path / "c", {"plan": "x"})
    assert found["a"].tobytes() == state["a"].tobytes()
    assert found["b"] == state["b"]
    assert found["c"][3] == [1, 2.5, None, True]
    assert found["c"]["d"]["e"].tolist() == [1, 2]
    assert found["f"] == []
    assert found["g"] != found["g"]


@pytest.mark.parametrize("damage", ["cut", "bit", "other"])
def test_a_damaged_file_is_no_checkpoint(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "c"
    write_checkpoint(path, {}, {"a": np.arange(100.0)})
    data = bytearray(path.read_bytes())
    if damage == "cut":
        path.write_bytes(data[:-40])
    elif damage == "bit":
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
    else:
        path.write_bytes(b"something else")
    with pytest.raises(CheckpointError, match=r"is damaged|is not a checkpoint"):
        read_checkpoint(path, {})


def test_another_program_setting_tick_range_or_file_is_refused_in_plain_words(tmp_path: Path, plan: Plan, bars: Stored) -> None:
    outputs = Outputs({"trades": tmp_path / "trades"}, tmp_path / "checkpoint")
    begun(plan, bars, outputs)
    tick = Instrument(tick=0.01)
    other = compile_text(TEXT.replace("sma(close, 7)", "sma(close, 8)"), load(), "x.apx").plan({}, 0.01, "backtest")
    richer = replace(plan, account=replace(plan.account, capital=5_000.0))
    cut = look_over(bars.path, symbol="TEST", low=bars.first_time + 1)
    elsewhere = Outputs({"trades": tmp_path / "others"}, outputs.checkpoint)
    for said, arguments in (
        ("by another plan", (other, bars, tick, outputs)),
        ("with other settings of the account", (richer, bars, tick, outputs)),
        ("with another tick", (plan, bars, Instrument(tick=0.02), outputs)),
        ("from other bars of it", (plan, cut, tick, outputs)),
        ("with other files asked for", (plan, bars, tick, elsewhere)),
    ):
        a_plan, a_file, a_tick, an_output = arguments
        with pytest.raises(CheckpointError, match=said):
            run_stored(a_plan, a_file, instrument=a_tick, outputs=an_output)
    parquet_of(market(4, "calm", 200), bars.path)
    with pytest.raises(CheckpointError, match="from other data"):
        run_stored(plan, look_over(bars.path, symbol="TEST"), instrument=tick, outputs=outputs)


def test_a_checkpoint_that_cant_be_written_leaves_the_one_before_and_says_its_name(tmp_path: Path) -> None:
    path = tmp_path / "c"
    write_checkpoint(path, {}, {"a": 1})
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    try:
        with pytest.raises(OSError, match="File too large") as refused:
            write_checkpoint(path, {}, {"a": np.arange(10_000.0)})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert refused.value.filename == str(path)
    assert read_checkpoint(path, {}) == {"a": 1}
    assert [file.name for file in tmp_path.iterdir()] == ["c"]


def test_rows_that_cant_be_written_are_said_with_the_name_of_their_file(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "rows", 4)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    try:
        with pytest.raises(OSError, match="File too large") as refused:
            journal.add(np.zeros((10_000, 4)))
        journal.drop()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert refused.value.filename == str(tmp_path / "rows")


def test_one_run_at_a_time_has_a_checkpoint(tmp_path: Path) -> None:
    with alone_with(tmp_path / "c"):
        with pytest.raises(CheckpointError, match="still going on"), alone_with(tmp_path / "c"):
            pass
        with alone_with(tmp_path / "other"):
            pass
    with alone_with(tmp_path / "c"):
        pass
    assert not [*tmp_path.iterdir()]


def test_a_run_that_was_killed_has_its_checkpoint_no_longer(tmp_path: Path) -> None:
    text = f"from pathlib import Path; from runtime.history.alone import alone_with; import time\nwith alone_with(Path({str(tmp_path / 'c')!r})): print(flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", text], stdout=subprocess.PIPE) as run:
        assert run.stdout is not None
        run.stdout.readline()
        with pytest.raises(CheckpointError, match="still going on"), alone_with(tmp_path / "c"):
            pass
        run.kill()
    with alone_with(tmp_path / "c"):
        pass
    assert not [*tmp_path.iterdir()]


def test_the_rows_that_a_checkpoint_counts_are_on_the_disk_when_it_is(tmp_path: Path, plan: Plan, bars: Stored) -> None:
    outputs = Outputs({name: tmp_path / name for name in ("equity", "orders")}, tmp_path / "c", 20)
    seen: list[int] = []

    def look(done: int) -> None:
        if not (tmp_path / "c").exists():
            return
        head = (tmp_path / "c").read_bytes().split(b"\n", 1)[1][8:]
        rows = dict(json.JSONDecoder().raw_decode(head.decode("latin-1"))[0]["state"]["{"])["rows"]["{"]
        for name, count in rows:
            assert (tmp_path / name).stat().st_size >= count * 8 * WIDTHS[name]
        seen.append(dict(rows)["equity"])

    run_stored(plan, bars, instrument=Instrument(tick=0.01), outputs=outputs, size=20, progress=look)
    assert seen == [*range(20, 200, 20)]


def test_rows_that_are_lost_are_not_gone_on_without(tmp_path: Path, plan: Plan, bars: Stored) -> None:
    outputs = Outputs({"equity": tmp_path / "equity"}, tmp_path / "checkpoint")
    begun(plan, bars, outputs)
    (tmp_path / "equity").write_bytes(b"")
    with pytest.raises(CheckpointError, match="can't be gone on with"):
        run_stored(plan, bars, instrument=Instrument(tick=0.01), outputs=outputs)
