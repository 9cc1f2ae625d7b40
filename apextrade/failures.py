"""What went wrong, in words for a terminal: a user's mistake in a sentence; a defect of ours, its cause kept in a file."""

from __future__ import annotations

import errno
import os
import re
import sys
from contextlib import suppress
from pathlib import Path

FOUND_ERRORS = 1
USAGE = 2
DEFECT = 3
INTERRUPTED = 130
BROKEN_PIPE = 141


PASSWORD = re.compile(r"(\w://[^\s:/@]*:)[^\s'\"]+(@)")
"""The password in an address: what is kept of a defect is sent to others."""


class UsageError(Exception):
    """The command was called in a way that can't work: a file that can't be read, an argument that makes no sense."""


# Class -> exit code. By name: a class whose module was never imported can't have been raised, and importing it here would cost
# the commands that need none of it.
MISTAKES: tuple[tuple[str, str, int], ...] = (
    ("apextrade.failures", "UsageError", USAGE),
    ("compiler.inputs", "InputError", USAGE),
    ("compiler.diagnostics", "CompileError", FOUND_ERRORS),
    ("runtime.data.problems", "DataError", FOUND_ERRORS),
    ("runtime.kernel", "StateMismatch", FOUND_ERRORS),
    ("runtime.history.checkpoint", "CheckpointError", USAGE),
    ("runtime.feeds", "FeedError", FOUND_ERRORS),
    ("runtime.clocks.sessions", "CalendarError", USAGE),
    ("runtime.machine.core", "MachineError", FOUND_ERRORS),
    ("server.sweeps.broker", "BrokerError", USAGE),
)


def exit_code(error: BaseException) -> int | None:
    """The exit code for a user's mistake; None if the exception is none."""
    for module, name, code in MISTAKES:
        if module in sys.modules and isinstance(error, getattr(sys.modules[module], name)):
            return code
    if isinstance(error, OSError) and (error.filename is not None or error.errno in (errno.ENOSPC, errno.EDQUOT)):
        return USAGE
    return None


def say(error: BaseException) -> None:
    """Prints a user's mistake to the error output."""
    from apextrade.terminal import colours

    source, diagnostics = getattr(error, "source", None), getattr(error, "diagnostics", ())
    if source is not None and diagnostics:
        from apextrade.render import as_text

        print("\n\n".join(as_text(d, source, colours(sys.stderr)) for d in diagnostics), file=sys.stderr)
    elif isinstance(error, OSError):
        place = f"{error.filename}: " if error.filename is not None else ""
        print(f"error: {place}{error.strerror or error}", file=sys.stderr)
    else:
        print(f"error: {error}", file=sys.stderr)


def keep(error: BaseException, argv: list[str], home: Path) -> Path:
    """Writes what tells how a defect came about: command, versions, traceback, the programs named. Returns the file."""
    import hashlib
    import platform
    import tempfile
    import traceback

    from apextrade import __version__

    parts = [
        f"apx {__version__}, Python {platform.python_version()}, {platform.platform()}",
        "apx " + " ".join(argv),
        "".join(traceback.format_exception(error)),
    ]
    for argument in argv:
        if argument.endswith(".apx") and os.path.isfile(argument):
            with suppress(OSError), open(argument, encoding="utf-8", errors="replace") as file:
                parts.append(f"--- {argument}\n{file.read()}")
    text = PASSWORD.sub(r"\1…\2", "\n\n".join(parts)).encode(errors="replace")
    name = f"defect-{hashlib.sha256(text).hexdigest()[:12]}.txt"
    for folder in (home / "defects", Path(tempfile.gettempdir())):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(text)
        except OSError:
            continue
        return folder / name
    return Path(os.devnull)


def say_defect(error: BaseException, kept: Path) -> None:
    """Prints that ApexTrade, not the program, is at fault."""
    first = str(error).splitlines()[0] if str(error) else ""
    print(
        f"This is a defect of ApexTrade, not of your program: {type(error).__name__}{f': {first}' if first else ''}\n"
        f"What is needed to find it was written to {kept}; please send that file with a bug report.",
        file=sys.stderr,
    )
