"""The program of the long histories: four indicators, a longer clock, stops, trails and a short side."""

from __future__ import annotations

PROGRAM = """apx 1
strategy "Long history"
trade "BTCUSD" every 1m
input fast = 20 bars in 2 .. 400
input slow = 120 bars in 3 .. 1000
settings
  capital 100_000 USD
  commission 0.05%
  slippage 1 tick
let quick = ema(close, fast)
let trend = sma(close, slow)
let strength = rsi(close, 14)
let wide = stdev(close, 50)
when quick crosses above trend and strength > 50
  buy 50% of equity
    stop loss at entry - 3 * atr(14)
    take profit at 2 R
when quick crosses below trend
  exit position
when close < trend - 3 * wide and strength < 25
  short 20% of equity
    stop loss at entry + 3 * atr(14)
    hold at most 120 bars
"""

CROSSING = """apx 1
strategy "Crossing"
trade "BTCUSD" every 1m
input fast = 20 bars in 2 .. 400
input slow = 500 bars in 3 .. 1000
settings
  capital 100_000 USD
  commission 0.05%
when sma(close, fast) crosses above sma(close, slow)
  buy 90% of equity
when sma(close, fast) crosses below sma(close, slow)
  exit position
"""
