"""A file's bytes as lines of text, bounded in memory whatever the file holds."""

from __future__ import annotations

import codecs
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from runtime.data.problems import DataError, counted

_BLOCK = 1 << 20
MAX_LINE = 1_000_000
"""Characters. A longer line is no row of prices."""

_NOT_TEXT = (
    (b"PK\x03\x04", "is a zip archive or an Excel workbook. Save the sheet as CSV"),
    (b"\xd0\xcf\x11\xe0", "is an old Excel workbook. Save the sheet as CSV"),
    (b"%PDF", "is a PDF document. Export the prices as CSV"),
    (b"<!DOCTYPE", "is a web page, not prices. Download the file itself"),
    (b"<html", "is a web page, not prices. Download the file itself"),
)


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """The file open for reading bytes. Raises DataError, naming the file, where it cannot be opened or read."""
    try:
        with path.open("rb") as file:
            yield file
    except FileNotFoundError:
        raise DataError(f"There is no file {path}.") from None
    except IsADirectoryError:
        raise DataError(f"{path} is a folder. Give a CSV or Parquet file.") from None
    except PermissionError:
        raise DataError(f"{path} cannot be opened: permission denied.") from None
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}.") from None


def text_blocks(file: BinaryIO, name: str, limit_bytes: int | None = None) -> Iterator[list[str]]:
    """Lists of whole lines without their ends (LF, CR LF or CR), some megabyte each; blank lines are kept.

    Reads UTF-8 with or without its mark, UTF-16 with its mark, and any of them packed by gzip.
    limit_bytes: refuse more bytes than these, unpacked.
    Raises DataError for what is no text, for another encoding, and for a line of over 1,000,000 characters.
    """
    read = _unpacked(file, name)
    block = read(_BLOCK)
    for magic, sentence in _NOT_TEXT:
        if block.lstrip()[: len(magic)].lower() == magic.lower():
            raise DataError(f"{name} {sentence}.")
    is_wide = block.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder("utf-16" if is_wide else "utf-8-sig")(), translate=True)
    rest, line, total = "", 1, 0
    while True:
        total += len(block)
        if limit_bytes is not None and total > limit_bytes:
            raise DataError(f"{name} is larger than {counted(limit_bytes, 'byte')} unpacked, which is the limit here.")
        try:
            text = decoder.decode(block, final=not block)
        except UnicodeDecodeError as error:
            at = line + error.object[: error.start].count(b"\n")
            wrong = f"byte 0x{error.object[error.start]:02X}"
            raise DataError(f"Line {at} of {name} is not UTF-8 text ({wrong}). Save the file as UTF-8.") from None
        if "\0" in text:
            raise DataError(f"{name} is not a text file: it holds zero bytes. Give a CSV or Parquet file.")
        lines = (rest + text).split("\n")
        rest = lines.pop()
        if len(rest) > MAX_LINE or len(max(lines, key=len, default="")) > MAX_LINE:
            at = line + next((i for i, one in enumerate(lines) if len(one) > MAX_LINE), len(lines))
            raise DataError(f"Line {at} of {name} is longer than {counted(MAX_LINE, 'character')}: this is no table of prices.")
        line += len(lines)
        if not block and rest:
            lines.append(rest)
        if lines:
            yield lines
        if not block:
            return
        block = read(_BLOCK)


def _unpacked(file: BinaryIO, name: str) -> Callable[[int], bytes]:
    """Reads the file's bytes, unpacked if gzip packed them."""
    magic = file.read(2)
    file.seek(0)
    if magic != b"\x1f\x8b":
        return file.read
    import gzip  # seldom needed
    import zlib

    stream = gzip.GzipFile(fileobj=file)

    def read(size: int) -> bytes:
        try:
            return stream.read(size)
        except (OSError, EOFError, zlib.error):
            raise DataError(f"{name} is a damaged gzip file.") from None

    return read
