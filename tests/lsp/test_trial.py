"""What a trial finds of a change is what the whole compiler, asked anew, finds of both texts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest

from compiler.codes import CODES, Code
from compiler.diagnostics import Diagnostic, Edit
from compiler.pipeline import Checked, check
from lsp.actions.trial import AlsoBeside, Trial, diagnostics, overlap, same
from lsp.renaming import applied, shelf_of
from lsp.view import View
from stdlib.library import load
from tests.lsp.seeing import seen


def anew(view: View, text: str) -> Checked:
    resolver = AlsoBeside(shelf_of(view, {}), view.resolver)
    return check(text, load(), view.analysis.source.name, resolver)


def errors(checked: Checked) -> Counter[str]:
    return Counter(d.code for d in checked.diagnostics if d.severity == "error")


def mends(view: View, diagnostic: Diagnostic, edits: Sequence[Edit]) -> bool:
    before, after = anew(view, view.text), anew(view, applied(view.text, edits))
    gone = sum(d.code == diagnostic.code for d in after.diagnostics) < sum(d.code == diagnostic.code for d in before.diagnostics)
    return not overlap(edits) and gone and not errors(after) - errors(before)


def keeps_meaning(view: View, edits: Sequence[Edit]) -> bool:
    before, after = anew(view, view.text), anew(view, applied(view.text, edits))
    if overlap(edits) or errors(after) - errors(before):
        return False
    if before.program is None or after.program is None or before.program.checked is None or after.program.checked is None:
        return before.program is None
    return same(before.program.checked, after.program.checked)


@pytest.mark.parametrize("code", CODES, ids=lambda code: code.code)
def test_a_correction_is_judged_as_the_whole_compiler_would(code: Code) -> None:
    for text in (code.failing, code.corrected):
        view = seen(text, resolver=code.shelf)
        found = anew(view, text).diagnostics
        assert diagnostics(Trial(view).before) == found
        alone = not any(cell.of_libraries for cell in view.analysis.cells)
        for known in (view, replace(view, told=found)) if alone else (view,):
            trial = Trial(known)
            assert trial.told == found
            for diagnostic in found:
                for fix in diagnostic.fixes if diagnostic.source is None else ():
                    assert trial.mends(diagnostic, fix.edits) == mends(view, diagnostic, fix.edits), (diagnostic, fix)
                    if known is view:
                        assert trial.keeps_meaning(fix.edits) == keeps_meaning(view, fix.edits), fix
