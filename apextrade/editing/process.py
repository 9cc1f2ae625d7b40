"""The process that answers: frames of JSON come in on the standard input, frames go out on the standard output, one question at a time.

First it says `{"said": "ready"}`. A question is `{"id": 7, "ask": "backtest", "text": …, "seconds": 20}`, its answer `{"id": 7, "said": …}`:
done, diagnostics (the program's mistakes), no data, refused (`why`, a sentence), late, cancelled, memory, defect (`kept`, a file).
`{"cancel": 7}` ends that question. Each frame begins with its length, four bytes, the highest first.
"""

from __future__ import annotations

import _thread
import faulthandler
import gc
import json
import os
import queue
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from apextrade import __version__
from apextrade.editing.questions import read_question
from apextrade.editing.work import Desk, warm_up
from apextrade.failures import exit_code, keep
from server.workers.frames import read_frame, write_frame

SECONDS = 30.0
"""What a question may take that does not say itself."""

GRACE_S = 5.0
"""After that much more the process ends, wherever it is: its kernels hear nothing while they run."""

Message = dict[str, Any]


class Stopped(BaseException):
    """The question is given up. It is no Exception, so that nothing on its way takes it for a mistake."""

    def __init__(self, said: str) -> None:
        super().__init__(said)
        self.said = said


@dataclass(slots=True)
class Inbox:
    """The messages that came in, read by a thread so that a cancellation is heard while a question is worked on."""

    messages: queue.SimpleQueue[Message] = field(default_factory=queue.SimpleQueue)
    _cancelled: set[object] = field(default_factory=set)
    _running: object = None
    _stop: tuple[str, object] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def read(self, of: int) -> None:
        """Reads until there is no more; then the process ends."""
        while (data := read_frame(of)) is not None:
            message = json.loads(data)
            if "cancel" in message:
                self.cancel(message["cancel"])
            else:
                self.messages.put(message)
        sys.stdout.flush()
        os._exit(0)  # who asked is gone, whatever is being worked on

    def cancel(self, question: object) -> None:
        self._cancelled.add(question)
        self.interrupt("cancelled", question)

    def interrupt(self, said: str, question: object) -> None:
        """Ends a question, if it is the one that is being worked on."""
        with self._lock:
            if self._running is None or self._running != question:
                return
            self._stop = (said, question)
        _thread.interrupt_main(signal.SIGINT)

    def heard(self, number: int, frame: object) -> None:
        """In the main thread. Ctrl-C in a terminal comes here too, and is left to the editor."""
        stop = self._stop
        if stop is not None and stop[1] == self._running:
            self._stop = None
            raise Stopped(stop[0])

    def begin(self, question: object) -> None:
        if question in self._cancelled:
            raise Stopped("cancelled")
        self._running = question

    def end(self, question: object) -> None:
        self._running = None
        self._cancelled.discard(question)


def main(home: Path, megabytes: int) -> None:
    """Answers until the input ends."""
    replies = os.dup(1)
    os.dup2(2, 1)  # what libraries print is no answer
    inbox = Inbox()
    signal.signal(signal.SIGINT, inbox.heard)
    if hasattr(os, "nice"):
        os.nice(5)  # whoever types comes first
    warm_up()
    gc.collect()
    gc.freeze()
    confine(megabytes)
    desk = Desk(home / "reports")
    threading.Thread(target=inbox.read, args=(0,), name="questions", daemon=True).start()
    send(replies, {"said": "ready", "version": __version__, "pid": os.getpid()})
    while True:
        message = inbox.messages.get()
        answer = answered(message, inbox, desk, home)
        send(replies, {"id": message.get("id"), **answer})
        if answer["said"] == "memory":
            return


def send(to: int, message: Mapping[str, Any]) -> None:
    write_frame(to, json.dumps(message, allow_nan=False, separators=(",", ":")).encode())


def answered(message: Message, inbox: Inbox, desk: Desk, home: Path) -> Message:
    """The answer to one message, whatever comes of it."""
    asked, seconds = message.get("id"), float(message.get("seconds") or SECONDS)
    late = threading.Timer(seconds, inbox.interrupt, ("late", asked))
    late.daemon = True
    try:
        try:
            inbox.begin(asked)
            faulthandler.dump_traceback_later(seconds + GRACE_S, exit=True)
            late.start()
            return desk.answer(read_question(message))
        finally:
            inbox.end(asked)
            late.cancel()
            faulthandler.cancel_dump_traceback_later()
    except Stopped as stopped:
        return {"said": stopped.said}
    except MemoryError:
        use_reserve()
        return {"said": "memory"}
    except Exception as error:
        if exit_code(error) is not None:
            return {"said": "refused", "why": str(error)}
        error.add_note(f"--- the text\n{message.get('text', '')}")
        kept = keep(error, ["answer", str(message.get("ask"))], home)
        return {"said": "defect", "why": f"{type(error).__name__}: {error}", "kept": str(kept)}


# ---------------------------------------------------------------- memory

confined: list[Callable[[], None]] = []


def confine(megabytes: int) -> None:
    """From here on the process takes at most so much more memory, where the system can see to it."""
    try:
        import resource

        from server.workers.confinement import MEGABYTE, RESERVE, lower, pages
        from server.workers.confinement import use_reserve as reserve
    except ImportError:  # no such limits here; the editor's own clock still holds
        return
    lower(resource.RLIMIT_CORE, 0)
    size = pages(0)
    if size is not None:
        lower(resource.RLIMIT_AS, size + megabytes * MEGABYTE, RESERVE)
        confined.append(reserve)


def use_reserve() -> None:
    """The little more that is left, to say that the memory is used up."""
    for reserve in confined:
        reserve()


if __name__ == "__main__":
    sys.exit("Start it as `apx answer`.")
