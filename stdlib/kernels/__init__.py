"""Kernels: readable Python files that Cython compiles; without the binaries they run as they are.

A kernel is `name(inp, par, st, out, n)`: `inp` and `out` are rows of a chunk of `n` bars (an output is not also an input,
except in `elementwise`), `par` the window and number parameters in declared order, `st` the state: doubles, zeros before the
first bar, everything the kernel remembers. Called on any chunking of the same bars, with the state saved and loaded in
between, it gives the same bits. It allocates nothing and never fails. In C these are `double **`, `double *` and
`Py_ssize_t`; setup.py writes the declarations from the annotations. As plain Python, rows are lists.
"""

from __future__ import annotations

Row = list[float]
Columns = list[Row]
Places = list[int]
"""Of lanes (lanes.py): where they read. `int *` in C."""
