"""A lineage made by hand: who came from whom, what proofs took from where, and the way out and back."""

import random

import networkx as nx
import pytest

from training import plots
from training.ledger import Ledger, Proposal
from training.lineage import (
    Depth,
    Fertility,
    Inherited,
    LemmaUse,
    depths,
    descent,
    export,
    fertility,
    first_on_conjectures,
    layers,
    lemma_uses,
    lineage,
    longest_line,
    write_graphml,
)
from verify.records import Attempt, Outcome, Statement, Verdict
from verify.statements import BadInput


def statement(name, parents=(), lemma=""):
    return Statement(name, f": {name} = {name}", parents=tuple(p.id for p in parents), lemma=lemma)


SEED, BARREN = statement("seed"), statement("barren")
GIVEN, LATE, LATER, OPEN = (statement(name) for name in ("given", "late", "later", "open"))
CHILD = statement("child", [SEED], "mul_pos")
OTHER = statement("other", [GIVEN])
GRANDCHILD = statement("grandchild", [CHILD], "mul_pos")
ORPHAN = Statement("orphan", ": 0 = 0", parents=("unknown",))


def prove(ledger, statement, round, text, *lemmas, sampler="prover", samples=1):
    ledger.add_attempts(Attempt(statement.id, text, round, i, sampler) for i in range(samples))
    library(ledger, statement, text, *lemmas)


def library(ledger, statement, text, *lemmas):
    ledger.add_verdicts([("proof", statement.id, text, Verdict(Outcome.PROVED, "", "core", lemmas=lemmas))])


def propose(ledger, round, *pairs):
    ledger.add_proposals(Proposal(round, i, 0, seed.id, s.lemma, s.signature, 5) for i, (seed, s) in enumerate(pairs))


@pytest.fixture
def ledger(tmp_path):
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        ledger.add_statements("given", 0, [GIVEN, LATE, LATER, OPEN])
        ledger.add_statements("seed", 0, [SEED, BARREN])
        library(ledger, SEED, "exact sq_nonneg a", "sq_nonneg")
        prove(ledger, GIVEN, 0, "simp")

        propose(ledger, 1, (SEED, CHILD), (GIVEN, OTHER), (BARREN, ORPHAN))
        ledger.add_statements("conjecture", 1, [CHILD, OTHER, ORPHAN])
        prove(ledger, CHILD, 1, "exact mul_pos ha hb", "mul_pos", "And.intro")
        ledger.add_attempts(Attempt(CHILD.id, "rfl", 1, i, "prover") for i in range(1, 8))
        ledger.add_verdicts([("proof", CHILD.id, "rfl", Verdict(Outcome.FAILED, "", "core"))])
        prove(ledger, OTHER, 1, "ring", samples=8)
        ledger.add_selections(
            1, [(CHILD.id, 1 / 8, 8, 1.0, 1.0, "selected"), (OTHER.id, 1.0, 8, None, 0.0, "too easy")]
        )

        # GRANDCHILD was proposed from CHILD and, word for word, from SEED.
        propose(ledger, 2, (CHILD, GRANDCHILD), (SEED, GRANDCHILD))
        ledger.add_statements("conjecture", 2, [GRANDCHILD])
        prove(ledger, LATE, 2, "nlinarith [mul_pos ha hb, sq_nonneg a]", "mul_pos", "sq_nonneg")
        prove(ledger, LATER, 3, "exact mul_pos ha hb", "mul_pos", sampler="final")
        yield ledger


def test_depths_are_those_of_the_shortest_and_the_longest_chain(ledger):
    found = depths(lineage(ledger))
    assert found == {
        **dict.fromkeys((s.id for s in (GIVEN, LATE, LATER, OPEN, SEED, BARREN)), Depth(0, 0)),
        CHILD.id: Depth(1, 1),
        OTHER.id: Depth(1, 1),
        GRANDCHILD.id: Depth(1, 2),
        ORPHAN.id: Depth(1, 1),  # by its proposal
    }


def test_the_longest_line(ledger):
    assert longest_line(lineage(ledger)) == [SEED.id, CHILD.id, GRANDCHILD.id]
    assert longest_line(nx.DiGraph()) == []


def test_a_conjecture_whose_origin_is_not_recorded_has_no_depth(tmp_path):
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        ledger.add_statements("given", 0, [GIVEN])
        ledger.add_statements("conjecture", 1, [ORPHAN, statement("below", [ORPHAN])])
        graph = lineage(ledger)
    assert depths(graph) == {GIVEN.id: Depth(0, 0)}
    assert longest_line(graph) == []


