"""What a client says that it can do, as far as the server and its features need to know. Read from its JSON: no client can make it fail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from lsp.document import Encoding

ENCODINGS: Final[tuple[Encoding, ...]] = ("utf-8", "utf-16", "utf-32")


def said(capabilities: object, *path: str) -> Any:
    """A member of the capabilities, such as `said(c, "workspace", "codeLens", "refreshSupport")`; None if it, or what it is in, is not there."""
    for name in path:
        if not isinstance(capabilities, dict):
            return None
        capabilities = capabilities.get(name)
    return capabilities


def encoding_of(capabilities: object) -> Encoding:
    """How positions are counted: the first of the client's that is known. One that says nothing counts in UTF-16."""
    offered = said(capabilities, "general", "positionEncodings")
    known = (word for word in offered if word in ENCODINGS) if isinstance(offered, list) else iter(())
    return next(known, "utf-16")


@dataclass(frozen=True)
class Client:
    """What a client can do.

    virtual_documents: reads texts of the server by `workspace/textDocumentContent`; else it is sent to files. symbol_trees: shows outlines as
    trees. lazy_edits: asks for the edit of a code action when it is chosen. versioned_edits: takes edits of versions of documents.
    markdown, item_markdown, signature_markdown: shows Markdown on hover, beside completions, beside signatures. snippets: fills in parts one
    after the other. label_details: shows more beside a completion's label. label_offsets: takes a parameter as its place in the signature.
    one_edit_range: is told once where all completions of a list go. commits: takes a completion with the character that follows it.
    pulls: asks for diagnostics, and can be told to ask again; any other is sent them. related: shows the other places that a diagnostic names.
    """

    virtual_documents: bool = False
    symbol_trees: bool = True
    lazy_edits: bool = False
    versioned_edits: bool = True
    markdown: bool = False
    item_markdown: bool = False
    signature_markdown: bool = False
    snippets: bool = False
    label_details: bool = False
    label_offsets: bool = False
    one_edit_range: bool = False
    commits: bool = False
    pulls: bool = False
    related: bool = True

    @classmethod
    def of(cls, capabilities: object) -> Client:
        """What a client says of itself."""
        document = said(capabilities, "textDocument")
        item = said(document, "completion", "completionItem")
        signature = said(document, "signatureHelp", "signatureInformation")
        return cls(
            virtual_documents=said(capabilities, "workspace", "textDocumentContent") is not None,
            symbol_trees=bool(said(document, "documentSymbol", "hierarchicalDocumentSymbolSupport")),
            lazy_edits=_among("edit", said(document, "codeAction", "resolveSupport", "properties")),
            versioned_edits=bool(said(capabilities, "workspace", "workspaceEdit", "documentChanges")),
            markdown=_among("markdown", said(document, "hover", "contentFormat")),
            item_markdown=_among("markdown", said(item, "documentationFormat")),
            signature_markdown=_among("markdown", said(signature, "documentationFormat")),
            snippets=bool(said(item, "snippetSupport")),
            label_details=bool(said(item, "labelDetailsSupport")),
            commits=bool(said(item, "commitCharactersSupport")),
            one_edit_range=_among("editRange", said(document, "completion", "completionList", "itemDefaults")),
            pulls=pulls(capabilities),
            related=bool(
                said(document, "publishDiagnostics", "relatedInformation") or said(document, "diagnostic", "relatedInformation")
            ),
            label_offsets=bool(said(signature, "parameterInformation", "labelOffsetSupport")),
        )


def pulls(capabilities: object) -> bool:
    """Whether a client asks for diagnostics: not if it could not be told to ask again, since what takes longer to find would never be seen."""
    asks = said(capabilities, "textDocument", "diagnostic") is not None
    return asks and bool(said(capabilities, "workspace", "diagnostics", "refreshSupport"))


def _among(word: str, values: object) -> bool:
    return isinstance(values, list) and word in values
