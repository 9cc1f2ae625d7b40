"""`textDocument/documentLink`: `use "…"` leads to the library's file, a diagnostic's code in a comment to its page."""

from __future__ import annotations

import re

from lsprotocol import types

from compiler import syntax as s
from compiler.codes import find
from compiler.libraries.module import origin
from compiler.source import Span
from lsp.library_texts import page_of_code
from lsp.occurrences import scopes_of
from lsp.targets import uri_of_source
from lsp.view import View

_COMMENT = re.compile(r'"[^"\r\n]*"|(#[^\r\n]*)')
_CODE = re.compile(r"\b[EW][0-9]{4}\b")


def links(view: View, params: types.DocumentLinkParams) -> list[types.DocumentLink]:
    """The links of a document, in its order."""
    scopes, found = scopes_of(view), []
    for statement in view.analysis.statements:
        if isinstance(statement, s.Use):
            module = scopes.modules.get(origin(statement.title.value, statement.version))
            if module is not None:
                tooltip = f"Open the library {module.shown()}"
                at = view.range(statement.title.span)
                found.append(types.DocumentLink(at, target=uri_of_source(view, module.source), tooltip=tooltip))
    if view.settings.client.virtual_documents:
        for comment in _COMMENT.finditer(view.text):
            for code in _CODE.finditer(view.text, *comment.span(1)) if comment[1] else ():
                entry = find(code[0])
                if entry is not None:
                    target = page_of_code(entry.code)
                    found.append(types.DocumentLink(view.outer_range(Span(*code.span())), target=target, tooltip=entry.title))
    return sorted(found, key=lambda link: (link.range.start.line, link.range.start.character))
