"""The visual builder's half of the compiler: a program's blocks, their sentences, and edits of blocks as edits of its text."""
