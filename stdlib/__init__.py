"""The library: primitives with their kernels, and everything else written in the language."""
