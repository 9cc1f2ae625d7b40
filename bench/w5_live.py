"""Ten thousand live strategies of five indicators on 50 instruments: what a new bar costs, from saved state, beside streams of other libraries.

    python bench/w5_live.py [--strategies N] [--instruments N] [--bars N] [--history N] [--unshared] [--peers-python PATH | --env FOLDER | --without-peers]

Before any time is compared, our values on the last bar are compared with every peer's, and on every bar those of some strategies with the kernels of
history, to the bit. `--unshared`: no two strategies of an instrument have an indicator in common.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from live_pool.drawn import Floats, Lengths, drawn, prices
from rig.computer import described, resident_bytes
from rig.peers import NoPeers, default_folder, run

import apextrade as apx
from compiler.plan import Plan
from runtime.candles import Candles
from runtime.feeds import feed_columns
from runtime.kernel import bind
from runtime.live.crew import Crew
from runtime.live.pool import Pool, candles_of
from runtime.live.saving import restored, save
from runtime.machine.instrument import Instrument

BENCH = Path(__file__).parent
PACKAGES = ("ferro-ta", "vector-ta", "talipp", "TA-Lib", "pandas", "numpy")
GOAL = 0.03
GOAL_WHOLE = 0.3
"""Milliseconds for a bar of ten thousand strategies."""
CHECKED = 100
DAY = 86_400_000_000
PROGRAM = """apx 1
strategy "Five indicators"
trade "X/USDT" every 1d
input a = 20 bars in 2 .. 2_000
input b = 20 bars in 2 .. 2_000
input c = 14 bars in 2 .. 2_000
input d = 14 bars in 2 .. 2_000
input e = 20 bars in 2 .. 2_000
settings
  commission 0.1%
let average = sma(close, a)
let quick = ema(close, b)
let strength = rsi(close, c)
let range = atr(d)
let top = highest(high, e)
when close crosses above average and quick > average and strength < 60 and close > top - 3 * range
  buy 10% of equity
    stop loss at 5%
when quick crosses below average or strength > 75
  exit position
