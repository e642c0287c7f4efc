"""The canonical form of a statement: equal up to the names and the order of its binders.

Lean gives the elaborated type as keys, one for each leading binder and one for the goal; `$3;` in a key is
the fourth binder. Binders are told apart by what they say and who speaks of them (colour refinement); ties
are broken every way, and the least text wins. Where there are too many ties (more than `LEAVES` ways) the
given order decides: two equal statements may then count as different, never the reverse.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence

LEAVES = 24
_REFERENCE = re.compile(r"\$(\d+);")


def canonical(keys: Sequence[str]) -> str:
    """A 16-hex-digit id of the statement with these keys.

    >>> canonical(["ℝ", "ℝ", "$0; < 1", "$0; < $1;"]) == canonical(["ℝ", "ℝ", "$1; < 1", "$1; < $0;"])
    True
    """
    mentions = [[int(n) for n in _REFERENCE.findall(key)] for key in keys]
    leaves = iter(_orders(keys, mentions, [""] * (len(keys) - 1)))
    texts = [_written(keys, order) for order, _ in zip(leaves, range(LEAVES), strict=False)]
    return _digest(min(texts))


def _orders(keys: Sequence[str], mentions: list[list[int]], colours: list[str]) -> Iterator[list[int]]:
    """Orders of the binders in which only true ties are broken by choice."""
    colours = _refined(keys, mentions, colours)
    count = {colour: colours.count(colour) for colour in colours}
    tied = min((colour for colour in colours if count[colour] > 1), default=None)
    if tied is None:
        yield sorted(range(len(colours)), key=colours.__getitem__)
        return
    for chosen in (i for i, colour in enumerate(colours) if colour == tied):
        yield from _orders(keys, mentions, [c + "*" if i == chosen else c for i, c in enumerate(colours)])


def _refined(keys: Sequence[str], mentions: list[list[int]], colours: list[str]) -> list[str]:
    while True:
        said = [_renamed(key, colours) for key in keys]
        finer = []
        for i, colour in enumerate(colours):
            seen = [*colours[:i], "self", *colours[i + 1 :]]
            about = sorted(_renamed(keys[j], seen) for j, of in enumerate(mentions) if i in of)
            finer.append(_digest(repr((colour, said[i], about))))
        if len(set(finer)) == len(set(colours)):
            return finer
        colours = finer


def _written(keys: Sequence[str], order: Sequence[int]) -> str:
    rank = {index: str(place) for place, index in enumerate(order)}
    return "\n".join(_renamed(key, rank) for key in (*(keys[i] for i in order), keys[-1]))


def _renamed(key: str, names: Sequence[str] | Mapping[int, str]) -> str:
    return _REFERENCE.sub(lambda m: f"${names[int(m[1])]};", key)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
