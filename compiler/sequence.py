"""The order in which a program's names can be worked out: each after what it needs, names that need each other together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping


def components(needs: Mapping[str, Iterable[str]]) -> list[tuple[str, ...]]:
    """Groups of names that need each other, every group after those it needs; else in the order given. Most groups are one name.

    needs: for each name, the names it reads; others than the keys are ignored. Tarjan 1972, without recursion.
    """
    place = {name: i for i, name in enumerate(needs)}
    number: dict[str, int] = {}
    lowest: dict[str, int] = {}
    open_: list[str] = []
    is_open: set[str] = set()
    found: list[tuple[str, ...]] = []
    for start in needs:
        if start in number:
            continue
        number[start] = lowest[start] = len(number)
        path = [(start, iter(needs[start]))]
        open_.append(start)
        is_open.add(start)
        while path:
            name, rest = path[-1]
            following = next((n for n in rest if n in place and (n not in number or n in is_open)), None)
            if following is None:
                path.pop()
                if path:
                    lowest[path[-1][0]] = min(lowest[path[-1][0]], lowest[name])
                if lowest[name] == number[name]:
                    group = [open_.pop()]
                    while group[-1] != name:
                        group.append(open_.pop())
                    is_open.difference_update(group)
                    found.append(tuple(sorted(group, key=place.__getitem__)))
            elif following in number:
                lowest[name] = min(lowest[name], number[following])
            else:
                number[following] = lowest[following] = len(number)
                path.append((following, iter(needs[following])))
                open_.append(following)
                is_open.add(following)
    return found
