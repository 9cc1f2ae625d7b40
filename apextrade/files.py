"""Reads and writes program files, with errors a user can act on."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path

from apextrade.failures import UsageError


def read_program(path: str) -> str:
    """The text of a program; `-` is the standard input. Line ends stay as they are, a byte order mark goes. Raises UsageError."""
    try:
        data = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    except FileNotFoundError:
        raise UsageError(f"There is no file {path}.{_meant(path)}") from None
    except IsADirectoryError:
        raise UsageError(
            f"{path} is a folder, not a program. Name a file in it, such as {Path(path) / 'strategy.apx'}."
        ) from None
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} can't be read: {getattr(error, 'strerror', None) or error}.") from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UsageError(
            f"{path} is not a text in UTF-8: line {line} has a byte that is none (0x{data[error.start]:02x})."
        ) from None


def _meant(path: str) -> str:
    near = Path(f"{path}.apx")
    return f" Did you mean {near}?" if not path.endswith(".apx") and near.is_file() else ""


def shown_name(path: str) -> str:
    """What messages call a file."""
    return "<standard input>" if path == "-" else path


def check_page(path: str) -> None:
    """Raises UsageError, before any work is done, for a page that can't be written."""
    if Path(path).suffix.lower() not in (".html", ".htm"):
        raise UsageError(f"{path}: name a file that ends in .html.")
    if not Path(path).parent.is_dir():
        raise UsageError(f"There is no folder {Path(path).parent}.")


def write_whole(path: Path, data: bytes | Iterable[bytes]) -> None:
    """Writes a file whole: readers, and a crash, see the old file or the new one. Raises UsageError."""
    if path.exists() and not path.is_file():  # a device or a pipe is written to, not replaced
        if path.is_dir():
            raise UsageError(f"{path} is a folder; name a file to write.")
        _write(path, data)
        return
    path = path.resolve()  # what a link points to is replaced, not the link
    beside = path.with_name(f".{path.name}.{os.getpid()}.writing")
    try:
        _write(beside, data)
        if path.exists():
            beside.chmod(path.stat().st_mode & 0o777)
        os.replace(beside, path)
    except OSError as error:
        raise UsageError(f"{path} can't be written: {error.strerror or error}.") from None
    finally:
        beside.unlink(missing_ok=True)


def _write(path: Path, data: bytes | Iterable[bytes]) -> None:
    with path.open("wb") as file:
        file.writelines((data,) if isinstance(data, bytes) else data)
