"""What can't be done as asked, said in a sentence that the client shows to its user."""

from __future__ import annotations

from pygls.exceptions import JsonRpcException


class Refusal(JsonRpcException):
    """Answered as the protocol's `RequestFailed`."""

    CODE = -32803
    MESSAGE = "This can't be done."


class Outdated(JsonRpcException):
    """Answered as the protocol's `ContentModified`: the text was edited while the answer was looked for, and the client asks again if it cares."""

    CODE = -32801
    MESSAGE = "The text was edited meanwhile."
