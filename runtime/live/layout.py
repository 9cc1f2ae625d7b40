"""Where the nodes of a graph go in a loom: nodes that are alike become lanes of one turn, windows over one series share its blocks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from math import inf, nan

import numpy as np

from runtime.kernel import addresses
from runtime.live.loom import Floats, Loom, Places
from runtime.live.weaving import Graph, Node
from runtime.rowcode import RowRunner
from stdlib.kernels import table
from stdlib.kernels.lanes import EWM_FIELDS, EWM_GROUPS, EWM_HEAD
from stdlib.kernels.rings import power_above

JOINS: dict[str, int] = {"window_sum": 0, "variance": 2, "highest": 4, "lowest": 5}
"""Windows that blocks are shared for, and how windows.py joins two blocks for each."""
BEFORE: dict[int, float] = {0: nan, 2: nan, 4: inf, 5: -inf}
"""What stands in the blocks before the first bar."""
MANY = 16
"""Readers of one value from which those that compute alike with it have a turn of their own."""
FEWEST = 4
"""Windows over one series from which sharing its blocks is cheaper than a kernel for each."""
MOST_ROOM = 4096
"""Rows that shared blocks go back at most; longer windows keep a kernel each."""


EWM_FROM = (6, 0, 1, 2, 3, 4)
"""Fields of lanes of `ewm`, in the order of its kernel's state."""


@cache
def lane_addresses() -> dict[str, int]:
    return table.addresses(modules=table.LANES)


@dataclass(slots=True)
class Blocks:
    """The shared blocks of one series. input: its value. first: where its levels begin."""

    join: int
    input: int
    first: int
    levels: int


@dataclass(slots=True)
class Lanes:
    """The state of a turn of lanes: node i of `nodes` is lane i."""

    op: str
    nodes: Sequence[Node]
    state: Floats


@dataclass(slots=True)
class Layout:
    """A loom with the places of its values, and where each node's state is in it."""

    loom: Loom
    place: dict[int, int] = field(default_factory=dict)
    lanes: list[Lanes] = field(default_factory=list)
    singles: dict[int, Floats] = field(default_factory=dict)
    blocks: dict[tuple[int, int], Blocks] = field(default_factory=dict)
    longest: dict[tuple[int, int], int] = field(default_factory=dict)

    def states(self) -> dict[int, Floats]:
        """Each node's state as its own kernel keeps it; of windows that share blocks, none (see `series`)."""
        found = dict(self.singles)
        for lanes in self.lanes:
            if lanes.op == "ewm":
                kept = ewm_states(lanes.state, len(lanes.nodes))
                found.update((node.id, kept[i]) for i, node in enumerate(lanes.nodes))
            else:
                rows = float(self.loom.rows)
                found.update((node.id, np.array([rows, lanes.state[i]])) for i, node in enumerate(lanes.nodes))
        return found

    def series(self, key: tuple[int, int]) -> Floats:
        """The last rows of a series that windows share, at most as many as they look back, oldest first."""
        blocks, room = self.blocks[key], self.loom.room
        count = min(self.loom.rows, room)
        places = np.arange(self.loom.rows - count, self.loom.rows) & (room - 1)
        rows: Floats = self.loom.blocks[blocks.first + places]
        return np.where(rows == BEFORE[blocks.join], nan, rows) if blocks.join >= 4 else rows


def ewm_states(state: Floats, n: int) -> Floats:
    """The states of lanes of `ewm` as its kernel keeps them, a row for each."""
    fields, head = state[: EWM_FIELDS * n].reshape(EWM_FIELDS, n).copy(), state[EWM_FIELDS * n :]
    for k in range(EWM_GROUPS):
        j, m = divmod(k, 4)
        if head[22 + j] == 1.0:  # in step: what they have in common is in the head
            fields[3, int(head[1 + k]) : int(head[2 + k])] = (j + 4 * m + int(head[18 + j])) % 16
    return np.ascontiguousarray(fields[list(EWM_FROM)].T)


