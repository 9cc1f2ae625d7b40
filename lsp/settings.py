"""What a user can set, the one place where each setting is named; and what the client can do, as far as features need to know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from lsprotocol import types

Level = Literal["off", "info", "warning", "error"]


@dataclass(frozen=True)
class Client:
    """What a client can do.

    virtual_documents: reads texts of the server by `workspace/textDocumentContent`; else it is sent to files. symbol_trees: shows outlines as
    trees. lazy_edits: asks for the edit of a code action when it is chosen. versioned_edits: takes edits of versions of documents.
    markdown, item_markdown, signature_markdown: shows Markdown on hover, beside completions, beside signatures. snippets: fills in parts one
    after the other. label_details: shows more beside a completion's label. label_offsets: takes a parameter as its place in the signature.
    one_edit_range: is told once where all completions of a list go. commits: takes a completion with the character that follows it.
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

    @classmethod
    def of(cls, capabilities: types.ClientCapabilities) -> Client:
        """What a client says of itself."""
        workspace, document = capabilities.workspace, capabilities.text_document
        content = workspace.text_document_content if workspace is not None else None
        outline = document.document_symbol if document is not None else None
        action = document.code_action if document is not None else None
        resolved = action.resolve_support if action is not None else None
        hover = document.hover if document is not None else None
        completion = document.completion if document is not None else None
        item = completion.completion_item if completion is not None else None
        lists = completion.completion_list if completion is not None else None
        help_ = document.signature_help if document is not None else None
        signature = help_.signature_information if help_ is not None else None
        parameter = signature.parameter_information if signature is not None else None
        edit = workspace.workspace_edit if workspace is not None else None
        return cls(
            virtual_documents=content is not None,
            symbol_trees=bool(outline is not None and outline.hierarchical_document_symbol_support),
            lazy_edits=resolved is not None and "edit" in resolved.properties,
            versioned_edits=bool(edit is not None and edit.document_changes),
            markdown=_marked(hover.content_format if hover is not None else None),
            item_markdown=_marked(item.documentation_format if item is not None else None),
            signature_markdown=_marked(signature.documentation_format if signature is not None else None),
            snippets=bool(item is not None and item.snippet_support),
            label_details=bool(item is not None and item.label_details_support),
            commits=bool(item is not None and item.commit_characters_support),
            one_edit_range="editRange" in ((lists.item_defaults if lists is not None else None) or ()),
            label_offsets=bool(parameter is not None and parameter.label_offset_support),
        )


def _marked(formats: Sequence[types.MarkupKind | str] | None) -> bool:
    return types.MarkupKind.Markdown in (formats or ())


@dataclass(frozen=True)
class Settings:
    """The settings of a connection, as far as features read them."""

    default_data: str = ""
    units: bool = True
    lints: Mapping[str, Level] = field(default_factory=dict)
    client: Client = field(default_factory=Client)
