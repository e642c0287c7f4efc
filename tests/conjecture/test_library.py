"""The library as it lies in the repository: enough of it, readable, and none of it twice."""

import json
import re

import pytest

from conjecture.library import Theorem, core_lemmas, renamed, seed_theorems
from verify.policy import refuse, tokens
from verify.records import Statement
from verify.statements import read_statements
from verify.toolchain import PROJECT

SEEDS = seed_theorems()
BUNDLED = PROJECT / "statements.jsonl"


def test_the_seeds_are_many_and_all_different():
    assert len(SEEDS) >= 200
    assert len({t.statement.name for t in SEEDS}) == len(SEEDS)
    chapters = {t.chapter for t in SEEDS}
    assert len(chapters) >= 6
    assert chapters == {path.stem for path in (PROJECT / "Seeds").glob("*.lean")}
    assert sum(len(re.findall("(?m)^theorem ", p.read_text())) for p in (PROJECT / "Seeds").glob("*.lean")) == len(
        SEEDS
    )
    assert len({t.statement.id for t in SEEDS}) >= len(SEEDS) - 3


@pytest.mark.parametrize("theorem", SEEDS, ids=lambda t: t.statement.name)
def test_a_seed_is_a_statement_with_a_proof(theorem):
    statement = theorem.statement
    assert Statement.parse(statement.text).signature == statement.signature
    assert ":" in statement.signature
    assert ":=" not in statement.signature
    assert theorem.proof.strip() == theorem.proof != ""
    assert refuse(statement.text.removeprefix("theorem ")) is None
    assert refuse(theorem.proof) is None
    assert statement.tags == (theorem.chapter,)


def test_the_bundled_statements_are_many_and_none_is_a_seed():
    reading = read_statements(str(BUNDLED))
    assert len(reading.statements) >= 300
    assert not reading.rejected
    ids = {s.id for s in reading.statements}
    assert len(ids) == len(reading.statements)
    assert not ids & {t.statement.id for t in SEEDS}
    assert len({s.name for s in reading.statements}) == len(reading.statements)
    for statement in reading.statements:
        assert refuse(statement.text.removeprefix("theorem ")) is None
        assert "sorry" not in statement.signature
    rows = [json.loads(line) for line in BUNDLED.read_text().splitlines()]
    assert [row["name"] for row in rows] == [s.name for s in reading.statements]


def test_the_core_lemmas():
    lemmas = core_lemmas()
    assert len(lemmas) >= 100
    assert {"sq_nonneg", "mul_pos"} <= set(lemmas)
    for name, signature in lemmas.items():
        assert ":" in signature, name
        assert "\n" not in signature


def letters(text: str) -> list[str]:
    """The tokens, with the place of each: what a renaming may change is only their first part."""
    return [token for _, token in tokens(text)]


@pytest.mark.parametrize("alphabet", range(3))
def test_a_renaming_keeps_the_structure(alphabet):
    made = 0
    for theorem in SEEDS:
        other = renamed(theorem, alphabet)
        if other is None:
            continue
        made += 1
        assert other.statement.id != theorem.statement.id
        assert other.statement.parents == (theorem.statement.id,)
        assert (other.chapter, other.statement.tags) == (theorem.chapter, theorem.statement.tags)
        mapping: dict[str, str] = {}
        for before, after in ((theorem.statement.signature, other.statement.signature), (theorem.proof, other.proof)):
            old, new = letters(before), letters(after)
            assert len(old) == len(new)
            for a, b in zip(old, new, strict=True):
                head, _, rest = a.partition(".")
                changed, _, same = b.partition(".")
                assert mapping.setdefault(head, changed) == changed, (theorem.statement.name, a, b)
                assert rest == same
        for old, new in mapping.items():
            assert old == new or (len(old) == len(new) == 1 and old.isalpha()), "a lemma or hypothesis is renamed"
        assert len(set(mapping.values())) == len(mapping), "two names have become one"
        back = {new: old for old, new in mapping.items()}
        assert put_back(other.statement.signature, back) == theorem.statement.signature
        assert put_back(other.proof, back) == theorem.proof
        assert Statement("x", put_back(other.statement.signature, back)).id == theorem.statement.id
    assert made >= 100


def put_back(text: str, mapping: dict[str, str]) -> str:
    pieces, end = [], 0
    for position, token in tokens(text):
        head = token.partition(".")[0]
        pieces += [text[end:position], mapping[head], token[len(head) :]]
        end = position + len(token)
    return "".join(pieces) + text[end:]


def test_a_renaming_that_changes_nothing_is_none():
    assert renamed(Theorem(Statement("t", ": 1 = 1"), "rfl", "c"), 0) is None
    assert renamed(Theorem(Statement("t", "(hab : p) : p"), "exact hab", "c"), 0) is None


def test_a_renaming_takes_no_name_that_is_in_use():
    theorem = Theorem(
        Statement("t", "(a b : ℕ) (hab : a = b) : f x y a = f x y b"), "intro z; exact sq_a a.b hab ▸ a", "c"
    )
    other = renamed(theorem, 0)
    assert other.statement.signature == "(w u : ℕ) (hab : w = u) : f x y w = f x y u"
    assert other.proof == "intro z; exact sq_a w.b hab ▸ w"


@pytest.mark.lean
@pytest.mark.timeout(600)
def test_lean_proves_the_seed_theorems_and_reads_the_bundled_statements(lean):
    """Every third one; `antiphon lean install --judge` judges all, and says how many are proved."""
    bundled = read_statements(str(BUNDLED)).statements
    asked = [(t.statement, t.proof) for t in SEEDS[::3]] + [(statement, None) for statement in bundled[::3]]
    verdicts = lean.check_all(asked)
    assert not [
        (s.name, v.outcome, v.reason) for (s, proof), v in zip(asked, verdicts, strict=True) if proof and not v.proved
    ]
    assert not [
        (s.name, v.reason)
        for (s, proof), v in zip(asked, verdicts, strict=True)
        if not proof and v.outcome != "elaborates"
    ]
