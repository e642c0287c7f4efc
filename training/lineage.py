"""Lineage: seed → conjecture → proof → lemma as one graph, and what can be asked of it.

An edge goes from what was there to what came of it, so the graph has no cycle:

    statement → conjecture   prompted       the conjecturer was shown this statement, proved or a target
    lemma     → conjecture   prompted_with  and this lemma
    statement → proof        proved_by      a distinct proof that Lean accepted
    lemma     → proof        used_by        the proof names the lemma, and its checked term contains it

Only what the ledger records is in it. It does not record on which rows a model was trained, nor which of
them made it find a proof: what is said about descent is order in time, never cause.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import networkx as nx

from conjecture.library import invoked
from training.history import is_dualplay, open_ledger
from training.ledger import Ledger
from verify.records import content_id
from verify.statements import BadInput

STATEMENTS = ("seed", "given", "conjecture")


def lineage(ledger: Ledger) -> nx.DiGraph:
    """The graph of a ledger; `kind` of a node is seed, given, conjecture, proof or lemma, `relation` that of an edge.

    Statements (their ids) carry `name`, `signature`, `round`, `proposals` (the samples they prompted) and,
    where there is one, `proved` (the round whose attempt first proved it); conjectures also `pass_rate` once
    tried, and `selected`. Proofs carry `text`, and `round` and `sampler` of their first attempt, or neither
    for one of the library's own. Lemmas carry their `name`. A statement is linked only to a parent that
    was in the ledger before it: those named by the statement, and the seeds of equal proposals of its round.
    """
    graph = nx.DiGraph()
    _add_statements(graph, ledger)
    _add_results(graph, ledger)
    _add_proofs(graph, ledger)
    return graph


def _add_statements(graph: nx.DiGraph, ledger: Ledger) -> None:
    seeds: dict[tuple[int, str], list[str]] = {}
    prompted: Counter[str] = Counter()
    for number in _rounds(ledger):
        proposals = ledger.proposals(number)
        prompted.update(proposal.seed for proposal in proposals)
        for proposal in proposals:
            if proposal.signature:
                key = number, _text(proposal.signature)
                seeds.setdefault(key, []).append(proposal.seed)
    rounds = {s.id: number for number in _rounds(ledger) for s in ledger.statements("conjecture", number)}
    kinds = {s.id: kind for kind in STATEMENTS for s in ledger.statements(kind)}
    for statement in ledger.statements():
        id, number = statement.id, rounds.get(statement.id, 0)
        parents = [*statement.parents, *seeds.get((number, _text(statement.signature)), [])]
        known = [parent for parent in dict.fromkeys(parents) if parent in graph]
        graph.add_node(
            id,
            kind=kinds[id],
            name=statement.name,
            signature=statement.signature,
            round=number,
            proposals=prompted[id],
        )
        graph.add_edges_from(((parent, id) for parent in known), relation="prompted")
        if statement.lemma:
            graph.add_edge(_lemma(graph, statement.lemma), id, relation="prompted_with")


def _add_results(graph: nx.DiGraph, ledger: Ledger) -> None:
    for kind in STATEMENTS:
        nx.set_node_attributes(graph, ledger.solved(kind), "proved")
    for number in _rounds(ledger):
        own = [s.id for s in ledger.statements("conjecture", number)]
        nx.set_node_attributes(graph, dict.fromkeys(own, False), "selected")
        chosen = [row.statement for row in ledger.selections(number) if row.weight > 0]
        nx.set_node_attributes(graph, dict.fromkeys(chosen, True), "selected")
        rates = {t.statement: t.pass_rate for t in ledger.tallies(number, "prover", "conjecture")}
        nx.set_node_attributes(graph, {id: rates[id] for id in own if id in rates}, "pass_rate")


def _add_proofs(graph: nx.DiGraph, ledger: Ledger) -> None:
    made: dict[tuple[str, str], tuple[int, str]] = {}
    for number, sampler in ledger.samplers():
        for attempt in ledger.attempts(number, sampler):
            made.setdefault((attempt.statement_id, attempt.proof), (number, sampler))
    for statement, text, verdict in ledger.proofs():
        proof = f"proof:{content_id(statement, text)}"
        graph.add_node(proof, kind="proof", text=text)
        if (statement, text) in made:
            graph.nodes[proof]["round"], graph.nodes[proof]["sampler"] = made[statement, text]
        graph.add_edge(statement, proof, relation="proved_by")
        for name in invoked(text, verdict.lemmas, verdict.lemmas):
            graph.add_edge(_lemma(graph, name), proof, relation="used_by")


def _lemma(graph: nx.DiGraph, name: str) -> str:
    graph.add_node(f"lemma:{name}", kind="lemma", name=name)
    return f"lemma:{name}"


def _rounds(ledger: Ledger) -> list[int]:
    """Of the proposals and attempts; a statement of no such round counts as there from the beginning."""
    return sorted({number for number, _ in ledger.samplers()})


def _text(signature: str) -> str:
    return " ".join(signature.split())


# Questions


def descent(graph: nx.DiGraph) -> nx.DiGraph:
    """A copy of the statements alone, in the ledger's order, with an edge from each to the conjectures it prompted."""
    found = nx.DiGraph()
    found.add_nodes_from((id, data) for id, data in graph.nodes(data=True) if data["kind"] in STATEMENTS)
    found.add_edges_from((a, b) for a, b, relation in graph.edges(data="relation") if relation == "prompted")
    return found


