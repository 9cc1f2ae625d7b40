"""Every feature of the language server, in one tuple: what the server can do is what stands here, and nothing registers itself elsewhere.

A feature is a pure function in a file of its own, from what it sees and the request's parameters to the protocol's answer or None.
`about` says what it sees:

- `document`: `function(view, params)`; the view is of the document that the parameters name, and None is answered if it is not open;
- `across`: `function(view, others, params)`; others are views of the other documents that share names with it or may: its libraries, and what uses them;
- `everywhere`: `function(view, others, closed, params)`; closed are the files of the workspace that are not open;
- `workspace`: `function(views, params)`; of all documents;
- `files`: `function(views, closed, params)`; of all documents and all other files of the workspace;
- `results`: `function(view, results, params)`, with what was run for the documents; offered only where something may be run.

One that is `later` is a coroutine: it waits for something that is computed elsewhere, and the session goes on.

The document is named by `params.text_document.uri`, `params.item.uri`, or, where an answer is completed later (`completionItem/resolve`),
by `params.data["uri"]`, which the first answer has to put there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from lsprotocol import types

from lsp.features import completion, inlay_hints, semantic_tokens
from lsp.features.calls import incoming_calls, outgoing_calls, prepare_calls
from lsp.features.code_actions import KINDS, code_actions, resolve
from lsp.features.code_lens import code_lens
from lsp.features.definition import definition, type_definition
from lsp.features.document_symbols import document_symbols
from lsp.features.document_text import DOCUMENT_TEXT, document_text
from lsp.features.folding import folding
from lsp.features.formatting import formatting
from lsp.features.hover import hover
from lsp.features.inline_values import INLINE_VALUES, inline_values, values_beside
from lsp.features.library_text import library_text
from lsp.features.linked_editing import linked_editing
from lsp.features.links import links
from lsp.features.on_type import TRIGGERS, on_type
from lsp.features.range_formatting import range_formatting, ranges_formatting
from lsp.features.references import highlights, references_everywhere
from lsp.features.rename import prepare_rename, rename_everywhere
from lsp.features.selection import selection
from lsp.features.signature_help import RETRIGGERS, signature_help
from lsp.features.signature_help import TRIGGERS as SIGNATURE_TRIGGERS
from lsp.features.workspace_symbols import symbols_everywhere


@dataclass(frozen=True, slots=True)
class Feature:
    """One row. options: what the capability says of it, None where `true` is enough.

    aloud: a person has asked for this very thing, so a defect is answered with an error; the others then answer that there is nothing.
    """

    method: str
    function: Callable[..., Any]
    options: object = None
    about: Literal["document", "workspace", "files", "across", "everywhere", "results"] = "document"
    aloud: bool = False
    later: bool = False


FEATURES: tuple[Feature, ...] = (
    # what stands there
    Feature(types.TEXT_DOCUMENT_HOVER, hover),
    Feature(types.TEXT_DOCUMENT_SIGNATURE_HELP, signature_help, types.SignatureHelpOptions(SIGNATURE_TRIGGERS, RETRIGGERS)),
    Feature(types.TEXT_DOCUMENT_INLAY_HINT, inlay_hints.inlay_hints, types.InlayHintOptions(resolve_provider=True)),
    Feature(types.INLAY_HINT_RESOLVE, inlay_hints.resolve),
    Feature(types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL, semantic_tokens.full, semantic_tokens.LEGEND),
    Feature(types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL_DELTA, semantic_tokens.delta, semantic_tokens.LEGEND),
    Feature(types.TEXT_DOCUMENT_SEMANTIC_TOKENS_RANGE, semantic_tokens.in_range, semantic_tokens.LEGEND),
    # what could stand there
    Feature(
        types.TEXT_DOCUMENT_COMPLETION, completion.completion_among, about="across",
        options=types.CompletionOptions(trigger_characters=completion.TRIGGERS, resolve_provider=True),
    ),
    Feature(types.COMPLETION_ITEM_RESOLVE, completion.resolve),
    # where it comes from
    Feature(types.TEXT_DOCUMENT_DEFINITION, definition),
    Feature(types.TEXT_DOCUMENT_DECLARATION, definition),
    Feature(types.TEXT_DOCUMENT_TYPE_DEFINITION, type_definition),
    Feature(types.TEXT_DOCUMENT_REFERENCES, references_everywhere, about="everywhere", later=True),
    Feature(types.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT, highlights),
    Feature(types.TEXT_DOCUMENT_PREPARE_CALL_HIERARCHY, prepare_calls),
    Feature(types.CALL_HIERARCHY_INCOMING_CALLS, incoming_calls, about="workspace"),
    Feature(types.CALL_HIERARCHY_OUTGOING_CALLS, outgoing_calls, about="workspace"),
    Feature(types.WORKSPACE_TEXT_DOCUMENT_CONTENT, library_text, about="workspace"),
    Feature(types.TEXT_DOCUMENT_DOCUMENT_LINK, links),
    Feature(DOCUMENT_TEXT, document_text, aloud=True),
    # how the text is made up
    Feature(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL, document_symbols),
    Feature(types.WORKSPACE_SYMBOL, symbols_everywhere, about="files"),
    Feature(types.TEXT_DOCUMENT_FOLDING_RANGE, folding),
    Feature(types.TEXT_DOCUMENT_SELECTION_RANGE, selection),
    # changing it
    Feature(types.TEXT_DOCUMENT_FORMATTING, formatting, aloud=True),
    Feature(types.TEXT_DOCUMENT_RANGE_FORMATTING, range_formatting, types.DocumentRangeFormattingOptions(ranges_support=True), aloud=True),
    Feature(types.TEXT_DOCUMENT_RANGES_FORMATTING, ranges_formatting, aloud=True),
    Feature(types.TEXT_DOCUMENT_ON_TYPE_FORMATTING, on_type, types.DocumentOnTypeFormattingOptions(TRIGGERS[0], TRIGGERS[1:])),
    Feature(types.TEXT_DOCUMENT_LINKED_EDITING_RANGE, linked_editing),
    Feature(types.TEXT_DOCUMENT_CODE_ACTION, code_actions, types.CodeActionOptions(code_action_kinds=KINDS, resolve_provider=True)),
    Feature(types.CODE_ACTION_RESOLVE, resolve, aloud=True),
    Feature(types.TEXT_DOCUMENT_RENAME, rename_everywhere, about="everywhere", aloud=True, later=True),
    Feature(types.TEXT_DOCUMENT_PREPARE_RENAME, prepare_rename, aloud=True),
    # what it comes to
    Feature(types.TEXT_DOCUMENT_CODE_LENS, code_lens, types.CodeLensOptions(resolve_provider=False), "results"),
    Feature(types.TEXT_DOCUMENT_INLINE_VALUE, inline_values, about="results", later=True),
    Feature(INLINE_VALUES, values_beside, about="results", later=True),
)  # fmt: skip
