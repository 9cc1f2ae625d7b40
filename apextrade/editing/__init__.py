"""Answers about a program that is being written: backtests, tests and values of its text, from a process that stays warm."""