class Depth(NamedTuple):
    """Conjectures in a chain from a seed or given statement to this statement, itself included."""

    shortest: int
    longest: int


def depths(graph: nx.DiGraph) -> dict[str, Depth]:
    """The depth of every statement: 0 for seeds and given ones; a conjecture no chain leads to is left out."""
    found: dict[str, Depth] = {}
    statements = descent(graph)
    for id in nx.topological_sort(statements):
        above = [found[parent] for parent in statements.predecessors(id) if parent in found]
        if statements.nodes[id]["kind"] != "conjecture":
            found[id] = Depth(0, 0)
        elif above:
            found[id] = Depth(min(d.shortest for d in above) + 1, max(d.longest for d in above) + 1)
    return found


def longest_line(graph: nx.DiGraph) -> list[str]:
    """Ids from a seed or given statement down the longest chain of conjectures; empty without a conjecture of one."""
    found, statements = depths(graph), descent(graph)
    last = max(found, key=lambda id: found[id].longest, default=None)
    line = []
    while last is not None and found[last].longest:
        line.append(last)
        parents = (parent for parent in statements.predecessors(last) if parent in found)
        last = max(parents, key=lambda id: found[id].longest)
    return [last, *reversed(line)] if line and last is not None else []


class Fertility(NamedTuple):
    """What came of a seed or a given statement. `passed` counts its own conjectures, the rest all descendants."""

    statement: str
    proposals: int
    passed: int
    descendants: int
    proved: int
    selected: int


def fertility(graph: nx.DiGraph) -> list[Fertility]:
    """Of every seed and given statement that prompted a proposal or a conjecture, the most descendants first."""
    statements, found = descent(graph), []
    for id, data in statements.nodes(data=True):
        if data["kind"] != "conjecture" and (data["proposals"] or statements.out_degree(id)):
            below = [statements.nodes[child] for child in nx.descendants(statements, id)]
            found.append(
                Fertility(
                    id, data["proposals"], statements.out_degree(id), len(below),
                    sum("proved" in node for node in below), sum(node.get("selected", False) for node in below),
                )
            )  # fmt: skip
    names = statements.nodes(data="name")
    found.sort(key=lambda f: (-f.descendants, -f.proved, -f.selected, -f.proposals, names[f.statement]))
    return found


