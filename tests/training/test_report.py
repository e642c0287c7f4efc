"""The report: told from the ledger alone, whole at any stage of a run, safe to open, the same each time."""

import html
import re
from html.parser import HTMLParser

import pytest
from rich.console import Console

import antiphon
from training.history import read_run
from training.ledger import Ledger, LedgerError, Proposal
from training.metrics import Metrics
from training.report import samples, summary, write_report
from verify.records import Attempt, Message, Outcome, Statement, Verdict

SEED = Statement("seed_lt", "(a b : ℕ) (h : a < b) : a ≤ b", source="seeds")
EASY = Statement("easy", "(a : ℕ) (h : a < 2 ∧ 0 < a) : a = 1 & True", source="given", split="valid")
HARD = Statement("hard", "(x : ℝ) (h : x < 1) : x ^ 2 ≤ 1", source="given")
LATE = Statement("late", ": ∃ n : ℕ, n * n = 49", source="given")
OUTSIDE = Statement("outside", "(s : Finset ℕ) : s ⊆ s", source="given")
CHILD = Statement("child", "(a b : ℕ) (h : a < b) : a ≤ b + 1", parents=(SEED.id,), lemma="Nat.le_succ")
RENAMED = Statement("renamed", "(c d : ℕ) (h : c < d) : c ≤ d", parents=(SEED.id,))
GRANDCHILD = Statement("grandchild", "(a b : ℕ) (h : a < b) : a ≤ b + 2", parents=(CHILD.id,))
MESSAGE = "unsolved goals\n⊢ x ^ 2 ≤ 1 & <script>alert(1)</script>"


def verdict(outcome: Outcome, reason: str = "", **fields) -> Verdict:
    return Verdict(outcome, reason, "core", **fields)


def attempt(ledger, statement, round, proofs, sampler="prover"):
    """`proofs`: (text, outcome) of each sample."""
    ledger.add_attempts(Attempt(statement.id, p, round, i, sampler) for i, (p, _) in enumerate(proofs))
    said = (Message("error", 1, 2, MESSAGE),)
    ledger.add_verdicts(
        ("proof", statement.id, proof, verdict(outcome, messages=said if outcome is Outcome.FAILED else (),
                                               lemmas=("Nat.le_of_lt",), heartbeats=1234))
        for proof, outcome in proofs
    )  # fmt: skip


PROVED, FAILED = Outcome.PROVED, Outcome.FAILED


def cold_start(ledger):
    ledger.add_statements("seed", 0, [SEED])
    ledger.add_statements("given", 0, [EASY, HARD, LATE, OUTSIDE])
    ledger.add_verdicts(
        ("statement", s.id, "", verdict(Outcome.ELABORATES, canonical=s.name)) for s in (SEED, EASY, HARD, LATE)
    )
    reason = "the statement does not elaborate: unknown identifier 'Finset'"
    ledger.add_verdicts([("statement", OUTSIDE.id, "", verdict(Outcome.OUT_OF_PROFILE, reason))])
    attempt(ledger, EASY, 0, [("omega", PROVED), ("simp <;> omega", PROVED), ("simp", FAILED), ("simp", FAILED)])
    attempt(ledger, HARD, 0, [("nlinarith", FAILED), ("sorry", Outcome.REFUSED)])


def propose(ledger, round, statements):
    stopped = Proposal(round, 9, 0, SEED.id, "", None, 4)
    proposals = [Proposal(round, i, 0, s.parents[0], s.lemma, s.signature, 9) for i, s in enumerate(statements)]
    ledger.add_proposals([*proposals, stopped])
    ledger.add_statements("conjecture", round, statements)
    passed = [(p, "passed", s.id) for p, s in zip(proposals, statements, strict=True)]
    ledger.add_gates(round, [*passed, (stopped, "malformed", None)])


def self_play(ledger):
    propose(ledger, 1, [CHILD, RENAMED])
    ledger.add_verdicts([("statement", RENAMED.id, "", verdict(Outcome.ELABORATES, canonical=SEED.name))])
    attempt(ledger, CHILD, 1, [("omega", PROVED), *[("simp", FAILED)] * 7])
    attempt(ledger, RENAMED, 1, [("omega", PROVED)] * 8)
    attempt(ledger, HARD, 1, [("positivity", FAILED)])
    ledger.add_selections(1, [(RENAMED.id, 1.0, 8, None, 0.0, "too_easy"), (CHILD.id, 0.125, 8, 0.3, 1.5, "selected")])
    propose(ledger, 2, [GRANDCHILD])
    attempt(ledger, GRANDCHILD, 2, [("simp", FAILED)] * 8)
    attempt(ledger, HARD, 2, [("nlinarith [h]", FAILED)])


