"""A worker's process: warms up, confines itself, works off one job after another from its standard input.

`python -m server.workers.child MEGABYTES KEEP_MEGABYTES ANSWER_BYTES`; frames of jobs come in, frames of replies go out.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
import traceback

from server.language.work import perform, warm_up
from server.workers.confinement import confine, held_megabytes, use_reserve
from server.workers.frames import read_frame, write_frame
from server.workers.jobs import Job, Refused
from server.workers.replies import Reply, packed


def main(arguments: list[str]) -> None:
    megabytes, keep, most = map(int, arguments)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of a terminal; the server says when to end
    replies = os.dup(1)
    os.dup2(2, 1)  # what is printed is no reply
    warm_up()
    gc.collect()
    gc.freeze()
    confine(megabytes)
    write_frame(replies, packed(Reply("ready")))
    while (data := read_frame(0)) is not None:
        job = Job.unpacked(data)
        signal.alarm(job.seconds)  # ends the process, also one whose server is gone
        reply = reply_to(job, keep, most)
        signal.alarm(0)
        write_frame(replies, packed(reply))
        if reply.last:
            return


def reply_to(job: Job, keep: int, most: int) -> Reply:
    try:
        body = perform(job.work, job.body)
    except Refused as refused:
        return Reply("refused", json.dumps({"code": refused.code, "detail": refused.detail, **refused.more}).encode())
    except MemoryError:
        use_reserve()
        return Reply("memory", last=True)
    except Exception:
        return Reply("defect", traceback.format_exc().encode(errors="replace"), last=True)
    last = held_megabytes() > keep
    return Reply("done", body, last) if len(body) <= most else Reply("large", last=last)


if __name__ == "__main__":
    main(sys.argv[1:])
