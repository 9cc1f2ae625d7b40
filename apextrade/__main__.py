"""`python -m apextrade`: the same as the `apx` command."""

from __future__ import annotations

import sys

from apextrade.cli import main

if __name__ == "__main__":
    sys.exit(main())