def group_of(node: Node, states: Mapping[int, Floats]) -> int:
    """Lanes of `ewm` of one group have the same number of values in their sixteen on every bar, as long as all their inputs are known."""
    state = states.get(node.id)
    left = int(node.params[0]) - (0 if state is None else int(state[0]))
    step = (-left if left > 0 or state is None else int(state[4])) % EWM_GROUPS
    return 4 * (step % 4) + step // 4


def shared_windows(nodes: Iterable[Node], kept: Container[tuple[int, int]] = ()) -> dict[int, tuple[int, int]]:
    """Node -> series, for windows that share the blocks of theirs: (join, value). kept: series that have shared blocks and go on so."""
    windows = [node for node in nodes if node.op in JOINS and node.params[0] <= MOST_ROOM]
    count = Counter((JOINS[node.op], node.inputs[0]) for node in windows)
    keys = {node.id: (JOINS[node.op], node.inputs[0]) for node in windows}
    return {at: key for at, key in keys.items() if count[key] >= FEWEST or key in kept}


def lay_out(
    graph: Graph,
    feeds: Sequence[str],
    rows: int,
    states: Mapping[int, Floats],
    series: Mapping[tuple[int, int], Floats],
    shared: Mapping[int, tuple[int, int]],
) -> Layout:
    """A loom for all nodes of a graph, as after `rows` bars.

    states: of each node that keeps any. series: the last rows of each series that windows share; more than they look back is no harm.
    """
    nodes = list(graph.nodes.values())
    turns = scheduled(nodes, graph, shared)
    place = {node.outputs[0]: feeds.index(node.feed) for node in nodes if node.op == "feed"}
    longest: dict[tuple[int, int], int] = {}
    for node in nodes:
        if node.id in shared:
            longest[shared[node.id]] = max(longest.get(shared[node.id], 1), int(node.params[0]))
    room = power_above(max(longest.values(), default=1))
    levels = room.bit_length()
    at = len(feeds)
    for turn in turns:
        # Lanes in the order of what they read, so that it lies side by side; windows of more blocks first, as weave_windows wants them.
        turn.sort(key=partial(lane_order, place, leading_operands(turn), shared, states))
        for node in turn:
            for value in node.outputs:
                place[value] = at
                at += 1
    # Every series has as many levels, so that its second carried values are always as far behind.
    size = levels * 2 * room
    blocks = {}
    first = 0
    for key in longest:
        blocks[key] = Blocks(key[0], key[1], first, levels)
        first += size * (2 if key[0] == 2 else 1)
    loom = Loom(at, len(feeds), first, room, size, lane_addresses(), rows, scratch_of(turns))
    layout = Layout(loom, place, blocks=blocks, longest=longest)
    for key, found in blocks.items():
        loom.blocks[found.first : found.first + size * (2 if key[0] == 2 else 1)] = BEFORE[key[0]]
        loom.fill_blocks(lane_addresses()["blocks"], key[0], found.first, levels, np.ascontiguousarray(series[key][-room:]))
    for turn in turns:
        weave_turn(layout, graph, turn, shared, states)
    return layout


def first_by(node: Node, shared: Mapping[int, tuple[int, int]], states: Mapping[int, Floats]) -> int:
    """What nodes of a turn are sorted by before all else."""
    if node.id in shared:
        return -int(node.params[0]).bit_count()
    return group_of(node, states) if node.op == "ewm" else 0


def lane_order(
    place: Mapping[int, int],
    leading: Sequence[int],
    shared: Mapping[int, tuple[int, int]],
    states: Mapping[int, Floats],
    node: Node,
) -> tuple[int, ...]:
    return (first_by(node, shared, states), *(place[node.inputs[k]] for k in leading))


def leading_operands(turn: Sequence[Node]) -> list[int]:
    """The operands of a turn in the order in which they decide about its lanes: that with the most different values first, which then lies side by
    side if no lane shares it. None for nodes that are taken one by one: they need not be alike."""
    if len({(node.op, len(node.inputs)) for node in turn}) > 1:
        return []
    different = [len({node.inputs[k] for node in turn}) for k in range(len(turn[0].inputs))]
    return sorted(range(len(different)), key=lambda k: -different[k])


