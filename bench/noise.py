"""A thousand strategies that trade at random, in worlds without anything to find: how often each measure is taken in by the best of them.

    python bench/noise.py [--worlds N] [--strategies N] [--bars N] [--workers N]

Each world is a random walk without drift. The strategies go long and short by a scrambled count of bars, another for each seed, at no
cost. The best by Sharpe ratio is looked at as if it were the only one, then deflated by the number of trials, then split into pasts and futures.
A measure that can be trusted calls noise noise in all but one world of twenty.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
from rig.computer import described

import apextrade as apx
from runtime.research.overfitting import cut, overfitting
from runtime.research.sharpe import deflated_sharpe, moments, probabilistic_sharpe
from runtime.statistics import bars_per_year

PROGRAM = """apx 1
strategy "Noise"
trade "WALK" every 1d
input salt = 1 in 1 .. 1_000_000 step 1
settings
  capital 100_000 USD
  commission 0%
  slippage 0 ticks
remember n = n + 1 initially 0
let scrambled = sin(n * (12.9898 + salt * 0.618034)) * 43758.5453
let drawn = scrambled - floor(scrambled)
when drawn < 0.05
  buy 100% of equity
when drawn > 0.95
  short 100% of equity
"""
SKILL = 0.1
"""Deviations of a bar that a strategy with skill earns on each, in the worlds that have one."""


def walk(bars: int, seed: int) -> apx.Candles:
    close = 100.0 * np.exp(np.cumsum(np.random.default_rng(seed).normal(-0.00005, 0.01, bars)))
    opened = np.concatenate(([100.0], close[:-1]))
    days = np.datetime64("1990-01-01") + np.arange(bars)
    return apx.Candles.from_arrays(
        time=days, open=opened, high=np.maximum(opened, close), low=np.minimum(opened, close), close=close, symbol="WALK"
    )


def returns_of(program: apx.Program, candles: apx.Candles, salt: int) -> np.ndarray:
    equity = apx.backtest(program, candles, tick=1e-6, salt=salt).run.equity_values
    return np.diff(equity, prepend=100_000.0) / np.concatenate(([100_000.0], equity[:-1]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worlds", type=int, default=40)
    parser.add_argument("--strategies", type=int, default=1000)
    parser.add_argument("--bars", type=int, default=2000)
    parser.add_argument("--workers", type=int, default=2)
    args = parser.parse_args()
    program = apx.compile(PROGRAM)
    begun = time.perf_counter()
    single, deflated, overfit, losing, skilled = [], [], [], [], []
    for world in range(args.worlds):
        candles = walk(args.bars, world)
        table = apx.sweep(program, candles, salt=range(1, args.strategies + 1), tick=1e-6, workers=args.workers)
        ratios = table.statistic("sharpe") / np.sqrt(bars_per_year(candles.time))
        best = table.best_row
        assert best is not None
        chosen = returns_of(program, candles, best + 1)
        single.append(probabilistic_sharpe(moments(chosen)))
        deflated.append(deflated_sharpe(chosen, ratios).probability)
        kept = np.column_stack([returns_of(program, candles, salt) for salt in range(1, min(args.strategies, 200) + 1)])
        found = overfitting(cut(kept, 10))
        overfit.append(found.probability)
        losing.append(found.loses)
        kept[:, 0] += SKILL * kept[:, 0].std()
        skilled.append(overfitting(cut(kept, 10)).probability)
    took = time.perf_counter() - begun
    print(*described(), "", sep="\n")
    print(f"{args.worlds} worlds of {args.bars:,} bars, {args.strategies:,} random strategies in each; {took:.0f} s.\n")
    print("| measure | what it says of the best | taken in |")
    print("|---|---|--:|")
    for name, values in (
        ("probability that the Sharpe ratio is above 0, as if it were the only trial", single),
        ("deflated by the trials", deflated),
    ):
        print(f"| {name} | mean {np.mean(values):.3f} | {np.mean(np.array(values) >= 0.95):.1%} of the worlds |")
    print(
        f"| probability of overfitting, 10 blocks, 200 of the strategies | mean {np.mean(overfit):.2f} (a half is noise) | {np.mean(np.array(overfit) < 0.05):.1%} |"
    )
    print(f"| its best of the past, in the future | loses in {np.mean(losing):.0%} of the splits | |")
    print(f"| the same with one strategy of skill among them ({SKILL:g} deviations a bar) | mean {np.mean(skilled):.3f} | |")


if __name__ == "__main__":
    main()
