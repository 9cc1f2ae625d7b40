"""What an edit must make of a program, said on plain trees of dictionaries: a second definition, which shares no code with the first."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from typing import Any

from compiler.diagnostics import Diagnostics
from compiler.source import Source
from compiler.text.parse import parse

Tree = dict[str, Any]


def plain(node: Any) -> Any:
    """A syntax node as dictionaries and lists, without places; parentheses stay, as nodes."""
    if isinstance(node, tuple):
        return [plain(part) for part in node]
    if not hasattr(node, "__dataclass_fields__"):
        return node
    kept = {f.name: plain(getattr(node, f.name)) for f in fields(node) if not f.name.endswith("span")}
    return {"is": type(node).__name__, **kept}


def program(text: str) -> list[Any]:
    found = Diagnostics()
    file = parse(Source(text), found)
    return [plain(card.statement) for card in file.cards if card.statement is not None]


def stripped(tree: Any) -> Any:
    """Without parentheses."""
    if isinstance(tree, list):
        return [stripped(part) for part in tree]
    if not isinstance(tree, dict):
        return tree
    if tree["is"] == "Grouped":
        return stripped(tree["inner"])
    return {key: stripped(value) for key, value in tree.items()}


def expression(text: str) -> Any:
    (tree,) = program(f"let x = {text}\n")
    return tree["value"]


@dataclass
class Ref:
    """A place in a tree: what holds it, and under which key."""

    holder: Any
    key: Any

    def get(self) -> Any:
        return self.holder[self.key]

    def put(self, node: Any) -> None:
        self.holder[self.key] = node

    def inside(self) -> Ref:
        """The same place within the parentheses around it."""
        ref = self
        while isinstance(ref.get(), dict) and ref.get()["is"] == "Grouped":
            ref = Ref(ref.get(), "inner")
        return ref


def links(chain: Ref) -> list[Ref]:
    """The clauses of a chain of one operator, as they are written."""
    found: list[Ref] = []
    at = chain
    op = chain.get()["op"]
    while at.get()["is"] == "Binary" and at.get()["op"] == op:
        found.append(Ref(at.get(), "right"))
        at = Ref(at.get(), "left")
    return [at, *found[::-1]]


KEYED = {
    "attached": lambda x: re.sub(r"_(at|share|r)$", "", x["kind"]),
    "lines": lambda x: x["key"]["name"].replace(" ", "_") if x["is"] == "Setting" else None,
    "body": lambda x: x["name"]["name"], "params": lambda x: x["name"]["name"],
}  # fmt: skip
WORDS = {"Edition": "apx", "Strategy": "strategy", "Library": "library", "Trade": "trade", "Settings": "settings"}


def top(tree: list[Any], wanted: str) -> Ref:
    seen: dict[str, int] = {}
    counts: dict[str, int] = {}
    for i, node in enumerate(tree):
        kind = node["is"]
        if kind in ("Let", "Input", "Remember", "Define"):
            name = f"{kind.lower()}:{node['name']['name']}"
        elif kind in WORDS:
            name = WORDS[kind]
        else:
            counts[kind] = counts.get(kind, 0) + 1
            name = f"{kind.lower()}:{counts[kind]}"
        seen[name] = seen.get(name, 0) + 1
        if (name if seen[name] == 1 else f"{name}~{seen[name]}") == wanted:
            return Ref(tree, i)
    raise LookupError(wanted)


def step(ref: Ref, part: str) -> Ref:
    """The place one step further in."""
    ref = ref.inside()
    node = ref.get()
    name, _, key = part.partition(".")
    if name == "clauses":
        return links(ref)[int(key)]
    if node["is"] == "If" and name in ("conditions", "values"):
        return Ref(node["branches"][int(key)], 0 if name == "conditions" else 1)
    if not key:
        return Ref(node, name)
    items = node[name]
    if name in KEYED and not (name == "lines" and node["is"] == "Test"):
        word, _, repeat = key.partition("~")
        same = [i for i, item in enumerate(items) if KEYED[name](item) == word]
        return Ref(items, same[int(repeat or 1) - 1])
    return Ref(items, int(key))


def find(tree: list[Any], wanted: str) -> Ref:
    first, *rest = wanted.split("/")
    ref = top(tree, first)
    for part in rest:
        ref = step(ref, part)
    return ref


def holder(tree: list[Any], wanted: str) -> Ref:
    return find(tree, wanted).inside()


# ---------------------------------------------------------------- the edits


def replaced(tree: list[Any], at: str, node: Any) -> None:
    ref = find(tree, at)
    ref.put(node)
    owner, _, slot = at.rpartition("/")
    if slot == "value" and holder(tree, owner).get()["is"] == "Attached":
        settle(holder(tree, owner).get(), stripped(node))


def settle(line: Tree, value: Any) -> None:
    """A stop or target is told by its value."""
    family = line["kind"].split("_")[0]
    if family not in ("stop", "target"):
        return
    unit = value["unit"] if value["is"] == "Number" else None
    line["kind"] = (
        f"{family}_share" if unit in ("%", "bps") else "target_r" if unit == "R" and family == "target" else f"{family}_at"
    )


def wrapped(tree: list[Any], at: str, template: str) -> None:
    ref = find(tree, at)
    around = {"root": expression(template.replace("?", "the_hole"))}

    def fill(holder: Any, key: Any) -> None:
        node = holder[key]
        if isinstance(node, list):
            for i in range(len(node)):
                fill(node, i)
        elif isinstance(node, dict):
            if node["is"] == "Name" and node["name"] == "the_hole":
                holder[key] = ref.get()
            else:
                for name in node:
                    fill(node, name)

    fill(around, "root")
    ref.put(around["root"])


def chain_of(clauses: list[Any], op: str) -> Any:
    tree = clauses[0]
    for clause in clauses[1:]:
        tree = {"is": "Binary", "op": op, "left": tree, "right": clause}
    return tree


def clause_put_in(tree: list[Any], at: str, index: int, node: Any) -> None:
    ref = holder(tree, at)
    clauses = [link.get() for link in links(ref)]
    ref.put(chain_of([*clauses[:index], node, *clauses[index:]], ref.get()["op"]))


def taken_out(tree: list[Any], at: str) -> Any:
    """Takes a clause, an item or an optional part out and returns it."""
    owner, _, last = at.rpartition("/")
    node = find(tree, at).get()
    if not owner:
        ref = top(tree, at)
        del tree[ref.key]
        return node
    ref = holder(tree, owner)
    if last.startswith("clauses."):
        clauses = [link.get() for link in links(ref)]
        del clauses[int(last.split(".")[1])]
        ref.put(chain_of(clauses, ref.get()["op"]))
    elif "." in last:
        place = find(tree, at)
        del place.holder[place.key]
        if last.startswith("otherwise.") and not place.holder:
            ref.get()["has_otherwise"] = False
    else:
        ref.get()[last] = None
    return node


def items(tree: list[Any], at: str, slot: str) -> list[Any]:
    if not at:
        return tree
    found: list[Any] = holder(tree, at).get()[slot]
    return found


def put_in(tree: list[Any], at: str, slot: str, index: int, node: Any) -> None:
    if slot == "clauses":
        clause_put_in(tree, at, index, node)
        return
    items(tree, at, slot).insert(index, node)
    if slot == "otherwise":
        holder(tree, at).get()["has_otherwise"] = True


def with_op(tree: list[Any], at: str, op: str) -> None:
    ref = holder(tree, at)
    node = ref.get()
    if node["is"] == "Binary" and node["op"] in ("and", "or"):
        ref.put(chain_of([link.get() for link in links(ref)], op))
    elif node["is"] in ("Binary", "Crosses"):
        way = {"crosses": "either", "crosses above": "above", "crosses below": "below"}.get(op)
        left, right = node["left"], node["right"]
        ref.put(
            {"is": "Crosses", "left": left, "right": right, "way": way}
            if way
            else {"is": "Binary", "op": op, "left": left, "right": right}
        )
    elif node["is"] in ("IsNew", "IsAvailable"):
        node["is"] = {"new": "IsNew", "available": "IsAvailable"}[op]
    elif node["is"] in ("HasHeld", "WithinLast"):
        node["is"] = {"has held for": "HasHeld", "within last": "WithinLast"}[op]
    else:
        node[{"IsMoving": "way", "OrderAction": "verb", "SizeShare": "of", "Entry": "kind"}[node["is"]]] = op


def renamed(tree: Any, old: str, new: str) -> Any:
    """Every mention of a name that only the program itself gives; in a define that gives it too, none."""
    if isinstance(tree, list):
        return [renamed(part, old, new) for part in tree]
    if not isinstance(tree, dict):
        return tree
    kind = tree["is"]
    if kind == "Define" and old in [p["name"]["name"] for p in tree["params"]] + [b["name"]["name"] for b in tree["body"]]:
        return tree
    result = {key: renamed(value, old, new) for key, value in tree.items()}
    if kind in ("Name", "Ident") and tree["name"] == old:
        return result | {"name": new}
    if kind in ("NotifyAction", "Alert"):
        filled = re.sub(rf"\{{( *){old}((?:\.[a-z_]+)? *)\}}", rf"{{\g<1>{new}\g<2>}}", tree["text"]["value"])
        return result | {"text": {"is": "TextLiteral", "value": filled}}
    if kind == "Call":  # names of arguments, fields and settings are no uses
        for given, before in zip(result["arguments"], tree["arguments"], strict=True):
            given["name"] = before["name"]
    if kind == "Member":
        result["field"] = tree["field"]
    if kind in ("Setting", "Every", "HoldTop", "Trade", "Output", "Use", "TestExpect"):
        for key in ("key", "words", "of", "universe", "alias", "verb"):
            if key in tree:
                result[key] = tree[key]
        if kind == "Output":
            result["name"] = tree["name"]
    return result
