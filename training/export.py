"""What a run leaves to others: its model as a Hugging Face directory, its proofs as a table.

The table has the columns of STP's released corpus (STP_Lean_0320): `prompt`, `target`, `weight` (the length penalty
alone, exp(-0.001 |proof|)), `iteration` (the round that found the proof) and `tag`. Deviations: prompts are laid out
as our model reads them (`prover.prompts`), and the tag is `statement`, `conjecture` or `library`.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from prover.prompts import lay_proof, prove_prompt
from training import checkpoint
from training.history import open_ledger
from training.replay import proof_weight
from verify.statements import BadInput

TAGS = {"seed": "library", "given": "statement", "conjecture": "conjecture"}


def export_model(run: Path, target: Path, round: int | None = None) -> Path:
    """Copies the final model, or the one with which a round begins, to `target`, which must be empty or new.

    Raises BadInput when there is no such model, and when `target` has something in it or cannot be written.
    """
    source = checkpoint.latest(run) if round is None else checkpoint.directory(run, round)
    if source is None or not (source / "state.json").exists():
        newest = checkpoint.newest(run)
        have = f"it has those of the rounds up to {newest}" if newest >= 0 else "it has none"
        raise BadInput(f"{run} has no model{'' if round is None else f' of round {round}'}; {have}")
    with _aside(target) as aside:
        shutil.copytree(source, aside, dirs_exist_ok=True, ignore=shutil.ignore_patterns("state.json*"))
    return target


def export_data(run: Path, target: Path) -> tuple[Path, int]:
    """Writes every distinct correct proof to a parquet file below `target`; returns its path and its rows.

    `datasets.load_dataset(str(target))` reads it back. Raises BadInput when `target` has something in it
    or cannot be written, and when there are no proofs, FileNotFoundError when there is no run.
    """
    with open_ledger(run) as ledger:
        found = ledger.first_rounds()
        rows = []
        for kind, tag in TAGS.items():
            known = {s.id: s for s in ledger.statements(kind)}
            for id, proof, _ in ledger.proofs(kind):
                rows.append(
                    (prove_prompt(known[id]), lay_proof(proof), proof_weight(proof), found.get((id, proof), 0), tag)
                )
    if not rows:
        raise BadInput(f"{run} has no proofs")
    import pyarrow as pa
    from pyarrow import parquet

    types = {
        "prompt": pa.string(),
        "target": pa.string(),
        "weight": pa.float64(),
        "iteration": pa.int64(),
        "tag": pa.string(),
    }
    columns = zip(*rows, strict=True)
    arrays = [pa.array(list(column), type) for column, type in zip(columns, types.values(), strict=True)]
    name = "train-00000-of-00001.parquet"
    with _aside(target) as aside:
        parquet.write_table(pa.table(arrays, names=list(types)), aside / name)
    return target / name, len(rows)


@contextmanager
def _aside(target: Path) -> Iterator[Path]:
    """A directory that takes the place of `target` once all is written. Raises BadInput."""
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise BadInput(f"{target} is there already and not an empty directory")
    aside = target.with_name(f"{target.name}.part")
    shutil.rmtree(aside, ignore_errors=True)
    try:
        aside.mkdir(parents=True)
        yield aside
        aside.replace(target)
    except (OSError, shutil.Error) as error:
        reason = "no space left on the disk" if "No space left" in str(error) else getattr(error, "strerror", None)
        raise BadInput(f"{target} cannot be written: {reason or error}") from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)
