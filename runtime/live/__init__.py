"""Many live strategies at once: what they compute on an instrument is one graph, and a machine is stepped only where something happens."""
