"""Text to syntax and back: slices, tokens, a table-driven parser, what is wrong with a line, the canonical layout."""
