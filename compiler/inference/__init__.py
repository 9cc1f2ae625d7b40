"""Inference of kinds and units: typed.py is what it finds, work.py where it starts."""

from compiler.inference.typed import Typed
from compiler.inference.work import infer, type_of_setting

__all__ = ["Typed", "infer", "type_of_setting"]
