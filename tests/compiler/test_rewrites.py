"""Every rewrite gives the same bits on both sides, and the optimiser changes no value, keeps graphs whole and has nothing left to do."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.fold import EVALUATE, norm
from compiler.nodes import Graph, Node, NodeKind, reachable
from compiler.operators import BY_NAME, OPERATORS
from compiler.optimise import TRUTHS, Pattern, instantiate, match, optimise, parse_pattern
from compiler.pipeline import check
from compiler.rewrites import COMMUTATIVE, REWRITES, Rewrite
from compiler.verify import verify
from stdlib.library import load

HEAD = 'apx 1\nstrategy "Rewrites"\ntrade "SPY" every 1d\n'
SCALARS = load().scalars
SPECIAL = (
    math.nan, 0.0, 1.0, -1.0, 0.5, 2.0, 3.0, 1e-308, 5e-324, -5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, -1.7976931348623157e308, 1e17,
    0.1, 1 / 3, 4503599627370497.5, 9007199254740993.0, math.pi,
)  # fmt: skip


def bits(value: float) -> bytes:
    """The bits that leave the engine: one NaN, no -0."""
    return struct.pack("<d", math.nan if value != value else value)


def values() -> st.SearchStrategy[float]:
    """Numbers as they stand in registers: any double, infinities and -0 normalised away, special ones often."""
    return st.one_of(st.sampled_from(SPECIAL), st.floats(width=64).map(norm))


def truths() -> st.SearchStrategy[float]:
    return st.sampled_from((0.0, 1.0, 2.0))


def operator(name: str) -> Callable[..., float]:
    return EVALUATE.get(name) or SCALARS[name]


def evaluate(pattern: Pattern, bound: dict[str, float]) -> float:
    """The value of one side of a rule."""
    if isinstance(pattern, float):
        return pattern
    if isinstance(pattern, str):
        return 1.0 / bound["?c"] if pattern == "1/c" else TRUTHS[pattern] if pattern in TRUTHS else bound[pattern]
    return operator(str(pattern[0]))(*(evaluate(part, bound) for part in pattern[1:]))


def variables(pattern: Pattern, kind: NodeKind = "number") -> dict[str, NodeKind]:
    """What a pattern's variables stand for."""
    if isinstance(pattern, str):
        return {pattern: kind} if pattern.startswith("?") else {}
    if isinstance(pattern, float):
        return {}
    takes = BY_NAME[str(pattern[0])].takes
    found: dict[str, NodeKind] = {}
    for part, t in zip(pattern[1:], takes, strict=True):
        found |= variables(part, "truth" if t == "t" else "number")
    return found


@pytest.mark.parametrize("rule", REWRITES, ids=lambda r: r.name)
@given(data=st.data())
@settings(max_examples=400, deadline=None)
def test_both_sides_of_a_rule_give_the_same_bits(rule: Rewrite, data: st.DataObject) -> None:
    before, after = parse_pattern(rule.pattern), parse_pattern(rule.replacement)
    bound = {}
    for name, kind in variables(before).items():
        if name == "?c" and rule.when is not None:
            power = data.draw(st.integers(-1100, 1100))
            bound[name] = data.draw(st.sampled_from((1.0, -1.0))) * math.ldexp(1.0, max(-1074, min(1023, power)))
            if not rule.when(bound[name]):
                return
        else:
            bound[name] = data.draw(truths() if kind == "truth" else values(), label=name)
    assert bits(evaluate(before, bound)) == bits(evaluate(after, bound))


@pytest.mark.parametrize("rule", REWRITES, ids=lambda r: r.name)
def test_both_sides_of_a_rule_give_the_same_bits_on_every_mix_of_special_values(rule: Rewrite) -> None:
    before, after = parse_pattern(rule.pattern), parse_pattern(rule.replacement)
    kinds = variables(before)
    mixes: list[dict[str, float]] = [{}]
    for name, kind in kinds.items():
        some = (0.0, 1.0, 2.0) if kind == "truth" else (2.0, 0.5, -4.0, 1024.0, 2.0**-900) if name == "?c" else SPECIAL
        mixes = [{**mix, name: value} for mix in mixes for value in some]
    for mix in mixes:
        if rule.when is None or rule.when(mix["?c"]):
            assert bits(evaluate(before, mix)) == bits(evaluate(after, mix)), mix