def test_only_what_was_there_before_is_a_parent(tmp_path):
    own = statement("own")
    mine = Statement("own", own.signature, parents=(own.id, GIVEN.id, SEED.id))
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        ledger.add_statements("given", 0, [GIVEN])
        propose(ledger, 1, (own, own))
        ledger.add_statements("conjecture", 1, [mine])
        ledger.add_statements("seed", 0, [SEED])
        propose(ledger, 2, (SEED, own))  # proposed once more, later: it was there
        assert set(lineage(ledger).edges) == {(GIVEN.id, own.id)}


def test_the_graph_says_what_the_ledger_knows(ledger):
    graph = lineage(ledger)
    assert nx.is_directed_acyclic_graph(graph)
    assert graph.nodes[CHILD.id] == {
        "kind": "conjecture", "name": "child", "signature": CHILD.signature, "round": 1, "proposals": 1, "proved": 1,
        "selected": True, "pass_rate": 1 / 8,
    }  # fmt: skip
    assert graph.nodes[OTHER.id]["selected"] is False and graph.nodes[OTHER.id]["pass_rate"] == 1
    assert "proved" not in graph.nodes[ORPHAN.id] and "pass_rate" not in graph.nodes[ORPHAN.id]
    assert graph.nodes[LATE.id]["proved"] == 2 and graph.nodes[SEED.id]["proposals"] == 2
    proofs = {
        data["text"]: data for id, data in graph.nodes(data=True) if data["kind"] == "proof" and id in graph[LATER.id]
    }
    assert proofs == {
        "exact mul_pos ha hb": {
            "kind": "proof",
            "text": "exact mul_pos ha hb",
            "round": 3,
            "sampler": "final",
        }
    }
    [own] = graph[SEED.id].keys() - descent(graph).nodes
    assert "round" not in graph.nodes[own], "a proof of the library's has no attempt"
    assert graph.edges["lemma:mul_pos", CHILD.id]["relation"] == "prompted_with"
    assert graph.edges["lemma:sq_nonneg", own]["relation"] == "used_by"
    assert graph.edges[SEED.id, own]["relation"] == "proved_by"
    assert "lemma:And.intro" not in graph, "the proof does not name it"


def test_a_proof_found_twice_is_one_and_of_the_first_round(ledger):
    before = lineage(ledger)
    prove(ledger, CHILD, 3, "exact mul_pos ha hb", "mul_pos")
    assert dict(lineage(ledger).nodes(data=True)) == dict(before.nodes(data=True))


def test_a_failed_attempt_is_no_proof(ledger):
    assert "rfl" not in dict(lineage(ledger).nodes(data="text")).values()


def test_fertile_seeds(ledger):
    assert fertility(lineage(ledger)) == [
        Fertility(SEED.id, proposals=2, passed=2, descendants=2, proved=1, selected=1),
        Fertility(GIVEN.id, proposals=1, passed=1, descendants=1, proved=1, selected=0),
        Fertility(BARREN.id, proposals=1, passed=1, descendants=1, proved=0, selected=0),
    ]


def test_lemma_uses(ledger):
    assert lemma_uses(lineage(ledger)) == [
        LemmaUse("mul_pos", conjectures=2, proofs=3, statements=3),
        LemmaUse("sq_nonneg", conjectures=0, proofs=2, statements=2),
    ]


def test_what_given_statements_had_from_conjectures(ledger):
    """CHILD used mul_pos in round 1, before any given statement; sq_nonneg is the library's."""
    text = "exact mul_pos ha hb"
    assert first_on_conjectures(lineage(ledger)) == [
        Inherited(LATE.id, 2, ("mul_pos",), ()),
        Inherited(LATER.id, 3, ("mul_pos",), (text,)),
    ]
    prove(ledger, OPEN, 1, "apply mul_pos", "mul_pos")  # in the same round: now neither was first
    assert first_on_conjectures(lineage(ledger)) == [Inherited(LATER.id, 3, (), (text,))]
    library(ledger, BARREN, text, "mul_pos")
    assert first_on_conjectures(lineage(ledger)) == []


def test_only_the_first_proofs_of_a_given_statement_count(ledger):
    prove(ledger, GIVEN, 2, "exact mul_pos ha hb", "mul_pos")
    assert GIVEN.id not in {item.statement for item in first_on_conjectures(lineage(ledger))}


def test_graphml_leads_out_and_back(ledger, tmp_path):
    graph = lineage(ledger)
    write_graphml(graph, tmp_path / "lineage.graphml")
    back = nx.read_graphml(tmp_path / "lineage.graphml")
    assert dict(back.nodes(data=True)) == dict(graph.nodes(data=True))
    assert {edge[:2]: edge[2] for edge in back.edges(data=True)} == dict(graph.edges)
    assert depths(back) == depths(graph) and fertility(back) == fertility(graph)
    assert first_on_conjectures(back) == first_on_conjectures(graph)


