"""Votes are counted by equality, and in no order."""

import random

import pytest

from verify.maths import MathsUnavailable, MathVerifier
from verify.records import Outcome, Verdict
from verify.votes import Cluster, majority


class ByTable:
    """Equality by a table of pairs, for what a real verifier does not do on demand."""

    def __init__(self, *pairs: tuple[str, str], outcome: Outcome = Outcome.FAILED) -> None:
        self.pairs, self.otherwise = set(pairs), outcome

    async def check(self, job):
        equal = job.reference == job.answer or (job.reference, job.answer) in self.pairs
        return Verdict(Outcome.PROVED if equal else self.otherwise, "", "table")


async def test_ways_of_writing_vote_together():
    answers = ["1/2", r"\frac{1}{2}", "0.5", r"\frac{1}{2}", "2", "2.0", "x", None, "((", "((", "((", "9^{9^{9^9}}"]
    async with MathVerifier(1) as verifier:
        clusters = await majority(verifier, answers)
        assert clusters == [
            Cluster(r"\frac{1}{2}", 4, (r"\frac{1}{2}", "0.5", "1/2")),
            Cluster("2", 2, ("2", "2.0")),
            Cluster("x", 1, ("x",)),
        ]
        for seed in range(5):
            random.Random(seed).shuffle(answers)
            assert await majority(verifier, answers) == clusters
        assert await majority(verifier, [None, "(("]) == []
        both = await majority(verifier, ["[0,1)", "[0,1)", "0<=x<1"])
        assert [cluster.votes for cluster in both] == [3]  # equal in one direction only


async def test_what_equals_two_heads_does_not_join_them():
    clusters = await majority(ByTable(("10%", "10"), ("10%", "0.1")), ["10", "10", "0.1", "0.1", "0.1", "10%"])
    assert [(cluster.answer, cluster.votes) for cluster in clusters] == [("0.1", 4), ("10", 2)]


async def test_a_cluster_of_many_ways_may_have_most_votes():
    clusters = await majority(ByTable(("b", "c"), ("b", "d")), ["a", "a", "b", "c", "d"])
    assert [(cluster.answer, cluster.votes) for cluster in clusters] == [("b", 3), ("a", 2)]


async def test_a_check_that_could_not_be_made_is_no_vote():
    with pytest.raises(MathsUnavailable):
        await majority(ByTable(outcome=Outcome.INFRASTRUCTURE), ["1", "2"])


async def test_a_check_that_ran_out_of_time_is_no_equality():
    clusters = await majority(ByTable(outcome=Outcome.TIMEOUT), ["1", "2"])
    assert [cluster.votes for cluster in clusters] == [1, 1]
