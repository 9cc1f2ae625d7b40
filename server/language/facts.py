"""What is known of a checked program, as JSON: names, inputs, sentences, what it costs, and its plan."""

from __future__ import annotations

from typing import Any

from compiler import syntax as s
from compiler.blocks.places import read_page
from compiler.blocks.sentences import sentence_of
from compiler.diagnostics import Diagnostics
from compiler.inputs import InputInfo, input_infos
from compiler.library import UNBOUNDED
from compiler.pipeline import Checked
from compiler.program import Program
from compiler.ranges.told import known_of
from compiler.types import Type, settled_unit
from stdlib.library import load

Json = dict[str, Any]


def program_facts(checked: Checked) -> Json:
    """Of a program with errors as much as could be found."""
    found = checked.program
    names = checked.typed.names if checked.typed is not None else None
    head = names and (names.strategy or names.heading)
    return {
        "title": head.title.value if head else "",
        "kind": "library" if names is not None and names.heading is not None else "strategy",
        "hash": found.hash if found is not None else None,
        "inputs": [input_json(info) for info in inputs_of(checked)],
        "names": names_of(checked),
        "sentences": sentences(checked),
        "facts": facts_json(found) if found is not None else None,
        "trade": trade_json(found) if found is not None else None,
        "libraries": [{"title": m.title, "version": m.version, "sha256": m.hash} for m in found.libraries] if found else [],
    }


def inputs_of(checked: Checked) -> tuple[InputInfo, ...]:
    """Those of a program with mistakes too, as far as they can be read: a slider stays while its text is being written."""
    if checked.program is not None:
        return checked.program.inputs
    return input_infos(checked.typed, Diagnostics()) if checked.typed is not None else ()


def input_json(info: InputInfo) -> Json:
    return {
        "name": info.name, "kind": info.kind, "unit": info.unit, "default": info.default, "low": info.low, "high": info.high,
        "step": info.step, "choices": list(info.choices), "label": info.label, "doc": info.doc, "written": info.written,
        "range_written": info.range_written, "in_ticks": info.in_ticks,
    }  # fmt: skip


def names_of(checked: Checked) -> list[Json]:
    """Every input, let and state of the program, in the order of the text, with type, unit and what it can be."""
    typed = checked.typed
    if typed is None:
        return []
    known = {output.name: said for output, said in known_of(checked.program) if output.role == "let"} if checked.program else {}
    of_role = (("input", typed.inputs), ("let", typed.lets), ("remember", typed.states))
    names = typed.names
    written: dict[str, s.Input | s.Let | s.Remember] = {**names.inputs, **names.lets, **names.states}
    spans = {name: one.name.span for name, one in written.items()}
    text = checked.source.text  # a library's names are not in it, and have other spans
    own = {name for name, span in spans.items() if text[span.start : span.end] == name}
    found = [(name, role, type_) for role, types in of_role for name, type_ in types.items() if name in own]
    found.sort(key=lambda one: spans[one[0]])
    return [{"name": name, "role": role, **type_json(type_), "can_be": known.get(name, "")} for name, role, type_ in found]


def type_json(type_: Type) -> Json:
    if type_.kind != "number":
        kind = {"truth": "condition", "error": ""}.get(type_.kind, type_.kind)
        return {"type": kind, "unit": ""}
    unit = settled_unit(type_.unit)
    return {"type": "number", "unit": str(unit) if unit is not None else ""}


def sentences(checked: Checked) -> list[Json]:
    """What each statement of the text says."""
    if not checked.read:
        return []
    page, library = read_page(checked.source.text), load()
    found = []
    for place_id in page.top:
        place = page.places[place_id]
        sentence = sentence_of(place.node, library)
        if sentence:
            found.append({"id": place_id, "line": page.source.position(place.span.start).line, "sentence": sentence})
    return found


def facts_json(program: Program) -> Json:
    settle = program.settle
    return {
        "warmup": program.warmup,
        "settle": None if settle == UNBOUNDED else settle,
        "cost": program.cost,
        "state": program.state,
    }


def trade_json(program: Program) -> Json:
    return {
        "symbols": list(program.symbols),
        "universe": program.universe,
        "every": program.every,
        "session": program.session,
        "beside": list(program.beside),
    }


def plan_facts(program: Program) -> Json:
    plan, backtest = program.plan(), program.plan(want="backtest")
    return {
        "hash": plan.hash,
        "backtest_hash": backtest.hash,
        "feeds": list(plan.feeds),
        "columns": [
            {"name": c.name, "role": c.role, "type": "number", "unit": c.unit, "label": c.label}
            if c.kind == "number"
            else {"name": c.name, "role": c.role, "type": "condition", "unit": "", "label": c.label}
            for c in plan.columns
        ],
        "steps": len(plan.steps),
        "registers": plan.registers,
        "actions": len(plan.machine.actions) if plan.machine is not None else 0,
    }  # fmt: skip
