"""Programs bound to bars and run: kernels, machine, backtest, sweep, live evaluation, data."""
