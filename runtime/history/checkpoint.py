"""A checkpoint: the whole state of a run in one file, written whole or not at all, and taken up only by the run that it belongs to."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

MARK = b"apextrade checkpoint 2\n"

NAMED = (
    ("engine", "by another version of ApexTrade or on a machine with other arithmetic"),
    ("program", "by another program, or an earlier text of it"),
    ("inputs", "with other values of its inputs"),
    ("data", "from other data, or the file was written again since"),
    ("bars", "from other bars of it: another --from, --to, --calendar or symbol"),
    ("account", "with other settings of the account"),
    ("instrument", "with another tick, lot or multiplier"),
    ("files", "with other files asked for"),
    ("plan", "by another plan"),
)
"""What a checkpoint belongs to, and what is said where that differs."""


class CheckpointError(ValueError):
    """A checkpoint that can't be taken up, in plain words."""


def write_checkpoint(path: Path, identity: Mapping[str, Any], state: Mapping[str, Any]) -> None:
    """Replaces the file; a crash leaves the one before, and so does a full disk. Raises OSError that names the file."""
    blobs: list[bytes] = []
    head = json.dumps({"identity": dict(identity), "state": _packed(dict(state), blobs)}).encode()
    body = MARK + len(head).to_bytes(8, "big") + head + b"".join(blobs)
    beside = path.with_name(f".{path.name}.writing")
    try:
        with beside.open("wb") as file:
            file.write(body + hashlib.sha256(body).digest())
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
        settle_folder(path.parent)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise OSError(error.errno, error.strerror, str(path)) from None


def settle_folder(folder: Path) -> None:
    """The names in a folder are on the disk when this returns: a file that replaced another is there after a power cut."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def read_checkpoint(path: Path, identity: Mapping[str, Any]) -> dict[str, Any]:
    """The state. Raises CheckpointError for a file that is none, is damaged, or belongs to another run; OSError."""
    data = path.read_bytes()
    if not data.startswith(MARK):
        raise CheckpointError(f"{path} is not a checkpoint of this version of ApexTrade; name another file, or remove it.")
    body, digest = data[:-32], data[-32:]
    if hashlib.sha256(body).digest() != digest:
        raise CheckpointError(f"The checkpoint {path} is damaged; remove it to start again.")
    start = len(MARK) + 8
    end = start + int.from_bytes(body[len(MARK) : start], "big")
    head = json.loads(body[start:end])
    then, now = head["identity"], json.loads(json.dumps(dict(identity)))
    for key, said in NAMED:
        if then.get(key) != now.get(key):
            raise CheckpointError(f"The checkpoint {path} was written {said}; remove it to start again, or name another file.")
    state: dict[str, Any] = _unpacked(head["state"], memoryview(body)[end:])
    return state


def _packed(value: Any, blobs: list[bytes]) -> Any:
    """A value as JSON; bytes and arrays as places among the blobs."""
    match value:
        case np.ndarray():
            blobs.append(np.ascontiguousarray(value).tobytes())
            return {"@": [value.dtype.str, list(value.shape), len(blobs[-1])]}
        case bytes():
            blobs.append(value)
            return {"@": ["bytes", [], len(value)]}
        case dict():
            return {"{": [[_packed(k, blobs), _packed(v, blobs)] for k, v in value.items()]}
        case list() | tuple():
            return [_packed(v, blobs) for v in value]
        case np.integer():
            return int(value)
        case np.floating():
            return float(value)
        case _:
            return value


def _unpacked(value: Any, blobs: memoryview) -> Any:
    """The value again; lists stay lists. Blobs are met in the order in which they were packed."""
    at = 0

    def open_one(packed: Any) -> Any:
        nonlocal at
        if isinstance(packed, list):
            return [open_one(v) for v in packed]
        if not isinstance(packed, dict):
            return packed
        if "{" in packed:
            return {open_one(k): open_one(v) for k, v in packed["{"]}
        kind, shape, length = packed["@"]
        data, at = bytes(blobs[at : at + length]), at + length
        return data if kind == "bytes" else np.frombuffer(data, dtype=kind).reshape(shape).copy()

    return open_one(value)