class LemmaUse(NamedTuple):
    """How often a lemma stands in prompts that gave a conjecture, and in distinct proofs, by name."""

    name: str
    conjectures: int
    proofs: int
    statements: int  # that have such a proof


def lemma_uses(graph: nx.DiGraph) -> list[LemmaUse]:
    """Of every lemma in the graph, that of the most proofs first."""
    found = []
    for id, data in graph.nodes(data=True):
        if data["kind"] == "lemma":
            proofs = _proofs(graph, id)
            proved = {_proved_by(graph, proof) for proof in proofs}
            found.append(LemmaUse(data["name"], graph.out_degree(id) - len(proofs), len(proofs), len(proved)))
    return sorted(found, key=lambda use: (-use.proofs, -use.conjectures, use.name))


def _proved_by(graph: nx.DiGraph, proof: str) -> str:
    return next(id for id in graph.predecessors(proof) if graph.nodes[id]["kind"] != "lemma")


class Inherited(NamedTuple):
    """A given statement, the round that first proved it, and what that round's proofs of it had from conjectures."""

    statement: str
    round: int
    lemmas: tuple[str, ...]
    texts: tuple[str, ...]


def first_on_conjectures(graph: nx.DiGraph) -> list[Inherited]:
    """Given statements whose first proofs use a lemma, or are a text, that proved a conjecture first, by round.

    First: in an earlier round than any proof of a given statement, and in no proof of the library. A model
    that trained after that round may have learnt it there; that it did is not known.
    """
    users: dict[str, list[str]] = {}
    for lemma, proof, relation in graph.edges(data="relation"):
        if relation == "used_by":
            users.setdefault(lemma, []).append(proof)
    texts: dict[str, list[str]] = {}
    for proof, text in graph.nodes(data="text"):
        if text is not None:
            texts.setdefault(text, []).append(proof)
    lemmas_first = {lemma for lemma, proofs in users.items() if _conjectures_first(graph, proofs)}
    texts_first = {text for text, proofs in texts.items() if _conjectures_first(graph, proofs)}
    found = []
    for id, data in graph.nodes(data=True):
        if data["kind"] == "given" and "proved" in data:
            proofs = [p for p in _proofs(graph, id) if graph.nodes[p].get("round") == data["proved"]]
            lemmas = {lemma for proof in proofs for lemma in graph.predecessors(proof) if lemma in lemmas_first}
            same = {graph.nodes[proof]["text"] for proof in proofs} & texts_first
            if lemmas or same:
                names = sorted(graph.nodes[lemma]["name"] for lemma in lemmas)
                found.append(Inherited(id, data["proved"], tuple(names), tuple(sorted(same))))
    return sorted(found, key=lambda item: (item.round, graph.nodes[item.statement]["name"]))


def _proofs(graph: nx.DiGraph, statement: str) -> list[str]:
    """Its proofs; what else comes of a statement are the conjectures that it prompted."""
    return [node for node in graph.successors(statement) if graph.nodes[node]["kind"] == "proof"]


def _conjectures_first(graph: nx.DiGraph, proofs: Iterable[str]) -> bool:
    first = {True: math.inf, False: math.inf}
    for proof in proofs:
        mine = graph.nodes[_proved_by(graph, proof)]["kind"] == "conjecture"
        first[mine] = min(first[mine], graph.nodes[proof].get("round", -1))
    return first[True] < first[False]


# Export


def export(run_directory: Path, path: Path) -> nx.DiGraph:
    """Writes the lineage of a run as GraphML and returns it.

    Raises FileNotFoundError when there is no run, LedgerError when its ledger is none, BadInput where questions were
    played, OSError when `path` cannot be written.
    """
    if is_dualplay(run_directory):
        raise BadInput(f"{run_directory} played questions in words, which have no lineage: theorems and proofs have")
    with open_ledger(run_directory) as ledger:
        graph = lineage(ledger)
    write_graphml(graph, path)
    return graph


