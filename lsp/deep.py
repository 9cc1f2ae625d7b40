"""The process of the deep tier, `python -m lsp.deep module:function`: checks whole programs one after another, so that the server never waits for one.

Messages are JSON after four bytes of length. The first from here is empty and says that the library is loaded. A question has one answer, or two if the first says
that there is `more`: the diagnostics of a text, then what is known of its names. A message of no bytes takes back the question that is being answered.
"""

from __future__ import annotations

import gc
import json
import os
import struct
import sys
import threading
import traceback
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Any, BinaryIO, Final

from compiler.library import FunctionLibrary
from compiler.pipeline import check
from compiler.text.parse import Memo
from lsp.collecting import MIDDLE, OLD, YOUNG
from lsp.host import Libraries, libraries_named
from lsp.known import known
from lsp.plain import plain, plain_known

LENGTH = struct.Struct(">I")
TAKEN_BACK: Final = LENGTH.pack(0)
_TEXTS: Final = 16
"""Of so many texts is kept how their statements were read."""


class TakenBack(Exception):
    """Nobody waits for the answer any more."""


def framed(message: object) -> bytes:
    body = json.dumps(message).encode()
    return LENGTH.pack(len(body)) + body


@dataclass(slots=True)
class Questions:
    """What comes in, read by a thread of its own, so that a question can be taken back while it is being answered."""

    read: BinaryIO
    taken: int = 0
    _came: int = 0
    _taken_back: int = 0  # the number of the last question that was taken back
    _waiting: SimpleQueue[bytes | None] = field(default_factory=SimpleQueue)

    def listen(self) -> None:
        """Reads until nothing comes any more."""
        try:
            while len(head := self.read.read(LENGTH.size)) == LENGTH.size:
                if head == TAKEN_BACK:
                    self._taken_back = self._came
                    continue
                body = self.read.read(LENGTH.unpack(head)[0])
                self._came += 1
                self._waiting.put(body)
        finally:
            self._waiting.put(None)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        threading.Thread(target=self.listen, name="questions", daemon=True).start()
        while (body := self._waiting.get()) is not None:
            self.taken += 1
            question: dict[str, Any] = json.loads(body)
            yield question

    def go_on(self) -> None:
        """Raises TakenBack if the question that was taken last was taken back."""
        if self._taken_back == self.taken:
            raise TakenBack


@dataclass(slots=True)
class Checker:
    """Answers questions. go_on: called now and then; what it raises ends the answer."""

    library: FunctionLibrary
    libraries: Libraries
    go_on: Callable[[], None] = lambda: None
    memos: OrderedDict[str, Memo] = field(default_factory=OrderedDict)

    def answers(self, question: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """The diagnostics of a text, then what is known of its names if it is a program; or what is `ask`ed of files. `defect` if this is ours."""
        try:
            if "ask" in question:
                from lsp.workspace.asked import answer_of  # only where there are folders to look into

                yield answer_of(question, self.library, self.libraries)
                return
            path, name = question["path"], question["name"]
            resolver = self.libraries(path, question["texts"]) if path else None
            checked = check(question["text"], self.library, name, resolver, memo=self.memo(path or name), between=self.go_on)
            own = [plain(d) for d in checked.diagnostics if d.source is None or d.source == checked.source]
            yield {"diagnostics": own, "more": checked.program is not None}
            if checked.program is not None:
                self.go_on()
                yield {"known": plain_known(known(checked.program))}
        except TakenBack:
            yield {"taken_back": True}
        except Exception:
            yield {"defect": traceback.format_exc()}

    def memo(self, key: str) -> Memo:
        memo = self.memos.pop(key, None) or Memo()
        self.memos[key] = memo
        if len(self.memos) > _TEXTS:
            self.memos.popitem(last=False)
        return memo


def serve(read: BinaryIO, write: BinaryIO, libraries: Libraries) -> None:
    """Answers until there are no more questions."""
    from stdlib.library import load

    questions = Questions(read)
    checker = Checker(load(), libraries, questions.go_on)
    gc.set_threshold(YOUNG, MIDDLE, OLD)
    gc.freeze()  # what is loaded stays
    write.write(framed({}))
    for question in questions:
        for answer in checker.answers(question):
            write.write(framed(answer))


if __name__ == "__main__":
    # Whatever prints goes to the error output, never between two answers.
    out = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    try:
        serve(sys.stdin.buffer, out, libraries_named(sys.argv[1] if len(sys.argv) > 1 else ""))
    except (BrokenPipeError, KeyboardInterrupt):
        sys.exit(0)
