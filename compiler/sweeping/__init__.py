"""Sweeps: what the runs of a program with many values of its inputs share, and what each of them has for itself."""
