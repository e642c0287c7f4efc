"""Best-first search: its order against a scripted state space, its step models, and once on the real Lean."""

import math
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prover.best_first import GoalSteps, GrammarSteps, ProofSteps, SearchSettings, best_first, first_tactic
from prover.prompts import prove_prompt, step_prompt
from prover.sampler import Completion, SamplerError
from verify.records import Goals, Outcome, Statement, Verdict

STATEMENT = Statement("t", "(p q : Prop) (hp : p) (hq : q) : p ∧ q")


class Space:
    """A pool whose states follow from the script alone: `moves` says where each tactic leads from each state.

    A state is a string; `done` has no goals. A script in `refuted` leaves nothing open and is no proof all the same.
    """

    def __init__(self, moves: dict[str, dict[str, str]], refuted: Sequence[str] = ()) -> None:
        self.moves, self.refuted = moves, refuted
        self.checked: list[str] = []

    async def goals(self, statement, beginning, heartbeats=0):
        state = "root"
        for tactic in beginning.split("\n") if beginning else ():
            if state not in self.moves or tactic not in self.moves[state]:
                return Goals(Outcome.FAILED, "no such tactic", heartbeats=1)
            state = self.moves[state][tactic]
        return Goals(Outcome.ELABORATES, goals=() if state == "done" else (state,), heartbeats=1)

    async def check(self, job):
        self.checked.append(job.proof)
        outcome = Outcome.FAILED if job.proof in self.refuted else Outcome.PROVED
        return Verdict(outcome, "", "fake", heartbeats=10)


class Table:
    """A step model that looks a state's steps up, and keeps what it was asked."""

    def __init__(self, steps: dict[str, dict[str, float]]) -> None:
        self.table, self.asked = steps, []

    def steps(self, statement, goals, script):
        self.asked.append(goals[0])
        return list(self.table.get(goals[0], {}).items())


async def test_the_likeliest_state_is_expanded_first():
    space = Space({"root": {"a": "A", "b": "B"}, "A": {"x": "X"}, "B": {"y": "done"}, "X": {"z": "done"}})
    model = Table({"root": {"a": -1.0, "b": -2.0}, "A": {"x": -5.0}, "B": {"y": -0.1}, "X": {"z": -0.1}})
    search = await best_first(STATEMENT, model, space)
    assert model.asked == ["root", "A", "B"]  # X stands at -6, B at -2
    assert (search.proof, search.expansions, search.states) == ("b\ny", 3, 4)
    assert space.checked == ["b\ny"]
    assert search.checked[0][1].proved and search.reason == ""
    assert (search.steps, search.heartbeats) == (4, 1 + 4 + 10)


@pytest.mark.parametrize(("alpha", "order"), [(0.0, ["root", "B", "C", "A"]), (1.0, ["root", "B", "A", "C"])])
async def test_alpha_one_ranks_by_the_mean_log_probability(alpha, order):
    """B's child C has sum -2.2 and mean -1.1; A has -2.5, then -2.0 against the mean."""
    a = -2.5 if alpha == 0 else -1.05
    space = Space({"root": {"a": "A", "b": "B"}, "B": {"c": "C"}, "A": {}, "C": {}})
    model = Table({"root": {"a": a, "b": -1.0}, "B": {"c": -1.2}})
    search = await best_first(STATEMENT, model, space, SearchSettings(alpha=alpha))
    assert model.asked == order
    assert (search.proof, search.reason) == (None, "no state is left")


async def test_equal_states_are_one_node_that_keeps_the_better_way():
    space = Space({"root": {"a": "A", "b": "B"}, "A": {"x": "S"}, "B": {"y": "S"}, "S": {"z": "done"}})
    model = Table({"root": {"a": -1.0, "b": -2.0}, "A": {"x": -9.0}, "B": {"y": -0.5}, "S": {"z": 0.0}})
    search = await best_first(STATEMENT, model, space)
    assert model.asked == ["root", "A", "B", "S"]  # S once, by the way over B (-2.5) and not over A (-10)
    assert search.proof == "b\ny\nz"
    assert search.states == 4