def scratch_of(turns: Sequence[Sequence[Node]]) -> int:
    """Doubles that the largest turn needs beside the values: its operands side by side."""
    return max((len(turn) * max(1, len(turn[0].inputs)) for turn in turns), default=1)


def scheduled(nodes: Sequence[Node], graph: Graph, shared: Mapping[int, tuple[int, int]]) -> list[list[Node]]:
    """Turns in order; the nodes of each are of one kind and do not need each other. Of the kinds that are ready, that goes first of which the
    greatest share is, so that there are few turns."""
    readers: dict[int, list[Node]] = {}
    missing: dict[int, int] = {}
    left: Counter[object] = Counter()
    ready: dict[object, list[Node]] = {}
    popular = popular_values(nodes)
    kinds = {node.id: kind_of(node, shared, graph, popular) for node in nodes}
    for node in nodes:
        needs = {graph.maker[value].id for value in node.inputs}
        missing[node.id] = len(needs)
        left[kinds[node.id]] += 1
        for need in needs:
            readers.setdefault(need, []).append(node)
        if not needs:
            ready.setdefault(kinds[node.id], []).append(node)
    turns = []
    while ready:
        kind = max(ready, key=lambda k: (len(ready[k]) / left[k], len(ready[k])))
        turn = ready.pop(kind)
        left[kind] -= len(turn)
        if kind != "feed":
            turns.append(turn)
        for node in turn:
            for reader in readers.get(node.id, ()):
                missing[reader.id] -= 1
                if not missing[reader.id]:
                    ready.setdefault(kinds[reader.id], []).append(reader)
    return turns


def popular_values(nodes: Iterable[Node]) -> set[int]:
    """Values that many nodes read: an operand that is the same for a whole turn is not gathered."""
    readers = Counter(value for node in nodes for value in node.inputs)
    return {value for value, count in readers.items() if count >= MANY}


def kind_of(node: Node, shared: Mapping[int, tuple[int, int]], graph: Graph, popular: Container[int]) -> object:
    if node.op in ("feed", "const"):
        return node.op
    if node.id in shared:
        return ("windows", JOINS[node.op])
    if node.elementwise:
        # Operands that come from one kind of node lie in the order of its turn, and those that many read are the same for all lanes.
        return (node.op, *(value if value in popular else graph.maker[value].op for value in node.inputs))
    if node.op == "ewm":
        return node.op
    if node.op == "lag" and int(node.params[0]) == 1:
        return "lag"
    return "one"


def weave_turn(
    layout: Layout, graph: Graph, turn: list[Node], shared: Mapping[int, tuple[int, int]], states: Mapping[int, Floats]
) -> None:
    loom, place, lanes = layout.loom, layout.place, lane_addresses()
    head, n = turn[0], len(turn)
    to = place[head.outputs[0]]
    if head.op == "const":
        loom.values[to : to + n] = [node.params[0] for node in turn]
    elif head.elementwise:
        loom.each(
            addresses()[head.op],
            [operand(layout, graph, values) for values in zip(*(n.inputs for n in turn), strict=True)],
            to,
            n,
        )
    elif head.id in shared:
        weave_windows(layout, turn, shared)
    elif head.op == "ewm":
        kept = np.zeros(EWM_FIELDS * n + EWM_HEAD)
        state, at_head = kept[: EWM_FIELDS * n].reshape(EWM_FIELDS, n), EWM_FIELDS * n
        for i, node in enumerate(turn):
            state[EWM_FROM, i] = states.get(node.id, 0.0)
        state[5] = 1.0 - np.array([node.params[1] for node in turn])
        state[7] = [node.params[0] for node in turn]
        kept[at_head] = np.count_nonzero(state[6] < state[7])
        groups = np.array([group_of(node, states) for node in turn])
        kept[at_head + 1 : at_head + 2 + EWM_GROUPS] = np.searchsorted(groups, np.arange(EWM_GROUPS + 1))
        layout.lanes.append(Lanes("ewm", turn, loom.lanes(lanes["ewm"], places(turn, place), kept, to, n, n)))
    elif head.op == "lag" and int(head.params[0]) == 1:
        state = np.array([states[node.id][1] if loom.rows else node.params[1] for node in turn])
        layout.lanes.append(Lanes("lag", turn, loom.lanes(lanes["lag"], places(turn, place), state, to, n, n)))
    else:
        for node in turn:
            state = np.array(states[node.id]) if node.id in states else np.zeros(node.state)
            inputs, outputs = [place[value] for value in node.inputs], [place[value] for value in node.outputs]
            if node.code is not None:
                layout.singles[node.id] = loom.row_code(RowRunner(node.code), inputs, outputs, state)
            else:
                layout.singles[node.id] = loom.one(addresses()[node.op], inputs, outputs, np.array(node.params), state)


