"""Short ways to write pages whose programs share the same first lines."""

from __future__ import annotations

from compiler.codes.code import Code

HEAD = 'apx 1\nstrategy "Example"\ntrade "SPY" every 1d\n'


def mistake(code: str, title: str, explanation: str, failing: str, corrected: str) -> Code:
    """An error; both programs begin with HEAD."""
    return Code(code, title, "error", explanation, HEAD + failing, HEAD + corrected)


def caution(code: str, title: str, explanation: str, failing: str, corrected: str) -> Code:
    """A warning; both programs begin with HEAD."""
    return Code(code, title, "warning", explanation, HEAD + failing, HEAD + corrected)