async def test_a_state_that_was_expanded_is_not_expanded_again():
    space = Space({"root": {"a": "A"}, "A": {"back": "root", "on": "A"}})
    model = Table({"root": {"a": -1.0}, "A": {"back": 0.0, "on": 0.0}})
    search = await best_first(STATEMENT, model, space)
    assert model.asked == ["root", "A"] and search.reason == "no state is left"


async def test_only_the_verdict_on_the_whole_script_counts():
    space = Space({"root": {"cheat": "done", "honest": "done"}}, refuted=["cheat"])
    search = await best_first(STATEMENT, Table({"root": {"cheat": -0.1, "honest": -3.0}}), space)
    assert search.proof == "honest"
    assert [(script, verdict.proved) for script, verdict in search.checked] == [("cheat", False), ("honest", True)]


async def test_the_budget_ends_it_and_failures_are_counted_by_outcome():
    space = Space({"root": {"again": "S1"}, **{f"S{n}": {"again": f"S{n + 1}"} for n in range(1, 50)}})
    steps = {"again": -1.0, "wrong": -1.0}
    model = Table({"root": steps, **{f"S{n}": steps for n in range(1, 50)}})
    search = await best_first(STATEMENT, model, space, SearchSettings(expansions=7))
    assert (search.expansions, search.steps, search.reason) == (7, 14, "the budget is spent")
    assert search.refused == {Outcome.FAILED: 7}


async def test_a_statement_that_lean_does_not_take_ends_it_at_once():
    class Refusing(Space):
        async def goals(self, statement, beginning, heartbeats=0):
            return Goals(Outcome.OUT_OF_PROFILE, "unknown name")

    model = Table({})
    search = await best_first(STATEMENT, model, Refusing({}))
    assert (search.proof, model.asked, search.reason) == (None, [], "out_of_profile: unknown name")


@pytest.mark.parametrize("settings", [{"expansions": 0}, {"alpha": -0.5}, {"heartbeats": -1}])
def test_settings_that_make_no_sense(settings):
    with pytest.raises(ValueError):
        SearchSettings(**settings)


# --- step models


class Scripted:
    """A sampler with given completions: (text, log-probability, finished)."""

    def __init__(self, *completions: tuple[str, float, bool]) -> None:
        self.completions, self.asked = completions, []

    def sample(self, prompts, n, seeds, first=0):
        self.asked.append((prompts[0], n, seeds[0]))
        return [Completion(0, k, text, (1,), lp, done) for k, (text, lp, done) in enumerate(self.completions[:n])]


def test_goal_steps_are_the_different_tactics_with_their_best_log_probability():
    sampler = Scripted(("simp", -2.0, True), ("omega", -1.0, True), ("simp<eos>", -1.5, True), ("nlin", -0.1, False))
    found = GoalSteps(sampler, samples=4, seed=3).steps(STATEMENT, ["hp : p\n⊢ p", "⊢ q"], "constructor")
    assert found == [("omega", -1.0), ("simp", -1.5)]
    [(prompt, n, _)] = sampler.asked
    assert (prompt, n) == ("<hard>hp : p\n⊢ p<hard>⊢ q<by>", 4) and prompt == step_prompt(["hp : p\n⊢ p", "⊢ q"])


def test_a_sampler_without_log_probabilities_is_no_step_model():
    with pytest.raises(SamplerError, match="log-probabilities"):
        GoalSteps(Scripted(("simp", None, True))).steps(STATEMENT, ["⊢ p"], "")


def test_proof_steps_go_on_from_the_script_and_count_first_tactics():
    sampler = Scripted(
        ("· exact hp\n· exact hq", -5.0, True),
        ("· exact hp\n· simp", -9.0, False),  # the first tactic is whole
        ("exact", -1.0, False),  # cut off in it
        ("simp [\n  hp]\nrfl", -2.0, True),
    )
    found = ProofSteps(sampler, samples=4).steps(STATEMENT, ["⊢ p"], "constructor")
    assert found == [("· exact hp", math.log(2 / 4)), ("simp [\n  hp]", math.log(1 / 4))]
    assert sampler.asked[0][0] == prove_prompt(STATEMENT) + "constructor\n"


