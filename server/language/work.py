"""What a worker does: JSON in, JSON out. Runs in a process of its own, on texts of strangers; it opens no file and no connection."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from compiler.blocks.edits import edit_from_json
from compiler.blocks.json_form import outcome_json, tree_json
from compiler.blocks.make import make
from compiler.blocks.reading import disagreement
from compiler.blocks.refusals import Refusal
from compiler.blocks.tree import block_tree
from compiler.catalogue import catalogue
from compiler.diagnostic_json import diagnostic_json
from compiler.libraries.head import library_head
from compiler.libraries.port import LibraryText, Lock, Shelf
from compiler.limits import Limits
from compiler.pipeline import Checked, check
from compiler.source import Source
from compiler.syntax import File
from compiler.text.format import format_source
from runtime.filetests import run_tests
from runtime.why.json_form import tests_json
from server.language.asked import GOLDEN, CatalogueAsked, CompileAsked, EditAsked, FormatAsked, ProgramAsked, ValidateAsked
from server.language.edits import BlockEdit
from server.language.facts import plan_facts, program_facts
from server.language.forms import read_form, read_json
from server.workers.jobs import Refused
from stdlib.library import load

Json = dict[str, Any]


def perform(work: str, body: bytes) -> bytes:
    """The answer to what is asked, as JSON. Raises Refused."""
    answer = WORK[work](read_json(body))
    return json.dumps(answer, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def warm_up() -> None:
    """Everything that the first request would wait for: imports, the library, the parse tables, a test's run."""
    perform("validate", json.dumps({"source": GOLDEN + TESTED, "blocks": True}).encode())


TESTED = '\ntest "warm"\n  with fast = 2 bars\n  given close = [1, 2, 3]\n  expect no order\n'


def compiled(given: object) -> Json:
    asked = read_form(CompileAsked, given)
    text, edited, checked = read(asked)
    if checked.program is None:
        errors = [d for d in checked.diagnostics if d.severity == "error"]
        more = f" and {len(errors) - 1} more" if len(errors) > 1 else ""
        raise Refused("program_has_errors", f"{errors[0].code}: {errors[0].message}{more}", {"diagnostics": diagnostics(checked)})
    return {**program(text, edited, checked), "plan": plan_facts(checked.program)}


def validated(given: object) -> Json:
    asked = read_form(ValidateAsked, given)
    text, edited, checked = read(asked)
    tests = None
    if asked.run_tests and checked.program is not None:
        tests = tests_json(asked.name, run_tests(checked.program))["tests"]
    return {
        **program(text, edited, checked),
        "valid": checked.program is not None,
        "tests": tests,
        "blocks": tree_json(block_tree(checked, load())) if asked.blocks and checked.read else None,
    }


def formatted(given: object) -> Json:
    text = read_form(FormatAsked, given).source
    canonical = format_source(text)
    return {"source": canonical, "changed": canonical != text, "source_hash": source_hash(canonical)}


def edited(given: object) -> Json:
    asked = read_form(EditAsked, given)
    now = source_hash(asked.source)
    if asked.source_hash != now:
        said = "The edit is of another text than the one that was sent: source_hash is not its hash. Read the blocks of this text first."
        raise Refused("stale_source", said, {"source_hash": now})
    after, step = edit_made(asked.source, asked.edit, 0)
    return {**step, "source_hash": source_hash(after)}


def catalogued(given: object) -> Json:
    return dict(catalogue(load(), read_form(CatalogueAsked, given).examples))


WORK: Mapping[str, Callable[[object], Json]] = {
    "compile": compiled, "validate": validated, "format": formatted, "edit": edited, "catalogue": catalogued,
}  # fmt: skip


# ---------------------------------------------------------------- the parts of an answer


def read(asked: ProgramAsked) -> tuple[str, Json | None, Checked]:
    """The text that is meant, what became of the edits, and what checking found. Raises Refused."""
    text = asked.text
    if asked.tree is not None:
        own = tree_json(block_tree(Checked(Source(text), File(()), (), None), load()))
        found = disagreement(asked.tree.model_dump(exclude_unset=True), own)
        if found is not None:
            raise Refused("tree_disagrees", found.message, {"at": found.at, "block": found.block})
    steps = []
    for index, edit in enumerate(asked.edits):
        text, step = edit_made(text, edit, index)
        steps.append({"edits": step["edits"], "undo": step["undo"]})
    limits = Limits(asked.limits.most_cost, asked.limits.most_state)
    checked = check(text, load(), asked.name, shelf_of(asked), limits, asked.every)
    return text, {"source": text, "steps": steps} if steps else None, checked


def shelf_of(asked: ProgramAsked) -> Shelf | None:
    """The libraries that came with a request; None if none did: then messages say that there is no place to look."""
    if not asked.libraries and asked.lock is None:
        return None
    texts = []
    for i, library in enumerate(asked.libraries):
        head = library_head(library.text)
        texts.append(LibraryText(library.text, library.name or (f"<{head.title}>" if head else f"<library {i + 1}>")))
    lock = None
    if asked.lock is not None:
        lock = Lock({(one.title, one.version): one.sha256 for one in asked.lock}, "the lock of the request")
    return Shelf(tuple(texts), lock)


def edit_made(text: str, edit: BlockEdit, index: int) -> tuple[str, Json]:
    """The text after a block edit, and the edit as the compiler gives it. Raises Refused."""
    outcome = make(text, edit_from_json(edit.model_dump(exclude_unset=True)), load())
    if isinstance(outcome, Refusal):
        raise Refused("edit_refused", outcome.message, {"reason": outcome.reason, "index": index})
    return outcome.text, outcome_json(text, outcome)


def program(text: str, edited: Json | None, checked: Checked) -> Json:
    return {**program_facts(checked), "source_hash": source_hash(text), "diagnostics": diagnostics(checked), "edited": edited}


def diagnostics(checked: Checked) -> list[Json]:
    return [diagnostic_json(d, checked.source) for d in checked.diagnostics]


def source_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
