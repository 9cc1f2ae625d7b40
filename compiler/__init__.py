"""The compiler: text and a library in, a plan and diagnostics out. Pure: no numpy, files, clock, network or environment."""
