"""What a run leaves to others reads back: the model with transformers, the proofs with datasets."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest
import torch

from prover import model as models
from prover.model import ModelConfig, build_model, build_tokenizer
from tests.training.test_stp import CONFIG, GIVEN, LIBRARY, SEED, begin, played
from training import checkpoint
from training.export import export_data, export_model
from training.ledger import Ledger
from verify.statements import BadInput

SMALL = ModelConfig(vocab_size=330, hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32)


@pytest.fixture
def run(tmp_path):
    """A run with the models 0 and 1, of other weights."""
    tokenizer = build_tokenizer([s.signature for s in GIVEN], SMALL)
    for number in (0, 1):
        checkpoint.save(tmp_path / "run", number, build_model(SMALL, tokenizer, number), tokenizer)
    return tmp_path / "run"


def weights(path) -> torch.Tensor:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    assert AutoTokenizer.from_pretrained(path)("(n : ℕ)").input_ids
    return torch.cat([p.flatten() for p in AutoModelForCausalLM.from_pretrained(path).parameters()])


def test_the_model_is_one_for_transformers(run, tmp_path):
    for round, number in ((None, 1), (0, 0)):
        path = export_model(run, tmp_path / f"model{number}", round)
        assert not (path / "state.json").exists()
        assert torch.equal(weights(path), weights(checkpoint.directory(run, number)))
    checkpoint.save(run, checkpoint.final(1), *models.load(checkpoint.directory(run, 0)))
    assert torch.equal(weights(export_model(run, tmp_path / "final")), weights(checkpoint.directory(run, 0)))


def test_a_linked_model_is_the_same(run):
    checkpoint.link(checkpoint.directory(run, 1), run, 2, loss=1.5)
    assert torch.equal(weights(checkpoint.directory(run, 2)), weights(checkpoint.directory(run, 1)))
    assert checkpoint.newest(run) == 2 and checkpoint.latest(run) == checkpoint.directory(run, 2)


async def test_the_proofs_are_a_table_in_the_layout_of_the_corpus(run, tmp_path):
    from datasets import load_dataset

    with begin(run / "ledger.sqlite") as ledger:
        await played(ledger, 2, replace(CONFIG, evaluation_samples=4))
        attempts = {(a.statement_id, a.proof): n for n in (2, 1, 0) for a in ledger.attempts(n, "prover")}
        proofs = {kind: ledger.proofs(kind) for kind in ("seed", "given", "conjecture")}
        known = {s.id: s for s in ledger.statements()}
    path, count = export_data(run, tmp_path / "data")
    table = load_dataset(str(tmp_path / "data"), split="train", cache_dir=str(tmp_path / "cache"))
    assert table.column_names == ["prompt", "target", "weight", "iteration", "tag"]
    assert len(table) == count == sum(map(len, proofs.values())) and path.suffix == ".parquet"
    tags = {"seed": "library", "given": "statement", "conjecture": "conjecture"}
    expected = sorted(
        (f"<prove>{known[id].signature}<by>", proof, attempts.get((id, proof), 0), tags[kind])
        for kind, rows in proofs.items()
        for id, proof, _ in rows
    )
    assert sorted(zip(table["prompt"], table["target"], table["iteration"], table["tag"], strict=True)) == expected
    assert {row["tag"] for row in table} == set(tags.values()) and {row["iteration"] for row in table} == {0, 1, 2}
    for row in table:
        assert row["weight"] == pytest.approx(2.718281828 ** (-0.001 * len(row["target"])))
    assert any(row["prompt"] == f"<prove>{SEED.signature}<by>" and row["target"] == LIBRARY[0].proof for row in table)


def test_what_cannot_be_exported(run, tmp_path):
    with pytest.raises(BadInput, match="has no model of round 7; it has those of the rounds up to 1"):
        export_model(run, tmp_path / "model", 7)
    with pytest.raises(BadInput, match="has no model; it has none"):
        export_model(tmp_path / "nowhere", tmp_path / "model")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").write_text("")
    for target in (tmp_path / "full", tmp_path / "full" / "file"):
        with pytest.raises(BadInput, match="not an empty directory"):
            export_model(run, target)
    with begin(run / "ledger.sqlite"), pytest.raises(BadInput, match="not an empty directory"):
        export_data(run, tmp_path / "full")
    with pytest.raises(FileNotFoundError, match="no run in"):
        export_data(tmp_path / "nowhere", tmp_path / "data")


def test_nothing_half_written_stays_where_the_disk_is_full(run, tmp_path, monkeypatch):
    def full(source, target, **_):
        (target / "config.json").write_text("{")
        raise shutil.Error([("a", "b", "[Errno 28] No space left on device")])

    monkeypatch.setattr(shutil, "copytree", full)
    with pytest.raises(BadInput, match="model cannot be written: no space left on the disk"):
        export_model(run, tmp_path / "model")
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    monkeypatch.undo()
    assert export_model(run, tmp_path / "model").is_dir()


def test_a_run_without_proofs_leaves_no_empty_table(tmp_path):
    Ledger(tmp_path / "ledger.sqlite").__exit__()
    with pytest.raises(BadInput, match="has no proofs"):
        export_data(tmp_path, tmp_path / "data")
    assert not (tmp_path / "data").exists()
