"""Frames and replies come out as they went in, and what is none is noticed."""

from __future__ import annotations

import asyncio
import os
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.workers.frames import Broken, framed, next_frame, read_frame, write_frame
from server.workers.jobs import Job
from server.workers.replies import Reply, packed, unpacked


@given(st.lists(st.binary(max_size=300), max_size=6))
def test_frames_come_out_as_they_went_in(frames: list[bytes]) -> None:
    reading, writing = os.pipe()
    try:
        for frame in frames:
            write_frame(writing, frame)
        os.close(writing)
        assert [read_frame(reading) for _ in frames] == frames
        assert read_frame(reading) is None
    finally:
        os.close(reading)


def test_a_frame_larger_than_a_pipe_goes_through() -> None:
    reading, writing = os.pipe()
    data = bytes(range(256)) * 20_000
    thread = threading.Thread(target=write_frame, args=(writing, data))
    thread.start()
    assert read_frame(reading) == data
    thread.join()
    os.close(reading)
    os.close(writing)


def next_of(data: bytes, most: int) -> bytes:
    async def read() -> bytes:
        stream = asyncio.StreamReader()
        stream.feed_data(data)
        stream.feed_eof()
        return await next_frame(stream, most)

    return asyncio.run(read())


def test_a_frame_cut_short_or_too_long_is_broken() -> None:
    assert next_of(framed(b"abc"), 3) == b"abc"
    for data, most in ((framed(b"abc")[:-1], 9), (b"", 9), (b"\0\0", 9), (framed(b"abcd"), 3)):
        with pytest.raises(Broken):
            next_of(data, most)


@given(st.sampled_from(["ready", "done", "refused", "memory", "large", "defect"]), st.binary(max_size=50), st.booleans())
def test_a_reply_comes_out_as_it_went_in(kind: str, body: bytes, last: bool) -> None:
    reply = Reply(kind, body, last)  # type: ignore[arg-type]
    assert unpacked(packed(reply)) == reply


@given(st.sampled_from(["compile", "edit"]), st.binary(max_size=50), st.integers(1, 10**6))
def test_a_job_comes_out_as_it_went_in(work: str, body: bytes, seconds: int) -> None:
    job = Job(work, body, seconds)
    assert Job.unpacked(job.packed()) == job


def test_what_is_no_reply_is_refused() -> None:
    with pytest.raises(ValueError, match="no reply"):
        unpacked(b"Z+")
