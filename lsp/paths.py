"""Files as the protocol names them and as the system does."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit


def path_of(uri: str) -> str:
    """The path of a file's uri; '' for any other, such as a text that was never saved."""
    parts = urlsplit(uri)
    if parts.scheme != "file":
        return ""
    path = unquote(parts.path)
    if parts.netloc and parts.netloc != "localhost":
        return f"//{parts.netloc}{path}"
    return path[1:] if len(path) > 2 and path[0] == "/" and path[2] == ":" else path


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
