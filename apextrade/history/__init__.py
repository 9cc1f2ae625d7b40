"""Runs over histories that are longer than memory: bars named by their file, files written as the run goes on, a checkpoint."""