def test_a_real_sampler_repeats_its_steps():
    from prover.model import ModelConfig, build_model, build_tokenizer
    from prover.sampler import SamplingSettings, TransformersSampler

    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 1, "intermediate_size": 16}
    config = ModelConfig(vocab_size=300, max_position_embeddings=96, **sizes)
    tokenizer = build_tokenizer([prove_prompt(STATEMENT)], config)
    sampler = TransformersSampler(
        build_model(config, tokenizer, 0), tokenizer, SamplingSettings(max_new_tokens=12, temperature=0.5)
    )
    for model in (GoalSteps(sampler, samples=40), ProofSteps(sampler, samples=40)):
        found = model.steps(STATEMENT, ["⊢ p"], "constructor")
        assert found == model.steps(STATEMENT, ["⊢ p"], "constructor")
        assert [logprob for _, logprob in found] == sorted((logprob for _, logprob in found), reverse=True)
        assert all(logprob <= 0 and tactic.strip() for tactic, logprob in found)
        if isinstance(model, ProofSteps):
            assert found and math.fsum(math.exp(logprob) for _, logprob in found) <= 1 + 1e-9


def test_seeds_differ_from_state_to_state_and_repeat_themselves():
    sampler = Scripted(("simp", -1.0, True))
    for goals in (["⊢ p"], ["⊢ q"], ["⊢ p"]):
        GoalSteps(sampler, seed=5).steps(STATEMENT, goals, "")
    first, second, third = (seed for _, _, seed in sampler.asked)
    assert first == third != second


@pytest.mark.parametrize(
    ("proof", "tactic"),
    [
        ("simp", "simp"),
        ("simp\nring", "simp"),
        ("induction n with\n| zero => simp\n| succ n ih => omega\nrfl", "induction n with\n| zero => simp\n| succ n ih => omega"),
        ("constructor\n<;> simp\nrfl", "constructor\n<;> simp"),
        ("nlinarith [a,\nb]\nrfl", "nlinarith [a,\nb]"),
        ("have h : p := by\n  simp\nexact h", "have h : p := by\n  simp"),
        ("-- first\nsimp\nring", "-- first\nsimp"),
        ("simp -- then\nring", "simp -- then"),
        ("· simp\n· ring", "· simp"),
        ("", ""),
    ],
)  # fmt: skip
def test_first_tactic(proof, tactic):
    assert first_tactic(proof) == tactic


@given(st.lists(st.sampled_from(["simp", "\n", "  ", "· ", "(", ")", "| ", "<;> ", "-- x", "⟨", "⟩"])).map("".join))
def test_the_first_tactic_begins_the_proof_and_has_no_other(proof):
    tactic = first_tactic(proof)
    assert proof.startswith(tactic)
    assert first_tactic(tactic) == tactic


def test_grammar_steps_follow_the_goals_shape_and_are_a_distribution():
    found = GrammarSteps().steps(STATEMENT, ["hp : p ∨ q\n⊢ p ∧ q", "⊢ ∀ x, x = x"], "")
    tactics = [tactic for tactic, _ in found]
    assert tactics[:2] == ["constructor", "assumption"] and "intro x" not in tactics and "left" not in tactics
    assert math.fsum(math.exp(logprob) for _, logprob in found) == pytest.approx(1)
    assert len(set(tactics)) == len(tactics)


# --- the real Lean


@pytest.mark.lean
def test_a_real_conjunction_is_found_tactic_by_tactic(lean):
    class Small:
        """Three steps, the useless one first: no closer that would do it all at once."""

        def steps(self, statement, goals, script):
            return [("skip", -0.1), ("constructor", -1.0), ("assumption", -1.0)]

    search = lean.run(best_first(STATEMENT, Small(), lean.pool, SearchSettings(expansions=10)))
    assert search.proof == "constructor\nassumption\nassumption"
    assert search.checked[-1][1].proved
    assert search.expansions == 3 and search.states == 3
    assert lean.check(STATEMENT.signature, search.proof).proved