def evaluate(ledger):
    attempt(ledger, LATE, 3, [("exact ⟨7, rfl⟩", PROVED)], sampler="final")
    attempt(ledger, EASY, 3, [("omega", PROVED)], sampler="final")


@pytest.fixture
def run(tmp_path):
    directory = tmp_path / "a <b> run"
    directory.mkdir()
    with Ledger(directory / "ledger.sqlite") as ledger:
        cold_start(ledger)
        self_play(ledger)
        evaluate(ledger)
    with Metrics(directory / "metrics.jsonl") as log:
        for round in range(4):
            log.log(
                {
                    "round": round,
                    "time/sample": 61.0,
                    "time/verify": 9.5,
                    "time/round": 75.0,
                    "train/loss": 0.5,
                }
            )
    (directory / "config.yaml").write_text("recipe: stp\nsampling: {samples: 8, stop: [a, b]}\nnote: 'K < 9'\n")
    return directory


class Balance(HTMLParser):
    """Every opened tag is closed in its turn, ids are unique, and links lead somewhere on the page."""

    VOID = frozenset({"meta", "link", "br", "hr", "img", "input"})

    def __init__(self):
        super().__init__()
        self.open, self.ids, self.targets, self.tags, self.text = [], [], [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag not in self.VOID:
            self.open.append(tag)
        for key, value in attrs:
            if key == "id":
                self.ids.append(value)
            elif key in ("href", "src"):
                self.targets.append(value)
            elif key == "aria-labelledby":
                self.targets += [f"#{id}" for id in value.split()]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def check(page: str) -> Balance:
    parser = Balance()
    parser.feed(page)
    parser.close()
    assert parser.open == []
    assert len(parser.ids) == len(set(parser.ids))
    assert {target.removeprefix("#") for target in parser.targets} <= set(parser.ids)
    assert not {"script", "link", "iframe", "img", "object"} & set(parser.tags)
    assert not re.search(r"https?://|@import|url\((?!#)|xmlns", page)
    return parser


def tiles(page: str) -> dict[str, str]:
    return dict(re.findall(r"<div><dt>(.*?)</dt><dd>(.*?)</dd></div>", page))


def test_the_page_is_well_formed_and_fetches_nothing(run):
    path = write_report(run)
    assert path == run / "report.html" and not list(run.glob("*.part"))
    parser = check(path.read_text())
    assert parser.tags.count("svg") == 6 == parser.tags.count("title") - 1


def test_everything_is_escaped(run):
    page = write_report(run).read_text()
    text = "".join(check(page).text)
    assert "<h1>a &lt;b&gt; run</h1>" in page and "K &lt; 9" in page
    for statement in (EASY, HARD, CHILD):
        assert html.escape(statement.signature, quote=False) in page
        assert statement.signature in text
    assert MESSAGE in text and "<script" not in page
    assert "simp &lt;;&gt; omega" in page


def test_the_headline_numbers(run):
    assert tiles(write_report(run).read_text()) == {
        "statements given": "4",
        "in profile": "3",
        "out of profile": "1",
        "solved by the cold-start model": "1",
        "solved in all rounds together": "1",
        "solved by the final model alone": "2",
        "conjectures proposed": "5",
        "passed the gates": "3",
        "proved": "2",
        "selected to learn from": "1",
        "proved by a model that had not trained on them": "1",
    }


def test_a_renamed_seed_or_a_later_proof_is_no_unseen_conjecture(run):
    with Ledger(run / "ledger.sqlite") as ledger:
        assert read_run(run, ledger).unseen() == [CHILD.id]
        attempt(ledger, GRANDCHILD, 3, [("omega", PROVED)])
        assert read_run(run, ledger).unseen() == [CHILD.id]


def test_it_is_said_when_newness_rests_on_text_alone(run):
    with Ledger(run / "ledger.sqlite") as ledger:
        assert read_run(run, ledger).uncompared() == 1  # OUTSIDE does not elaborate
        ledger.add_statements("seed", 0, [Statement("unchecked", ": 2 = 2")])
    assert "by its text alone against 2 seeds" in write_report(run).read_text()


def test_conjectures_are_listed_with_the_selected_first(run):
    page = write_report(run).read_text()
    section = page[page.index('<section id="conjectures">') : page.index('<section id="proofs">')]
    child, renamed = section.index("<b>child</b>"), section.index("<b>renamed</b>")
    assert child < renamed < section.index("<b>grandchild</b>")
    assert "1 of 8</span> attempts prove it · selected, weight 1.5" in section
    assert "<code>Nat.le_succ</code>" in section and "too easy" in section


def test_proofs_failures_and_unsolved_statements_stand_where_they_belong(run):
    page = write_report(run).read_text()
    sections = dict(re.findall(r'<section id="(\w+)">(.*?)</section>', page, re.DOTALL))
    assert "theorem easy" in sections["proofs"] and "1,234 thousand heartbeats · profile core" in sections["proofs"]
    assert "round 0 · 2 proofs" in sections["proofs"] and "only the final model" in sections["proofs"]
    assert "1:2 error: unsolved goals" in sections["failures"] and "refused" in sections["failures"]
    assert "<b>hard</b>" in sections["unsolved"]
    assert "<b>easy</b>" not in sections["unsolved"] and "<b>outside</b>" not in sections["unsolved"]
    assert "2 generations" in sections["lineage"]
    assert "sampling.stop" in sections["configuration"] and "a, b" in sections["configuration"]
    assert "unknown identifier &#39;Finset&#39;" in page


def test_written_twice_the_page_is_the_same(run):
    first = write_report(run).read_bytes()
    assert write_report(run).read_bytes() == first


def test_reading_changes_nothing_in_the_ledger(run):
    with Ledger(run / "ledger.sqlite") as ledger:
        before = ledger.fingerprint()
        write_report(run)
        assert ledger.fingerprint() == before


@pytest.mark.parametrize(
    "stages", [[], [cold_start], [self_play], [cold_start, self_play], [cold_start, evaluate], [evaluate]]
)
def test_a_run_on_its_way_has_a_report(tmp_path, stages):
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        for stage in stages:
            stage(ledger)
    check(write_report(tmp_path).read_text())
    summary(tmp_path)


def test_work_in_flight_has_a_report(tmp_path):
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        ledger.add_statements("given", 0, [EASY])
        ledger.add_attempts([Attempt(EASY.id, "omega", 0, 0, "prover"), Attempt("gone", "omega", 0, 0, "prover")])
        propose(ledger, 1, [CHILD])
    page = write_report(tmp_path).read_text()
    check(page)
    assert tiles(page)["not checked yet"] == "1" and "not attempted" in page
    assert list(samples(tmp_path)) == [f"{EASY.text} := by\n  omega\n  pending\n"]


def test_torn_metrics_and_a_broken_configuration_do_not_stop_it(run):
    (run / "metrics.jsonl").write_text('{"round": 0, "time/sa')
    (run / "config.yaml").write_text("recipe: [stp")
    page = write_report(run).read_text()
    check(page)
    assert "recipe: [stp" in page


def test_control_characters_do_not_reach_the_page(run):
    with Ledger(run / "ledger.sqlite") as ledger:
        attempt(ledger, HARD, 2, [("exact \x00\x1b[31m h", FAILED)], sampler="other")
    page = write_report(run).read_text()
    check(page)
    assert "\x00" not in page and "\x1b" not in page and "exact \ufffd\ufffd[31m h" in page


def test_no_run_is_said_in_one_line(tmp_path):
    for ask in (write_report, summary, lambda path: list(samples(path, 0))):
        with pytest.raises(FileNotFoundError, match=r"no run in .*nowhere") as raised:
            ask(tmp_path / "nowhere")
        assert "\n" not in str(raised.value)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "ledger.sqlite").write_text("something else, long enough to be looked at " * 40)
    with pytest.raises(LedgerError):
        write_report(tmp_path)