@pytest.mark.parametrize("rule", REWRITES, ids=lambda r: r.name)
def test_a_rule_never_makes_a_program_larger(rule: Rewrite) -> None:
    def size(pattern: Pattern) -> int:
        return 1 + sum(size(p) for p in pattern[1:]) if isinstance(pattern, tuple) else 0

    assert size(parse_pattern(rule.replacement)) <= size(parse_pattern(rule.pattern))
    assert set(variables(parse_pattern(rule.replacement), "number")) - {"1/c"} <= set(variables(parse_pattern(rule.pattern)))


@pytest.mark.parametrize("name", sorted(COMMUTATIVE))
@given(data=st.data())
@settings(max_examples=300, deadline=None)
def test_a_commutative_operator_gives_the_same_bits_either_way(name: str, data: st.DataObject) -> None:
    one = truths() if BY_NAME[name].takes[0] == "t" else values()
    a, b = data.draw(one), data.draw(one)
    assert bits(operator(name)(a, b)) == bits(operator(name)(b, a))


@pytest.mark.parametrize("name", [o.name for o in OPERATORS])
@given(data=st.data())
@settings(max_examples=200, deadline=None)
def test_an_operator_gives_normalised_numbers_and_proper_truths(name: str, data: st.DataObject) -> None:
    drawn = [data.draw(truths() if t == "t" else values()) for t in BY_NAME[name].takes]
    result = operator(name)(*drawn)
    if BY_NAME[name].gives == "t":
        assert result in (0.0, 1.0, 2.0)
    else:
        assert not math.isinf(result)
        assert not (result == 0 and math.copysign(1, result) < 0)


# ---------------------------------------------------------------- the rules at work


def leaf(graph: Graph, name: str, kind: NodeKind) -> Node:
    """A node for a pattern's variable: a number, or a truth that no rule touches."""
    if kind == "number":
        return graph.feed({"?a": "open", "?b": "high", "?x": "close"}.get(name, "low"))
    truth = {"?x": "close", "?a": "high", "?b": "low"}.get(name, "open")
    return graph.node("available", (graph.feed(truth),))


def written(node: Node) -> str:
    if node.op == "const":
        value = float(node.params[0])
        return {0.0: "false", 1.0: "unknown", 2.0: "true"}[value] if node.kind == "truth" else f"{value:g}"
    if node.op == "feed":
        return str(node.params[0])
    return f"({' '.join([node.op, *(written(a) for a in node.args)])})"


def example(rule: Rewrite) -> tuple[Graph, Node]:
    graph = Graph()
    bound = {
        name: graph.const(4.0) if name == "?c" else leaf(graph, name, kind)
        for name, kind in variables(parse_pattern(rule.pattern)).items()
    }
    return graph, instantiate(parse_pattern(rule.pattern), bound, graph)


def test_every_rule_fires_on_its_own_pattern_and_is_shown(golden: Callable[[str, str], None]) -> None:
    text = ""
    for rule in REWRITES:
        graph, before = example(rule)
        optimised = optimise(graph, [before], load())
        assert optimised.fired.get(rule.name) == 1, rule.name
        text += f"{rule.name}\n    {written(before)}\n    {written(optimised.mapping[before.id])}\n    because {rule.law}\n"
    golden("rewrites.txt", text)


@pytest.mark.parametrize("rule", REWRITES, ids=lambda r: r.name)
def test_a_rule_does_not_fire_where_its_variables_differ_or_its_condition_fails(rule: Rewrite) -> None:
    pattern = parse_pattern(rule.pattern)
    _, node = example(rule)
    assert match(pattern, node, {})
    if rule.when is not None:
        other = Graph()
        odd = instantiate(pattern, {"?x": other.feed("close"), "?c": other.const(3.0)}, other)
        assert rule.name not in optimise(other, [odd], load()).fired
    if rule.pattern.count("?x") == 2 and BY_NAME[str(pattern[0])].takes in ("tt", "nn"):
        other = Graph()
        kind: NodeKind = "truth" if BY_NAME[str(pattern[0])].takes == "tt" else "number"
        different = other.node(str(pattern[0]), (leaf(other, "?a", kind), leaf(other, "?b", kind)))
        assert rule.name not in optimise(other, [different], load()).fired


def test_names_of_rules_are_unique_and_each_states_its_law() -> None:
    assert len({r.name for r in REWRITES}) == len(REWRITES) >= 30
    assert all(r.law for r in REWRITES)


