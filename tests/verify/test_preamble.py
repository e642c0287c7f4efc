"""What stands before a benchmark's theorem: which of it matters, and answers written out without change of meaning."""

import pytest

from verify import preamble

PUTNAM = """import Mathlib

open Filter Topology Set

-- Note: an answer in a comment
abbrev putnam_2008_b1_solution : ℕ := sorry
-- 2
/--
What is the maximum number of rational points /- nested -/ that can lie on a circle?
-/

"""


def test_a_file_of_putnambench():
    found = preamble.read(PUTNAM)
    assert found.header == "import Mathlib\n\nopen Filter Topology Set\n\n"
    assert found.docstring == "What is the maximum number of rational points /- nested -/ that can lie on a circle?"
    assert found.declarations == (preamble.Declaration("abbrev", "putnam_2008_b1_solution", "((2) : ℕ)"),)


def test_the_header_of_deepseek_is_kept_as_it_is():
    header = "import Mathlib\nimport Aesop\n\nset_option maxHeartbeats 0\n\nopen BigOperators Real Nat Topology Rat\n\n"
    assert preamble.read(header) == preamble.Preamble(header, "", ())
    assert preamble.read(header + "/-- Show it.-/\n") == preamble.Preamble(header, "Show it.", ())


def test_what_stands_before_a_theorem_with_in_joins_the_header():
    found = preamble.read("import Mathlib\n\nset_option maxRecDepth 2048 in\nopen Nat in\n")
    assert found.header == "import Mathlib\n\nset_option maxRecDepth 2048\nopen Nat\n\n"


@pytest.mark.parametrize(
    ("text", "declared"),
    [
        ("def f : ℕ → ℕ\n| 0 => 1\n| (n + 1) => f n\n", ["`def f`"]),
        ("noncomputable def g (n : ℕ) : ℝ := n\n", ["`def g`"]),
        ("@[simp] private lemma h : 1 = 1 := rfl\n", ["`lemma h`"]),
        ('local notation "limsup" => fun u => u\n', ["`notation`"]),
        ("variable (G : Type*)\nuniverse u\n", ["`variable`", "`universe`"]),
        ("inductive Wins (n : ℕ) : Prop where\n  | win : Wins n\n", ["`inductive Wins`"]),
        ("-- def f := 1\n/- def g := 2\ndef h := 3 -/\n", []),
        ("noncomputable section\nsection\nend\n", []),
        ("instance : Inhabited ℕ := ⟨0⟩\n", ["`instance`"]),
    ],
)
def test_declarations_are_found_and_comments_are_not(text, declared):
    assert [str(d) for d in preamble.read(text).declarations] == declared


def test_only_what_a_statement_names_or_what_has_no_name_is_needed():
    declarations = preamble.read(
        "def f := 1\ndef Subgroup.relindex := 2\nvariable (n : ℕ)\nlemma l : True := trivial\n"
    ).declarations
    assert [d.name for d in preamble.needed("(H : G) : H.relindex K = n", declarations)] == ["Subgroup.relindex", ""]
    assert [d.name for d in preamble.needed(": f = 1", declarations)] == ["f", ""]


@pytest.mark.parametrize(
    ("abbrev", "signature", "written"),
    [
        ("abbrev s : ℕ := sorry\n-- 2", ": f s = 1", ": f ((2) : ℕ) = 1"),
        ("abbrev s : Set ℂ := sorry\n-- {z | z = 1}\n-- and no more", "", None),
        ("noncomputable abbrev s : ℝ := sorry\n-- π / 2", ": x = s.sqrt ∧ s' = s", ": x = ((π / 2) : ℝ).sqrt ∧ s' = ((π / 2) : ℝ)"),
        ("abbrev s : ℕ → ℕ := sorry\n-- fun n => n + 1", "(n : ℕ) : s n = n", "(n : ℕ) : ((fun n => n + 1) : ℕ → ℕ) n = n"),
        ("abbrev s : Set ℝ := Icc 0 1", "(f : s → s) : True", "(f : ((Icc 0 1) : Set ℝ) → ((Icc 0 1) : Set ℝ)) : True"),
    ],
)  # fmt: skip
def test_an_answer_is_written_out(abbrev, signature, written):
    declarations = preamble.read(abbrev).declarations
    if written is None:
        assert declarations[0].value == "(({z | z = 1} and no more) : Set ℂ)"  # Lean will not have it
    else:
        assert preamble.written_out(signature, declarations) == written


@pytest.mark.parametrize(
    ("abbrev", "signature", "reason"),
    [
        ("abbrev s : ℕ := sorry", ": s = 1", "needs `abbrev s` of its file"),
        ("abbrev s (n : ℕ) : ℕ := n", ": s 1 = 1", "needs `abbrev s` of its file"),
        ("def s : ℕ := 1", ": s = 1", "needs `def s` of its file"),
        ("abbrev s : ℝ := sorry\n-- c", "(c : ℝ) : s = c", "would mean something else"),
        ("abbrev s : ℝ := sorry\n-- c", ": ∀ c, s = c", "would mean something else"),
        ("abbrev s : ℝ := sorry\n-- c", ": {c | c = s} = ∅", "would mean something else"),
        ("abbrev s : ℝ := sorry\n-- (c : ℝ)", ": ∃ᶠ x, let ⟨b, c⟩ := x; s = c", "would mean something else"),
        ("abbrev t : ℝ := sorry\n-- 1\nabbrev s : ℝ := sorry\n-- t + 1", ": s = t", "would mean something else"),
    ],
)
def test_what_cannot_be_written_out_is_told(abbrev, signature, reason):
    with pytest.raises(ValueError, match=reason):
        preamble.written_out(signature, preamble.read(abbrev).declarations)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("fun (a : ℕ) b => ∃ x y, {z | ∀ n ∈ s, (k : ℕ) = n}", "a b n x y z"),
        ("{(x, y) : ℤ × ℤ | x = y}", "x y"),
        ("{a, b}", ""),
        ("∑ i in range n, f i", "i"),
        ("let ⟨a, b⟩ := p; a = b", "a b"),
        ("(c + 1) * Real.pi", ""),
    ],
)
def test_names_that_a_term_binds(text, names):
    assert sorted(preamble.bound(text)) == names.split()


def test_a_signature_also_binds_by_brackets():
    signature = "{G : Type*} [inst : Group G] (a b : line[ℝ, P, Q]) : a = b"
    assert preamble.bound(signature, brackets=True) == {"G", "inst", "a", "b"}


def test_opened_namespaces():
    header = "import Mathlib\n/- open Gone -/\nopen Real Nat -- open Lost\nopen scoped BigOperators Nat\n"
    assert preamble.opened(header) == ("Real", "Nat", "BigOperators")
    assert preamble.opens(header).split() == "open Real Nat open scoped BigOperators Nat".split()