"""
NAMES = ("average", "quick", "strength", "range", "top")


def main() -> int:
    args = parsed()
    symbols = [f"C{k}/USDT" for k in range(args.instruments)]
    markets = [market(k, args.history + args.bars + 20) for k in range(args.instruments)]
    history = [part(m, 0, args.history) for m in markets]
    bars = [list(candles_of(part(m, args.history, len(m)))) for m in markets]
    lengths = drawn(args.strategies, args.instruments, not args.unshared)
    program = apx.compile(PROGRAM)
    print(*described(), sep="\n")

    begin = time.perf_counter()
    plans = [program.plan("signals", 0.01, **inputs(one)) for one in lengths]
    compiled = time.perf_counter() - begin
    before, begin = resident_bytes(), time.perf_counter()
    pool = Pool()
    for k, plan in enumerate(plans):
        pool.add(f"s{k}", plan, symbols[k % args.instruments], Instrument(tick=0.01), history=history[k % args.instruments])
    pool.settle()
    added = time.perf_counter() - begin
    begin = time.perf_counter()
    saved = save(pool)
    wrote = time.perf_counter() - begin
    begin = time.perf_counter()
    pool = restored(saved)
    took = time.perf_counter() - begin
    gc.collect()
    gc.freeze()  # as docs/live.md says: what stays need not be looked at again and again

    chosen = random.Random(3).sample(range(args.strategies), min(CHECKED, args.strategies))
    batch = {k: columns_of(plans[k], part(markets[k % args.instruments], 0, args.history + args.bars)) for k in chosen}
    crews = (Crew(1), Crew(2))
    times: tuple[list[float], list[float]] = ([], [])
    events = 0
    for row in range(args.bars):
        candles = {symbol: bars[k][row] for k, symbol in enumerate(symbols)}
        pool.crew = crews[row % 2]
        begin = time.perf_counter()
        told = pool.push(candles)
        times[row % 2].append(time.perf_counter() - begin)
        events += len(told)
        for k in chosen:
            raw = pool.step(f"s{k}").raw  # type: ignore[union-attr]
            if np.array(raw).tobytes() != np.array([column[args.history + row] for column in batch[k]]).tobytes():
                print(f"s{k} differs from history on bar {row}", file=sys.stderr)
                return 1
    last = {k: pool.step(f"s{k}") for k in range(args.strategies)}
    values = {k: [step[name] for name in NAMES] for k, step in last.items() if step is not None}
    looms = [pool.lines[symbol][0].series.layout.loom for symbol in symbols]  # type: ignore[union-attr]
    only = []
    for row in range(args.bars, args.bars + 20):  # the pool is not used after this
        begin = time.perf_counter()
        for k, loom in enumerate(looms):
            bar = bars[k][row]
            loom.bar(bar.open, bar.high, bar.low, bar.close, bar.volume)
        only.append(time.perf_counter() - begin)

    n = args.strategies
    one, two = (sorted(times[k]) for k in (0, 1))
    best = min(one[0], two[0])
    whole, values_only = best / n * 1e6, min(only) / n * 1e6
    goal = GOAL_WHOLE * n / 10_000
    print(
        f"{n:,} strategies × 5 indicators on {args.instruments} instruments, {'no indicator shared' if args.unshared else 'lengths from 5 to 200'}: "
        f"{5 * n:,} indicators and {n:,} pairs of rules come to {pool.nodes:,} different nodes",
        f"equal to the kernels of history on {args.bars} bars, to the bit: {len(chosen)} strategies",
        "",
        f"a new bar, indicators and rules alone     {values_only:8.4f} µs a strategy   {min(only) * 1e3:7.3f} ms in all",
        f"a new bar, with machines and orders       {one[0] / n * 1e6:8.4f} µs a strategy   {one[0] * 1e3:7.3f} ms in all; "
        f"median {one[len(one) // 2] * 1e3:.3f} ms; {events / args.bars:.1f} events a bar",
        f"the same with two threads                 {two[0] / n * 1e6:8.4f} µs a strategy   {two[0] * 1e3:7.3f} ms in all; "
        f"median {two[len(two) // 2] * 1e3:.3f} ms; load of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors",
        f"the goal, {GOAL} µs for indicators and rules: {'met' if values_only <= GOAL else f'missed by {values_only / GOAL:.1f} times'}; "
        f"{goal:.3g} ms for a whole new bar: {'met' if best * 1e3 <= goal else f'missed by {best * 1e3 / goal:.1f} times'}",
        f"saved in {wrote:.2f} s, {len(saved) / 2**20:.1f} MB; restored in {took:.2f} s in a pool without any; compiled in {compiled:.1f} s and "
        f"warmed by {args.history:,} bars in {added:.1f} s the first time; {(resident_bytes() - before) / 2**20:.0f} MB with the bars",
        sep="\n",
        flush=True,
    )
    return peers(args, values, whole, values_only)


def peers(args: argparse.Namespace, values: dict[int, list[float]], whole: float, alone: float) -> int:
    if args.without_peers or args.unshared:
        return 0
    try:
        python = args.peers_python or installed(
            args.env or default_folder().with_name(default_folder().name.replace("peers", "live"))
        )
    except NoPeers as missing:
        print(f"left out: {missing}", file=sys.stderr)
        return 0
    command = [str(python), "-m", "live_pool.peer_side", *map(str, (args.strategies, args.instruments, args.history, args.bars))]
    with subprocess.Popen(command, cwd=BENCH, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            found = json.loads(line)
            if "missing" in found:
                print(f"left out: {found['name']}: {found['missing']}", file=sys.stderr)
                continue
            theirs = np.array(found["values"])
            ours = np.array([values[k] for k in found["chosen"]])
            apart = np.abs(theirs / ours - 1.0)
            least = 0.05 if "window" in found["name"] else 1e-4
            if not (apart <= least).all():
                at = np.argwhere(~(apart <= least))[0]
                print(
                    f"{found['name']}: {NAMES[at[1]]} of s{found['chosen'][at[0]]} is {theirs[tuple(at)]}, ours {ours[tuple(at)]}",
                    file=sys.stderr,
                )
                return 1
            print(
                f"{found['name']:34s} {found['us']:10.3f} µs a strategy, without rules: {found['us'] / alone:8.0f} times ours with rules, "
                f"{found['us'] / whole:8.0f} times the whole (largest difference {apart.max():.0e})",
                flush=True,
            )
    return process.returncode


def installed(folder: Path) -> Path:
    python = folder / "bin/python"
    if not (folder / ".complete").exists():
        run([sys.executable, "-m", "venv", str(folder)])
        run([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PACKAGES])
        (folder / ".complete").touch()
    return python


def inputs(one: Lengths) -> dict[str, int]:
    return dict(zip("abcde", (one.sma, one.ema, one.rsi, one.atr, one.top), strict=True))


def market(instrument: int, rows: int) -> Candles:
    # Drawn as many as the peers draw, so that the bars are the same; those after them serve our second measurement alone.
    first, more = prices(instrument, rows - 20), prices(instrument + 10_000, 20)
    scale = first["close"][-1] / 100.0
    columns = {name: np.concatenate((first[name], more[name] * (1.0 if name == "volume" else scale))) for name in first}
    return Candles(time=np.arange(rows, dtype=np.int64) * DAY, **columns)


def part(candles: Candles, start: int, end: int) -> Candles:
    names = ("time", "open", "high", "low", "close", "volume")
    return Candles(**{name: np.ascontiguousarray(getattr(candles, name)[start:end]) for name in names})


def columns_of(plan: Plan, candles: Candles) -> list[Floats]:
    """The named columns by the kernels of history."""
    found = bind(plan).run(feed_columns(plan.feeds, candles), len(candles))
    return [found[column.register] for column in plan.columns]


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--strategies", type=int, default=10_000)
    parser.add_argument("--instruments", type=int, default=50)
    parser.add_argument("--bars", type=int, default=60, help="live bars")
    parser.add_argument("--history", type=int, default=4_000, help="bars that warm, at least 1,000")
    parser.add_argument(
        "--unshared", action="store_true", help="no two strategies of an instrument have an indicator in common; without peers"
    )
    parser.add_argument("--peers-python", type=Path, help="a Python that has the peers")
    parser.add_argument("--env", type=Path, help="a folder for the peers' environment, made if it is not there")
    parser.add_argument("--without-peers", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
