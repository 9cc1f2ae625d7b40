"""Bars from files, from the store and from samples: read, checked, repaired aloud."""
