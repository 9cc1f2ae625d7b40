"""The grammar of .apx and the parse tables made from it."""
