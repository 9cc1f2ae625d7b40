"""Clocks at run time: session calendars, bars built from shorter bars, and values held from one clock to another."""
