"""Editions of the language: retired.py says what has changed between them, migrating.py rewrites programs."""

from compiler.editions.migrating import NEWEST, Migration, migrated, retired_edition
from compiler.editions.retired import RETIRED, Retired

__all__ = ["NEWEST", "RETIRED", "Migration", "Retired", "migrated", "retired_edition"]
