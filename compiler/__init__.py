"""The compiler: text and a library in, a plan and diagnostics out. Pure: no numpy, files, clock, network or environment."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from compiler.pipeline import Checked, check, compile_text

__all__ = ["Checked", "check", "compile_text"]


def __getattr__(name: str) -> object:
    if name in __all__:  # the pipeline is imported when asked for: plans and operators are used without it
        from compiler import pipeline

        return getattr(pipeline, name)
    raise AttributeError(name)
