"""Every feature of the language server, in one tuple: what the server can do is what stands here, and nothing registers itself elsewhere.

A feature is a pure function in a file of its own, from what it sees and the request's parameters to the protocol's answer or None.
`about` says what it sees:

- `document`: `function(view, params)`; the view is of the document that the parameters name, and None is answered if it is not open;
- `across`: `function(view, others, params)`; others are views of the other documents that share names with it or may: its libraries, and what uses them;
- `workspace`: `function(views, params)`; of all documents.

The document is named by `params.text_document.uri`, `params.item.uri`, or, where an answer is completed later (`completionItem/resolve`),
by `params.data["uri"]`, which the first answer has to put there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from lsprotocol import types

from lsp.features import semantic_tokens
from lsp.features.definition import definition, type_definition
from lsp.features.document_symbols import document_symbols
from lsp.features.folding import folding
from lsp.features.formatting import formatting
from lsp.features.hover import hover
from lsp.features.links import links
from lsp.features.references import highlights
from lsp.features.rename import prepare_rename, rename
from lsp.features.selection import selection


@dataclass(frozen=True, slots=True)
class Feature:
    """One row. options: what the capability says of it, None where `true` is enough.

    aloud: a person has asked for this very thing, so a defect is answered with an error; the others then answer that there is nothing.
    """

    method: str
    function: Callable[..., Any]
    options: object = None
    about: Literal["document", "workspace", "across"] = "document"
    aloud: bool = False


FEATURES: tuple[Feature, ...] = (
    # what stands there
    Feature(types.TEXT_DOCUMENT_HOVER, hover),
    Feature(types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL, semantic_tokens.full, semantic_tokens.LEGEND),
    Feature(types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL_DELTA, semantic_tokens.delta, semantic_tokens.LEGEND),
    Feature(types.TEXT_DOCUMENT_SEMANTIC_TOKENS_RANGE, semantic_tokens.in_range, semantic_tokens.LEGEND),
    # where it comes from
    Feature(types.TEXT_DOCUMENT_DEFINITION, definition),
    Feature(types.TEXT_DOCUMENT_DECLARATION, definition),
    Feature(types.TEXT_DOCUMENT_TYPE_DEFINITION, type_definition),
    Feature(types.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT, highlights),
    Feature(types.TEXT_DOCUMENT_DOCUMENT_LINK, links),
    # how the text is made up
    Feature(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL, document_symbols),
    Feature(types.TEXT_DOCUMENT_FOLDING_RANGE, folding),
    Feature(types.TEXT_DOCUMENT_SELECTION_RANGE, selection),
    # changing it
    Feature(types.TEXT_DOCUMENT_FORMATTING, formatting, aloud=True),
    Feature(types.TEXT_DOCUMENT_RENAME, rename, about="across", aloud=True),
    Feature(types.TEXT_DOCUMENT_PREPARE_RENAME, prepare_rename, aloud=True),
)  # fmt: skip
