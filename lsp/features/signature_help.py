"""`textDocument/signatureHelp`: the function whose arguments are being typed, and which of them the cursor is at."""

from __future__ import annotations

from lsprotocol import types

from lsp.cursor import cursor_at, open_call, tokens_before
from lsp.functions import Parameter, doc_of, first_sentence, result_words, signature
from lsp.prose import Words, content
from lsp.view import View
from lsp.wanted import active

TRIGGERS = ("(", ",")
RETRIGGERS = (")", "=")


def signature_help(view: View, params: types.SignatureHelpParams) -> types.SignatureHelp | None:
    """The innermost call around the cursor; None outside of all, in comments and in texts."""
    cursor = cursor_at(view, view.offset(params.position))
    if cursor.inside:
        return None
    call = open_call(tokens_before(view, cursor.end))
    names = view.analysis.names
    function = names.function(call.name) if call is not None else None
    if call is None or function is None:
        return None
    shown = signature(call.name, function, names)
    index = active(call, function, names)
    client = view.settings.client
    gives = result_words(shown.gives)
    doc = first_sentence(doc_of(function, view.library))
    said = " ".join(
        part for part in (f"{doc}." if doc and not doc.endswith(".") else doc, f"Gives {gives}." if gives else "") if part
    )
    parameters = [
        types.ParameterInformation(
            label=place if client.label_offsets else parameter.written, documentation=_said(view, parameter)
        )
        for parameter, place in zip(shown.parameters, shown.places, strict=True)
    ]
    information = types.SignatureInformation(
        label=shown.label,
        documentation=content([Words(said)], client.signature_markdown) if said else None,
        parameters=parameters,
    )
    return types.SignatureHelp([information], 0, index if index is not None else len(parameters))


def _said(view: View, parameter: Parameter) -> types.MarkupContent:
    takes = parameter.takes
    return content([Words(takes[:1].upper() + takes[1:] + ".")], view.settings.client.signature_markdown)
