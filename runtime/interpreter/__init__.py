"""The reference interpreter: what a program means, bar by bar in plain Python floats. Slow, and independent of the kernels.

It keeps whole histories and computes every window from scratch. It never uses `sum`, `math`, `**` or NumPy arithmetic; what only
compiled code may compute (exp, log, power, trigonometry) comes from the library's scalar routines. Kernels are tested against it.
"""
