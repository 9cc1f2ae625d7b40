"""A text under edit: cells.py is its statements, each read once; analysis.py what is known of one version."""

from compiler.editing.analysis import Analysis, Editing
from compiler.editing.cells import Cell, Layout

__all__ = ["Analysis", "Cell", "Editing", "Layout"]
