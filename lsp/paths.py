"""Files as the protocol names them and as the system does."""

from __future__ import annotations

import ntpath
import os
import re
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit

WINDOWS: Final = os.name == "nt"
_NOT_IN_PATHS = re.compile("[\0\ud800-\udfff]")


def parts_of(uri: str) -> SplitResult:
    """A uri's scheme, host and path, all empty where it is none."""
    try:
        return urlsplit(uri)
    except ValueError:  # brackets that hold no address
        return urlsplit("")


def path_of(uri: str, windows: bool = WINDOWS) -> str:
    """The path of a file's uri, in the system's one way to write it; '' for any other, such as a text that was never saved, and where no file can be."""
    parts = parts_of(uri)
    if parts.scheme != "file":
        return ""
    path = unquote(parts.path)
    if parts.netloc and parts.netloc != "localhost":
        path = f"//{parts.netloc}{path}"
    elif len(path) > 2 and path[0] == "/" and path[2] == ":":
        path = path[1:]
    if _NOT_IN_PATHS.search(path):
        return ""
    return _of_windows(path) if windows else path


def _of_windows(path: str) -> str:
    """With backslashes and a capital for the drive, whatever a client writes: paths are compared as texts."""
    drive, rest = ntpath.splitdrive(ntpath.normpath(path)) if path else ("", "")
    return drive.upper() + rest if drive.endswith(":") else drive + rest


def uri_of(path: str) -> str:
    """The uri of a file."""
    return Path(path).absolute().as_uri()


def name_of(uri: str) -> str:
    """What messages call a document: its path, else its uri."""
    return path_of(uri) or uri


def uri_of_name(name: str) -> str:
    """The uri of what messages call by a name."""
    return uri_of(name) if Path(name).is_absolute() else name


def folder_of(uri: str) -> str:
    """The folder of a document, by path; of what is no file, what stands before its last name."""
    return name_of(uri).replace("\\", "/").rpartition("/")[0]