def test_the_summary_fits_a_terminal(run):
    console = Console(width=80, record=True, file=open("/dev/null", "w"))  # noqa: SIM115
    console.print(summary(run))
    lines = [line.split() for line in console.export_text().splitlines()]
    assert lines[0] == ["a", "<b>", "run:", "3", "statements", "in", "profile"]
    assert lines[2][:3] == ["0", "1", "1"] and lines[2][-5:] == ["6", "1", "min", "15", "s"]
    assert lines[3] == ["1", "0", "1", "3", "2", "2", "1", "17", "1", "min", "15", "s"]
    assert lines[5][:3] == ["3,", "final", "2"]


def test_samples_are_the_same_each_time_and_of_the_round_asked_for(run):
    drawn = list(samples(run, 1, limit=100))
    assert drawn == list(samples(run, 1, limit=100)) and len(drawn) == 17
    assert drawn[:4] == list(samples(run, 1, limit=4))
    assert any("\n  failed\n  1:2 error: " + MESSAGE.replace("\n", "\n  ") in sample for sample in drawn)
    assert list(samples(run, 77)) == []
    assert set(samples(run, limit=100)) == set(samples(run, 3, limit=100)) != set(drawn)  # the newest: the final one


def test_samples_on_a_terminal_are_text_alone(run, capsys):
    with Ledger(run / "ledger.sqlite") as ledger:
        attempt(ledger, HARD, 9, [("exact [/b] [red] \x1b[31m h", FAILED)])
    assert antiphon.report(run, samples=3) == 0
    said = capsys.readouterr().out
    assert "exact [/b] [red] \ufffd[31m h" in said
    assert antiphon.report(run, samples=3, round=77) == 0
    assert "no attempts in round 77" in capsys.readouterr().out


