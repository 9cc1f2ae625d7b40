"""Histories longer than memory: bars read, traded and measured a block at a time, and a run that can go on where it stopped."""
