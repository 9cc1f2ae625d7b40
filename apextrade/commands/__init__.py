"""The commands of `apx`, one a file: `arguments` declares what it takes, `run` does it and returns the exit code."""
