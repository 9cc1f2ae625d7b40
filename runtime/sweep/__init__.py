"""Parameter sweeps: one program over many values of its inputs, what they share computed once."""
