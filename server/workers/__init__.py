"""Processes that work on what strangers send: warm, bounded in time and memory, replaced when they are lost."""