NO_LAWS = (
    ("(sub ?x ?x)", "0"), ("(mul ?x 0)", "0"), ("(div ?x ?x)", "1"), ("(eq ?x ?x)", "true"), ("(le ?x ?x)", "true"),
    ("(select ?t ?x ?x)", "?x"), ("(div ?x 3)", "(mul ?x 0.3333333333333333)"), ("(add (add ?a ?b) ?x)", "(add ?a (add ?b ?x))"),
    ("(sub ?a ?b)", "(neg (sub ?a ?b))"),
)  # fmt: skip


@pytest.mark.parametrize(("before", "after"), NO_LAWS)
def test_what_is_no_law_of_floats_is_no_rule(before: str, after: str) -> None:
    pattern = parse_pattern(before)
    kinds = variables(pattern)
    mixes: list[dict[str, float]] = [{}]
    for name, kind in kinds.items():
        mixes = [{**mix, name: value} for mix in mixes for value in ((0.0, 1.0, 2.0) if kind == "truth" else SPECIAL)]
    assert any(bits(evaluate(pattern, mix)) != bits(evaluate(parse_pattern(after), mix)) for mix in mixes)
    graph = Graph()
    node = instantiate(pattern, {name: leaf(graph, name, kind) for name, kind in kinds.items()}, graph)
    assert optimise(graph, [node], load()).mapping[node.id].op == node.op


# ---------------------------------------------------------------- whole graphs


@st.composite
def graphs(draw: st.DrawFn) -> tuple[Graph, Node]:
    """A random graph of operators over feeds and constants."""
    graph = Graph()
    numbers = [graph.feed(n) for n in ("open", "high", "low", "close")] + [
        graph.const(c) for c in (0.0, 1.0, 2.0, 0.25, 3.0, math.nan)
    ]
    logic = [graph.truth(t) for t in (0, 1, 2)]
    for _ in range(draw(st.integers(1, 25))):
        chosen = draw(st.sampled_from([o for o in OPERATORS if o.name in EVALUATE]))
        node = graph.node(chosen.name, [draw(st.sampled_from(logic if t == "t" else numbers)) for t in chosen.takes])
        (logic if node.kind == "truth" else numbers).append(node)
    return graph, draw(st.sampled_from([n for n in (*numbers, *logic) if n.args] or numbers))


def run(root: Node, graph: Graph, feeds: dict[str, float]) -> float:
    known: dict[int, float] = {}
    for node in reachable([root], graph):
        match node.op:
            case "const":
                known[node.id] = float(node.params[0])
            case "feed":
                known[node.id] = feeds[str(node.params[0])]
            case _:
                known[node.id] = operator(node.op)(*(known[a.id] for a in node.args))
    return known[root.id]


@given(graphs(), st.tuples(values(), values(), values(), values()))
@settings(max_examples=300, deadline=None)
def test_an_optimised_graph_gives_the_same_bits(made: tuple[Graph, Node], row: tuple[float, float, float, float]) -> None:
    graph, root = made
    feeds = dict(zip(("open", "high", "low", "close"), row, strict=True))
    optimised = optimise(graph, [root], load())
    verify(optimised.graph, [optimised.mapping[root.id]], load(), "test")
    assert bits(run(root, graph, feeds)) == bits(run(optimised.mapping[root.id], optimised.graph, feeds))


@given(graphs())
@settings(max_examples=200, deadline=None)
def test_optimising_twice_changes_nothing_and_optimising_makes_nothing_larger(made: tuple[Graph, Node]) -> None:
    graph, root = made
    once = optimise(graph, [root], load())
    first = once.mapping[root.id]
    twice = optimise(once.graph, [first], load())
    assert {k: v for k, v in twice.fired.items() if k != "order"} == {}
    assert len(twice.graph.nodes) <= len(once.graph.nodes)
    assert sum(bool(n.args) for n in reachable([first], once.graph)) <= sum(bool(n.args) for n in reachable([root], graph))


@pytest.mark.parametrize("name", sorted(load().definitions))
def test_library_functions_are_whole_after_optimising(name: str) -> None:
    call = f"{name}(close > open)" if name == "anchored_vwap" else f"{name}()"
    result = check(f"{HEAD}let x = {call}\n", load())
    if result.program is not None:
        built, optimised = result.program.optimised()
        roots = [optimised.mapping[r.id] for r in built.roots]
        verify(optimised.graph, roots, load(), "test")
        again = optimise(optimised.graph, roots, load())
        assert {k: v for k, v in again.fired.items() if k != "order"} == {}