def test_a_run_is_exported(ledger, tmp_path):
    out = tmp_path / "out.graphml"
    graph = export(tmp_path, out)
    assert set(nx.read_graphml(out)) == set(graph) == set(lineage(ledger))
    with pytest.raises(FileNotFoundError, match="no run in"):
        export(tmp_path / "nowhere", out)


def test_graphml_holds_only_what_xml_can(ledger, tmp_path):
    prove(ledger, OPEN, 2, "exact \x00\x1b[31m <h> & \uffff", "mul_pos")
    write_graphml(lineage(ledger), tmp_path / "lineage.graphml")
    back = nx.read_graphml(tmp_path / "lineage.graphml")
    assert "exact \ufffd\ufffd[31m <h> & \ufffd" in dict(back.nodes(data="text")).values()


def test_the_drawing_of_a_few_shows_all(ledger):
    drawing = layers(lineage(ledger))
    assert [(layer.label, layer.total, len(layer.states)) for layer in drawing.layers] == [
        ("seeds, given", 3, 3), ("round 1", 3, 3), ("round 2", 1, 1),
    ]  # fmt: skip
    assert sorted(drawing.layers[0].states) == ["given", "seed", "seed"]
    assert sorted(drawing.layers[1].states) == ["not proved", "proved", "selected"]
    ends = [(drawing.layers[a].states[i], b, drawing.layers[b].states[j]) for (a, i), (b, j) in drawing.edges]
    assert sorted(ends) == [
        ("given", 1, "proved"), ("seed", 1, "not proved"), ("seed", 1, "selected"), ("seed", 2, "not proved"),
        ("selected", 2, "not proved"),
    ]  # fmt: skip
    svg = plots.layered("lineage", "Lineage", drawing)
    assert svg.startswith("<svg") and "round 1: 3; round 2: 1." in svg


def test_the_drawing_of_many_keeps_the_shares_and_says_what_it_leaves_out():
    graph = many(rounds=30, each=400)
    drawing = layers(graph, most=40, columns=12)
    assert len(drawing.layers) == 13 and drawing.rounds == 30
    assert drawing.layers[1].label == "round 1" and drawing.layers[-1].label == "round 30"
    for layer in drawing.layers[1:]:
        assert layer.total == 400 and len(layer.states) == 40
        assert abs(layer.states.count("selected") - 4) <= 1 and abs(layer.states.count("proved") - 10) <= 1
    assert len(drawing.layers[0].states) <= 40 and drawing.layers[0].total > 150
    assert all(a < b and i < 40 and j < 40 for (a, i), (b, j) in drawing.edges) and drawing.edges
    svg = plots.layered("lineage", "Lineage", drawing)
    assert "round 30: 40 of 400." in svg and len(svg) < 600_000


def many(rounds, each):
    """Of every 400 conjectures 40 are selected and 100 others proved; each is prompted by one of 200 seeds."""
    draw, graph = random.Random(0), nx.DiGraph()
    for i in range(200):
        graph.add_node(f"s{i}", kind="seed", round=0, name=f"s{i}", signature=": True", proposals=1)
    for number in range(1, rounds + 1):
        for i, rank in enumerate(draw.sample(range(each), each)):
            facts = {"proved": number} if rank < 0.35 * each else {}
            graph.add_node(
                f"{number}.{i}", kind="conjecture", round=number, name="c", signature=": True", proposals=0,
                selected=rank < 0.1 * each, **facts,
            )  # fmt: skip
            graph.add_edge(f"s{draw.randrange(200)}", f"{number}.{i}", relation="prompted")
    return graph


def test_the_statements_keep_the_order_of_the_ledger(ledger):
    """A networkx subgraph would give them in the order of a set: another one in every process."""
    for i in range(40):
        library(ledger, SEED, f"exact sq_nonneg {i}", "sq_nonneg")
    assert list(descent(lineage(ledger))) == [s.id for s in ledger.statements()]


def test_questions_in_words_have_no_lineage(tmp_path):
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        ledger.note("recipe", "pasodoble")
    with pytest.raises(BadInput, match="played questions in words"):
        export(tmp_path, tmp_path / "lineage.graphml")
    assert not (tmp_path / "lineage.graphml").exists()


def test_a_target_that_is_proved_while_it_prompts(tmp_path):
    """With SGS a statement prompts conjectures before it is proved: in the very round of its proof, too."""
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        ledger.add_statements("given", 0, [GIVEN])
        propose(ledger, 1, (GIVEN, CHILD))
        ledger.add_statements("conjecture", 1, [CHILD])
        prove(ledger, GIVEN, 1, "simp")
        prove(ledger, CHILD, 1, "simp")
        graph = lineage(ledger)
    assert graph.nodes[GIVEN.id]["proved"] == graph.nodes[CHILD.id]["round"] == 1
    assert first_on_conjectures(graph) == []
