"""Ranges: what every node of a graph can be, known before anything runs."""
