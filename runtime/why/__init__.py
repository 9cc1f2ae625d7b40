"""Why: what a run knew on one bar, which part of each rule decided, and what became of its orders."""