def operand(layout: Layout, graph: Graph, values: tuple[int, ...]) -> Places | Floats:
    """An operand of a turn: numbers where all lanes have one of their own that never changes, else the places to read."""
    makers = [graph.maker[value] for value in values]
    if len(values) > 1 and all(maker.op == "const" for maker in makers) and any(value != values[0] for value in values):
        return np.array([maker.params[0] for maker in makers])
    return np.array([layout.place[value] for value in values], dtype=np.int32)


def places(turn: Sequence[Node], place: Mapping[int, int]) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    return np.array([place[node.inputs[0]] for node in turn], dtype=np.int32)


def weave_windows(layout: Layout, turn: list[Node], shared: Mapping[int, tuple[int, int]]) -> None:
    """A turn of windows, and before it the blocks of the series that are not yet pushed. Windows of more blocks come first."""
    loom, place, lanes = layout.loom, layout.place, lane_addresses()
    join, n = JOINS[turn[0].op], len(turn)
    for key in dict.fromkeys(shared[node.id] for node in turn):
        blocks = layout.blocks[key]
        loom.push_blocks(lanes["blocks"], join, place[blocks.input], blocks.first, blocks.levels)
    span = 2 * loom.room

    def where(node: Node, size: int, ago: int) -> int:
        return layout.blocks[shared[node.id]].first + (size.bit_length() - 1) * span - ago

    to = place[turn[0].outputs[0]]
    lengths = [int(node.params[0]) for node in turn]
    if join >= 4:
        largest = [1 << (length.bit_length() - 1) for length in lengths]
        both = [[where(node, k, 0) for node, k in zip(turn, largest, strict=True)]]
        both.append([where(node, k, length - k) for node, k, length in zip(turn, largest, lengths, strict=True)])
        loom.extremes(lanes["high" if join == 4 else "low"], np.array(both, dtype=np.int32).reshape(-1), to, n)
        return
    sizes = [sizes_of(length) for length in lengths]
    most = max(len(s) for s in sizes)
    at = np.zeros((most, n), dtype=np.int32)
    par = np.zeros((2 * most - 1, n))
    counts = np.array([sum(1 for s in sizes if len(s) > k) for k in range(most)], dtype=np.int32)
    par[0] = lengths
    for i, (node, own) in enumerate(zip(turn, sizes, strict=True)):
        done = 0
        for k, size in enumerate(own):
            at[k, i] = where(node, size, done)
            if k:
                par[2 * k - 1, i] = (1.0 * size) / (done + size)
                par[2 * k, i] = (1.0 * done * size) / (done + size)
            done += size
    if join == 0:
        loom.sums(lanes["sum"], at.reshape(-1), counts, to, n)
    else:
        loom.spreads(lanes["spread"], at.reshape(-1), counts, par.reshape(-1), to, n)


def sizes_of(length: int) -> list[int]:
    """A length as powers of two, largest first."""
    return [1 << k for k in range(length.bit_length() - 1, -1, -1) if length >> k & 1]
