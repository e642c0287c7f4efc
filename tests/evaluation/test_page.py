"""The page: whole, safe to open, every problem with its attempts; the same each time."""

import html

import pytest
from rich.console import Console

from evaluation.page import write_page
from evaluation.results import read_cost, read_results
from evaluation.tables import print_results
from tests.evaluation.conftest import CHANCES, FakePool, FakeProver, play
from tests.training.test_report import check, tiles
from verify.statements import BadInput


@pytest.fixture
def played(config, given):
    play(config, given)
    return config.directory


def test_the_page_is_well_formed_fetches_nothing_and_is_the_same_each_time(played):
    page = write_page(played).read_bytes()
    parser = check(page.decode())
    assert parser.tags.count("svg") == 1 and not list(played.glob("*.part"))
    assert write_page(played).read_bytes() == page


def test_every_problem_stands_with_attempts_messages_and_proofs(played):
    page = write_page(played).read_text()
    text = "".join(check(page).text)
    results = read_results(played)
    for row in results["problems"]:
        assert f"{len(row['proved'])} of {row['n']}" in text and row["name"] in text
        for proof in row["proofs"]:
            assert f"theorem {row['theorem']} {row['signature']} := by\n  {proof['proof']}" in text
    assert "unsolved goals\n⊢ a < b & <script>alert(1)</script>" in text
    assert "<script" not in page and html.escape("<script>alert(1)</script>", quote=False) in page
    assert "unknown identifier 'ℂ'" in text and "holds a def, not a theorem" in text


def test_the_figures_are_those_of_the_results(played):
    page = write_page(played).read_text()
    last = read_results(played)["headline"]["pass_at_k"][-1]
    shown = tiles(page)
    assert f"{100 * last['mean']:.1f} %" in shown.values()
    assert shown["attempts, " + str(read_results(played)["attempts"]["distinct"]) + " of them distinct"] == "40"
    assert "By split" in page and "By tag" not in page  # there is one tag only


def test_without_a_headline_there_is_no_figure(config, given, capsys):
    statements = {p.name: p.statement for p in given.problems}
    lost = FakeProver(CHANCES).proof(statements["impossible"], 0)
    results, _ = play(config, given, FakePool(broken=frozenset({lost})))
    page = write_page(config.directory).read_text()
    check(page)
    assert "No headline" in page and "<svg" not in page and "pass@8" not in page
    print_results(results, read_cost(config.directory), Console())
    said = capsys.readouterr().out
    assert "no headline:" in said and "pass@k" not in said


def test_the_terminal_says_profile_toolchain_and_cost(played, capsys):
    print_results(read_results(played), read_cost(played), Console(width=200))
    said = capsys.readouterr().out
    assert "profile core, Lean 4.28.0, policy" in said and "5 of 6 problems in profile" in said
    assert "pass@k" in said and "120 tokens" in said and "heartbeats" in said


def test_a_directory_without_results_says_what_to_do(tmp_path):
    with pytest.raises(BadInput, match="antiphon eval"):
        write_page(tmp_path)
    (tmp_path / "results.json").write_text('{"format": 1}')
    with pytest.raises(BadInput, match="not the results"):
        write_page(tmp_path)