def write_graphml(graph: nx.DiGraph, path: Path) -> None:
    """The graph as GraphML, for Gephi, yEd or `networkx.read_graphml`; characters XML cannot hold become U+FFFD.

    Raises OSError when the file cannot be written.
    """
    clean = nx.DiGraph()
    clean.add_nodes_from(
        (_xml(id), {key: _xml(value) for key, value in data.items()}) for id, data in graph.nodes(data=True)
    )
    clean.add_edges_from((_xml(a), _xml(b), data) for a, b, data in graph.edges(data=True))
    nx.write_graphml_xml(clean, path)


def _xml(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return "".join(char if _in_xml(ord(char)) else "\ufffd" for char in value)


def _in_xml(code: int) -> bool:
    return code in (9, 10) or 32 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or code >= 0x10000


# Drawing


class Layer(NamedTuple):
    """One column: the origins, or a round's conjectures. `states` are those of the drawn ones, from the top."""

    label: str
    total: int
    states: list[str]


class Layers(NamedTuple):
    """What is drawn of a lineage: an edge is ((column, place), (column, place))."""

    layers: list[Layer]
    edges: list[tuple[tuple[int, int], tuple[int, int]]]
    rounds: int  # that have conjectures; fewer layers than this + 1 leave some out


def layers(graph: nx.DiGraph, most: int = 48, columns: int = 12) -> Layers:
    """Columns by round, the statements that prompted them first: at most so many dots a column, so many columns.

    Rounds are drawn evenly spaced, the first and last among them; of a round's conjectures every k-th in the
    order selected, proved, not proved, so that the colours keep their shares; of the origins those with
    the most drawn children.
    """
    statements = descent(graph)
    by_round: dict[int, list[str]] = {}
    for id, data in statements.nodes(data=True):
        if data["kind"] == "conjecture":
            by_round.setdefault(data["round"], []).append(id)
    rounds = list(_spaced(sorted(by_round), columns))
    order = {"selected": 0, "proved": 1, "not proved": 2}
    drawn = [list(_spaced(sorted(by_round[n], key=lambda id: order[_state(statements, id)]), most)) for n in rounds]
    shown = {id for column in drawn for id in column}
    children = {
        id: sum(child in shown for child in statements.successors(id))
        for id, kind in statements.nodes(data="kind")
        if kind != "conjecture" and statements.out_degree(id)
    }
    roots = sorted((id for id in children if children[id]), key=lambda id: -children[id])[:most]
    places: dict[str, tuple[int, int]] = {}
    found = []
    for column, (label, total, ids) in enumerate(
        [
            ("seeds, given", len(children), roots),
            *((f"round {n}", len(by_round[n]), ids) for n, ids in zip(rounds, drawn, strict=True)),
        ]
    ):
        ids = sorted(ids, key=lambda id: _height(statements, id, places))
        places |= {id: (column, place) for place, id in enumerate(ids)}
        found.append(Layer(label, total, [_state(statements, id) for id in ids]))
    edges = [(places[a], places[b]) for a, b in statements.edges if a in places and b in places]
    return Layers(found, edges, len(by_round))


def _spaced(items: list, most: int) -> Iterator:
    """At most so many of a list, evenly spaced, its ends among them."""
    if len(items) <= most:
        yield from items
    else:
        yield from (items[round(i * (len(items) - 1) / (most - 1))] for i in range(most))


def _height(statements: nx.DiGraph, id: str, places: dict[str, tuple[int, int]]) -> float:
    """Children stand beside their parents: fewer edges cross. Those without one stand last."""
    above = [places[parent][1] for parent in statements.predecessors(id) if parent in places]
    return sum(above) / len(above) if above else math.inf


def _state(statements: nx.DiGraph, id: str) -> str:
    data = statements.nodes[id]
    if data["kind"] != "conjecture":
        return data["kind"]
    return "selected" if data.get("selected") else "proved" if "proved" in data else "not proved"
