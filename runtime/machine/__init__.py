"""The position machine: resting orders, open lots, fills and limits, the same in test and live."""
