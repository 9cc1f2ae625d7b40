"""Builds what is made ahead of time: the kernels (Cython, from readable Python files) and the parser's tables."""

from __future__ import annotations

import ast
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
    "runtime.machine.table",
    "runtime.machine.core",
)

# No fast-math and no contraction: every engine must give the same bits.
FLAGS = ["-O3", "-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math"]


KERNELS = "stdlib/kernels"
PXD_HEAD = """# Written by setup.py from the functions of the same names in *.py here.
cimport cython
from libc.math cimport NAN, atan, ceil, cos, exp, fabs, floor, log, pow, sin, sqrt, tan"""
C_TYPES = {
    "Columns": "double **",
    "Row": "double *",
    "int": "Py_ssize_t",
    "float": "double",
    "None": "void",
    "cython.double": "double",
}


def declared(source: str, function: ast.FunctionDef) -> str:
    """The C declaration of a kernel or a function used in one, from its annotations."""

    def c_type(annotation: ast.expr | None) -> str:
        return C_TYPES[ast.get_source_segment(source, annotation) or ""] if annotation else "double"

    arguments = ", ".join(f"{c_type(a.annotation)} {a.arg}" for a in function.args.args)
    return f"{c_type(function.returns)} {function.name}({arguments}) noexcept nogil"


def write_declarations() -> None:
    """Writes a .pxd for each file of kernels, and `inlined.pxd`: scalar functions and rings with their bodies."""
    inlined = [PXD_HEAD]
    for name in ("scalar", "rings"):
        source, functions = read_functions(name)
        for function in functions:
            body = "\n".join("    " + (ast.get_source_segment(source, line) or "") for line in function.body)
            inlined.append(f"cdef inline {declared(source, function)}:\n{body}")
    write_if_changed(f"{KERNELS}/inlined.pxd", "\n".join(inlined) + "\n")
    for name in (module.rpartition(".")[2] for module in MODULES if module.startswith("stdlib.kernels.")):
        if name != "scalar":
            source, functions = read_functions(name)
            write_if_changed(
                f"{KERNELS}/{name}.pxd", "\n".join([PXD_HEAD, *(f"cdef {declared(source, f)}" for f in functions)]) + "\n"
            )


def read_functions(name: str) -> tuple[str, list[ast.FunctionDef]]:
    with open(f"{KERNELS}/{name}.py", encoding="utf-8") as file:
        source = file.read()
    return source, [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef) and node.name != "addresses"]


def write_if_changed(path: str, text: str) -> None:
    """An unchanged file keeps its time, so that nothing is compiled again for it."""
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            if file.read() == text:
                return
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


class BuildWithTables(build_py):
    """Writes the grammar tables beside the grammar before packages are collected."""

    def run(self) -> None:
        from grammar.build import write

        write()
        super().run()


def extensions() -> list[Extension]:
    paths = [(name, name.replace(".", "/") + ".py") for name in MODULES]
    return [Extension(name, [path], extra_compile_args=FLAGS) for name, path in paths if os.path.exists(path)]


write_declarations()
setup(
    cmdclass={"build_py": BuildWithTables},
    ext_modules=cythonize(
        extensions(),
        language_level=3,
        compiler_directives={
            "boundscheck": False,
            "wraparound": False,
            "cdivision": True,
            "initializedcheck": False,
            "annotation_typing": True,
        },
    ),
)
