"""Several instruments on one account: a position machine for each, one till, all rules of an instant by the same state."""
