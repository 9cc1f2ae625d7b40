"""Builds what is made ahead of time: the kernels (Cython, from readable Python files) and the parser's tables."""

from __future__ import annotations

import ast
import os
import platform
import sys
from glob import glob
from pathlib import Path

from Cython.Build import cythonize
from setuptools import Extension, setup
from setuptools.command.build_py import build_py

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from runtime.machine import weld  # it stands here

# Each is a Python file that Cython compiles; without its binary the same file runs as plain Python.
MODULES = (
    "stdlib.kernels.scalar",
    "stdlib.kernels.elementwise",
    "stdlib.kernels.windows",
    "stdlib.kernels.orderings",
    "stdlib.kernels.varying",
    "stdlib.kernels.recursive",
    "stdlib.kernels.events",
    "stdlib.kernels.fused",
    "stdlib.kernels.lanes",
    "stdlib.kernels.shortcuts",
    "runtime.rowcode",
    "runtime.engine",
    "runtime.machine.table",
    "runtime.machine.grid",
    "runtime.machine.fires",
    "runtime.machine.purse",
    "runtime.machine.holding",
    "runtime.machine.allowance",
    "runtime.machine.book",
    "runtime.machine.brackets",
    "runtime.machine.liquidation",
    "runtime.machine.fill_model",
    "runtime.machine.detail_model",
    "runtime.machine.path_model",
    "runtime.machine.rules",
    "runtime.machine.straight",
    "runtime.machine.core",
    "runtime.portfolio.till",
    "runtime.portfolio.rotation",
    "runtime.portfolio.fills",
    "runtime.portfolio.driver",
    "runtime.equity_path",
    "runtime.figures",
    "runtime.history.meter",
    "runtime.sweep.cells",
    "runtime.live.loom",
    "runtime.live.desks",
)

# No fast-math and no contraction: every engine must give the same bits.
FLAGS = ["-O3", "-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math"]


# Kernels that gain by it are built again for processors with longer vectors, as `avx2_*` and `avx512_*`; stdlib/kernels/table.py
# chooses. Multiply-add is there with them, but -ffp-contract=off keeps it out of sums of products, so the bits stay the same; it is used
# by name alone, where the result is the same as without it (`over` in scalar.py).
X86 = platform.machine() in ("x86_64", "AMD64") and sys.platform != "win32"
VECTORS: dict[str, list[str]] = {
    "avx2": ["-mavx2", "-mfma"],
    "avx512": ["-mavx2", "-mfma", "-mavx512f", "-mavx512dq", "-mavx512bw", "-mavx512vl", "-mprefer-vector-width=512"],
}
LONG = ("elementwise", "windows", "orderings", "varying", "recursive", "events", "fused", "lanes", "shortcuts")
BUILDS = {f"{prefix}_{name}": flags for prefix, flags in VECTORS.items() for name in LONG} if X86 else {}

# Classes that are built in one piece, for each kind of processor; runtime/machine/welding.py chooses.
WELDED = {
    name.rpartition(".")[0] + "." + prefix + name.rpartition(".")[2]: (weld_of, flags)
    for weld_of in weld.WELDS
    for name in (weld_of.name,)
    for prefix, flags in {"": [], **({f"{vectors}_": more for vectors, more in VECTORS.items()} if X86 else {})}.items()
}

KERNELS = "stdlib/kernels"
PROCESSOR = '''cdef extern from *:
    """
    static inline int processor_vectors(void) {
    #if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))
        __builtin_cpu_init();
        if (!__builtin_cpu_supports("fma")) return 128;
        if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw")
            && __builtin_cpu_supports("avx512vl")) return 512;
        return __builtin_cpu_supports("avx2") ? 256 : 128;
    #else
        return 128;
    #endif
    }
    #if defined(__FMA__) || defined(__ARM_FEATURE_FMA)
    #define FUSED_THERE 1
    #else
    #define FUSED_THERE 0
    #endif
    static inline int fused_there(void) { return FUSED_THERE; }
    """
    int processor_vectors() noexcept nogil
    int fused_there() noexcept nogil'''
PXD_HEAD = """# Written by setup.py from the functions of the same names in *.py here.
cimport cython
from libc.math cimport NAN, atan, ceil, cos, exp, fabs, floor, fma, log, pow, sin, sqrt, tan"""
C_TYPES = {
    "Columns": "double **",
    "Row": "double *",
    "Places": "int *",
    "int": "Py_ssize_t",
    "float": "double",
    "None": "void",
    "cython.double": "double",
    "cython.bint": "bint",
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
    inlined.append(PROCESSOR)
    write_if_changed(f"{KERNELS}/inlined.pxd", "\n".join(inlined) + "\n")
    for name in (module.rpartition(".")[2] for module in MODULES if module.startswith("stdlib.kernels.")):
        if name != "scalar":
            source, functions = read_functions(name)
            declarations = "\n".join([PXD_HEAD, *(f"cdef {declared(source, f)}" for f in functions)]) + "\n"
            write_if_changed(f"{KERNELS}/{name}.pxd", declarations)
            for build in BUILDS:
                if build.partition("_")[2] == name:
                    write_if_changed(f"{KERNELS}/{build}.pxd", declarations)
                    write_if_changed(f"{KERNELS}/{build}.py", source)


def write_welded() -> None:
    """Writes what is built in one piece, once a build."""
    texts = {of.name: weld.written(of, Path()) for of in weld.WELDS}
    for name, (of, _) in WELDED.items():
        write_if_changed(name.replace(".", "/") + ".pyx", texts[of.name])


def read_functions(name: str) -> tuple[str, list[ast.FunctionDef]]:
    with open(f"{KERNELS}/{name}.py", encoding="utf-8") as file:
        source = file.read()
    functions = [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
    return source, [function for function in functions if function.name not in ("addresses", "vector_bits")]


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
        if not self.editable_mode:  # a checkout has them beside the package
            self.mkpath(f"{self.build_lib}/apextrade/examples/data")
            for example in sorted([*glob("examples/*.apx"), *glob("examples/data/*.csv")]):
                self.copy_file(example, f"{self.build_lib}/apextrade/{example}")


def extensions() -> list[Extension]:
    # `make setup` installs first and compiles afterwards, in place, where the next time only what has changed is compiled.
    if os.environ.get("APX_COMPILE_LATER"):
        return []
    flags = dict.fromkeys(MODULES, FLAGS)
    flags.update({f"stdlib.kernels.{build}": [*FLAGS, *more] for build, more in BUILDS.items()})
    paths = {name: name.replace(".", "/") + ".py" for name in flags}
    flags.update({name: [*FLAGS, *of.flags, *more] for name, (of, more) in WELDED.items()})
    paths.update({name: name.replace(".", "/") + ".pyx" for name in WELDED})
    return [Extension(name, [path], extra_compile_args=flags[name]) for name, path in paths.items() if os.path.exists(path)]


write_declarations()
write_welded()
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