def collapse(ledger):
    """Round 3: twelve proposals, all disjunctions, half of them trivial."""
    claims = [f"(n : ℕ) : n = {i} ∨ n ≠ {i}" for i in range(12)]
    proposals = [Proposal(3, i, 0, SEED.id, "", claim, 9) for i, claim in enumerate(claims)]
    ledger.add_proposals(proposals)
    ledger.add_gates(3, [(p, "trivial" if p.prompt < 7 else "refuted", None) for p in proposals])
    ledger.add_verdicts(("statement", Statement("", claim).id, "", verdict(Outcome.ELABORATES)) for claim in claims)


def test_a_collapse_is_said_at_the_top_and_shown_in_the_tables(run):
    assert "alarms" not in write_report(run).read_text().partition("<body>")[2]
    with Ledger(run / "ledger.sqlite") as ledger:
        collapse(ledger)
    page = write_report(run).read_text()
    text = "".join(check(page).text)
    said = "Round 3: 100% of 12 well-formed proposals conclude a disjunction (alarm above 50%)."
    assert text.index(said) < text.index("Round by round")
    assert "Round 3: 58% of 12 screened proposals are trivial" in text
    table = page[page.index("<caption>Signs of collapse: what is proposed") :]
    row = re.search(r'<th scope="row">3</th>(.*?)</tr>', table)[1]
    assert re.findall("<td>(.*?)</td>", row)[:5] == ["12", "0.000", "0.000", "0.000", "12"]
    assert re.findall("<td>(.*?)</td>", row)[5] == "1.000"
    assert "disjunctive 1.00, refuted 0.42, trivial 0.58" in page  # the figure, in words


def test_the_lineage_is_drawn_and_told(run):
    page = write_report(run).read_text()
    section = page[page.index('<section id="lineage">') :]
    assert "seeds, given: 1; round 1: 2; round 2: 1." in section
    assert "Each conjecture that passed the gates, and what prompted it.</figcaption>" in section
    assert "2 conjectures at depth 1, 1 conjecture at depth 2." in section
    seeds = section[section.index("Most fertile") :]
    assert re.findall("<td>(\\d+)</td>", seeds)[:5] == [
        "4",
        "2",
        "3",
        "2",
        "1",
    ]  # 2 of the 4 were no statement


def test_what_is_left_out_of_the_drawing_is_said(run):
    many = [Statement(f"m{i}", f": {i} = {i}", parents=(SEED.id,)) for i in range(60)]
    with Ledger(run / "ledger.sqlite") as ledger:
        propose(ledger, 3, many)
    section = write_report(run).read_text().partition('<section id="lineage">')[2]
    assert "Drawn are 51 of the 63 conjectures of these rounds" in section
    assert "round 3: 48 of 60." in section


def test_of_many_rounds_some_are_drawn_and_that_is_said(run):
    with Ledger(run / "ledger.sqlite") as ledger:
        for round in range(4, 16):
            propose(ledger, round, [Statement(f"m{round}", f": {round} = {round}", parents=(SEED.id,))])
    section = write_report(run).read_text().partition('<section id="lineage">')[2]
    assert "12 of 14 rounds are drawn, evenly spaced." in section
    assert "round 1: 2;" in section and "round 15: 1." in section


def test_what_had_proved_a_conjecture_first_is_told_with_its_limits(run):
    assert "No given statement was first proved with a lemma" in write_report(run).read_text()
    proof = [("exact Nat.le_of_lt h", PROVED)]
    with Ledger(run / "ledger.sqlite") as ledger:
        attempt(ledger, CHILD, 1, proof, sampler="another")
        attempt(ledger, HARD, 2, proof, sampler="another")
    section = write_report(run).read_text().partition('<section id="lineage">')[2]
    table = section[section.index("Given statements proved by what had proved a conjecture first") :]
    row = re.search(r"<tbody>\s*<tr>(.*?)</tr>", table)[1]
    assert row.startswith("<td>2</td>") and "<b>hard</b>" in row
    assert "<code>Nat.le_of_lt</code>" in row and "<code>exact Nat.le_of_lt h</code>" in row
    assert "the ledger cannot tell" in table
