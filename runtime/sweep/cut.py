"""A sweep cut into shards that share much: each holds combinations that are near each other in every input, and all are equally large."""

from __future__ import annotations

import numpy as np

from runtime.sweep.space import Numbers, Space


def cut(space: Space, numbers: Numbers, shards: int) -> list[Numbers]:
    """The numbers in so many parts (fewer, if there are fewer numbers), each in order; the same for the same numbers.

    Combinations in numbers' own order differ in the last input first, so that a part of them reads nearly all of its values. Halved again and again along
    the input with the most values, a part reads few of each, and computes few columns.
    """
    found: list[Numbers] = []
    waiting = [(numbers, space.places(numbers), max(1, min(shards, len(numbers))))]
    while waiting:
        part, places, count = waiting.pop()
        if count == 1:
            found.append(np.sort(part))
            continue
        varied = [len(np.unique(places[:, at])) for at in range(places.shape[1])]
        order = np.lexsort((part, places[:, int(np.argmax(varied))])) if varied else np.argsort(part)
        left = count // 2
        first, last = order[: len(part) * left // count], order[len(part) * left // count :]
        waiting += [(part[last], places[last], count - left), (part[first], places[first], left)]
    return found
