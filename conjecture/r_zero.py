"""The peer's questioner reward: R-Zero (arXiv 2508.05004, and its caller_penalty).

    reward = min(p, 1 - p) - share      p: the share of the solver's most frequent answer, which is the label
             -1 - share                 where no question could be read

`share` is that of the batch in the question's cluster, so that asking the same thing twice costs something. The
questioner's own answer is discarded. Deviation: a question without one is asked like any other; the release, which
discards it as well, calls a completion without a box unreadable.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np


def r_zero_reward(rate: float, cluster_share: float, readable: bool = True) -> float:
    """min(p, 1 - p) less the share of the batch in the question's cluster; -1 less it for an unreadable one.

    p is the share of the majority answer. The paper writes 1 - 2|p - 1/2|, twice the first term.

    >>> r_zero_reward(1 / 4, 1 / 8), r_zero_reward(0.0, 1 / 8, readable=False)
    (0.125, -1.125)
    """
    return (min(rate, 1 - rate) if readable else -1.0) - cluster_share


def cluster_shares(questions: Sequence[str], threshold: float = 0.5) -> list[float]:
    """For each question the share of the batch in its cluster.

    Clusters: average linkage over 1 - BLEU, cut below `threshold`. Deviations: BLEU is the mean of both directions,
    where the release takes the one that the order of the batch gives; digits and signs are words of their own, where
    the release splits at blanks and `12+7` is one word.
    """
    if len(questions) < 2:
        return [1.0] * len(questions)
    from scipy.cluster.hierarchy import fcluster, linkage

    words = [_WORD.findall(question) for question in questions]
    distances = [1 - (bleu(a, b) + bleu(b, a)) / 2 for at, a in enumerate(words) for b in words[at + 1 :]]
    labels = fcluster(linkage(distances, "average"), np.nextafter(threshold, 0), criterion="distance")
    sizes = Counter(labels.tolist())
    return [sizes[label] / len(questions) for label in labels.tolist()]


_WORD = re.compile(r"\d|[^\W\d]+|[^\w\s]")


def bleu(reference: Sequence[str], candidate: Sequence[str]) -> float:
    """Sentence BLEU of up to four words, with 0.1 for an order without a match (nltk's method 1); 0 for empty ones.

    >>> bleu("a b c d e".split(), "a b c d e".split()), bleu(["a"], ["b"])
    (1.0, 0.0)
    """
    if not candidate or not reference:
        return 0.0
    logs = 0.0
    for n in range(1, 5):
        wanted, written = (
            Counter(tuple(text[at : at + n]) for at in range(len(text) - n + 1)) for text in (reference, candidate)
        )
        matches = sum((wanted & written).values())
        if n == 1 and not matches:
            return 0.0
        logs += np.log(max(matches, 0.1) / max(1, written.total())) / 4
    return float(min(1.0, np.exp(1 - len(reference) / len(candidate))) * np.exp(logs))
