"""Builds what is made ahead of time: the kernels (Cython, from readable Python files) and the parser's tables."""

from __future__ import annotations

import os
import sys

from Cython.Build import cythonize
from setuptools import Extension, setup
from setuptools.command.build_py import build_py

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

# Each is a Python file that Cython compiles; without its binary the same file runs as plain Python.
MODULES = (
    "stdlib.kernels.scalar",
    "stdlib.kernels.elementwise",
    "stdlib.kernels.windows",
    "stdlib.kernels.orderings",
    "stdlib.kernels.recursive",
    "stdlib.kernels.events",
    "runtime.rowcode",
    "runtime.engine",
    "runtime.machine.core",
)

# No fast-math and no contraction: every engine must give the same bits.
FLAGS = ["-O3", "-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math"]


class BuildWithTables(build_py):
    """Writes the grammar tables beside the grammar before packages are collected."""

    def run(self) -> None:
        from grammar.build import main

        main()
        super().run()


def extensions() -> list[Extension]:
    paths = [(name, name.replace(".", "/") + ".py") for name in MODULES]
    return [Extension(name, [path], extra_compile_args=FLAGS) for name, path in paths if os.path.exists(path)]


setup(
    cmdclass={"build_py": BuildWithTables},
    ext_modules=cythonize(
        extensions(),
        language_level=3,
        compiler_directives={"boundscheck": False, "wraparound": False, "cdivision": True, "initializedcheck": False, "annotation_typing": True},
    ),
)
