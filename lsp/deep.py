"""The process of the deep tier, `python -m lsp.deep module:function`: checks whole programs one after another, so that the server never waits for one.

Messages are JSON after four bytes of length, one answer for each question; an empty one says that the library is loaded.
"""

from __future__ import annotations

import json
import os
import struct
import sys
import traceback
from typing import Any, BinaryIO

from compiler.library import FunctionLibrary
from compiler.pipeline import check
from lsp.host import Libraries, libraries_named
from lsp.known import known
from lsp.plain import plain, plain_known

LENGTH = struct.Struct(">I")


def framed(message: object) -> bytes:
    body = json.dumps(message).encode()
    return LENGTH.pack(len(body)) + body


def answer(question: dict[str, Any], library: FunctionLibrary, libraries: Libraries) -> dict[str, Any]:
    """All diagnostics of a text, and what is known of its names if it is a program; or what is `ask`ed of files. `defect` if this is ours."""
    try:
        if "ask" in question:
            from lsp.workspace.asked import answer_of  # only where there are folders to look into

            return answer_of(question, library, libraries)
        path, text = question["path"], question["text"]
        checked = check(text, library, question["name"], libraries(path, question["texts"]) if path else None)
        names = plain_known(known(checked.program)) if checked.program is not None else None
        own = [plain(d) for d in checked.diagnostics if d.source is None or d.source == checked.source]
        return {"diagnostics": own, "known": names}
    except Exception:
        return {"defect": traceback.format_exc()}


def serve(read: BinaryIO, write: BinaryIO, libraries: Libraries) -> None:
    """Answers until there are no more questions."""
    from stdlib.library import load

    library = load()
    write.write(framed({}))
    while len(head := read.read(LENGTH.size)) == LENGTH.size:
        body = read.read(LENGTH.unpack(head)[0])
        write.write(framed(answer(json.loads(body), library, libraries)))


if __name__ == "__main__":
    # Whatever prints goes to the error output, never between two answers.
    out = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    try:
        serve(sys.stdin.buffer, out, libraries_named(sys.argv[1] if len(sys.argv) > 1 else ""))
    except (BrokenPipeError, KeyboardInterrupt):
        sys.exit(0)
