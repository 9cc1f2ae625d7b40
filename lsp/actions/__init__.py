"""Changes that an editor offers: each is an idea in a file of its own, and trial.py compiles what it makes before it is offered."""
