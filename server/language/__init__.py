"""The routes of the language: compile, validate, format, edit, catalogue."""
