"""What a client's messages about documents say, read from their JSON: the few that come at every key, and nothing of them is taken on trust."""

from __future__ import annotations

from typing import Any

from lsp.document import Change, Place


class Malformed(Exception):
    """The parameters are none of their method."""


def opened(params: object) -> tuple[str, str, int]:
    """Uri, text and version of `textDocument/didOpen`. Raises Malformed."""
    item = _member(params, "textDocument")
    return _text(item, "uri"), _text(item, "text"), _number(item, "version")


def changed(params: object) -> tuple[str, int, tuple[Change, ...]]:
    """Uri, version and changes of `textDocument/didChange`, in their order. Raises Malformed."""
    item = _member(params, "textDocument")
    changes = params.get("contentChanges") if isinstance(params, dict) else None
    if not isinstance(changes, list):
        raise Malformed("contentChanges")
    return _text(item, "uri"), _number(item, "version"), tuple(map(_change, changes))


def named(params: object) -> str:
    """The uri of a message that only names a document. Raises Malformed."""
    return _text(_member(params, "textDocument"), "uri")


def previous(params: object) -> dict[str, str]:
    """The ids by uri that `workspace/diagnostic` says the client has."""
    found = member(params, "previousResultIds")
    named = [(member(one, "uri"), member(one, "value")) for one in found] if isinstance(found, list) else []
    return {uri: value for uri, value in named if isinstance(uri, str) and isinstance(value, str)}


def member(params: object, name: str) -> object:
    """A member of parameters that may be anything; None if it is not there."""
    return params.get(name) if isinstance(params, dict) else None


def folders(params: object) -> dict[str, str]:
    """Uris and names of the folders that `initialize` tells; of a client that knows no more than one, that one."""
    if not isinstance(params, dict):
        return {}
    found, root = params.get("workspaceFolders"), params.get("rootUri")
    return {root: ""} if found is None and isinstance(root, str) else _folders(found)


def changed_folders(params: object) -> tuple[dict[str, str], list[str]]:
    """The folders that are new, and the uris of those that are gone, of `workspace/didChangeWorkspaceFolders`. Raises Malformed."""
    event = _member(params, "event")
    return _folders(event.get("added")), list(_folders(event.get("removed")))


def changed_files(params: object) -> list[str]:
    """The uris of the files of `workspace/didChangeWatchedFiles`."""
    changes = member(params, "changes")
    return [_text(change, "uri") for change in changes] if isinstance(changes, list) else []


def _folders(found: object) -> dict[str, str]:
    named = [folder for folder in found if isinstance(folder, dict)] if isinstance(found, list) else []
    return {folder["uri"]: str(folder.get("name", "")) for folder in named if isinstance(folder.get("uri"), str)}


def _change(value: object) -> Change:
    text = _text(value, "text")
    if isinstance(value, dict) and value.get("range") is not None:
        range_ = _member(value, "range")
        return Change(text, _place(_member(range_, "start")), _place(_member(range_, "end")))
    return Change(text)


def _place(value: dict[str, Any]) -> Place:
    return Place(_number(value, "line"), _number(value, "character"))


def _member(value: object, name: str) -> dict[str, Any]:
    member = value.get(name) if isinstance(value, dict) else None
    if not isinstance(member, dict):
        raise Malformed(name)
    return member


def _text(value: object, name: str) -> str:
    member = value.get(name) if isinstance(value, dict) else None
    if not isinstance(member, str):
        raise Malformed(name)
    return member


def _number(value: dict[str, Any], name: str) -> int:
    member = value.get(name)
    if not isinstance(member, int) or isinstance(member, bool):
        raise Malformed(name)
    return member
