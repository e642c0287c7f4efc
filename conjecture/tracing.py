"""Any Lean library as a proof library: LeanDojo traces it, and we write what it found as its benchmarks are written.

Tracing builds the repository with the Lean that it names and reads every syntax tree: a native Lean under elan, the
network and, for Mathlib, hours. `lean-dojo` is an extra; its functions are called as its version 4.20.0 has them.
Nothing of this has been run on the machines this was developed on, which have no elan.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from verify.statements import BadInput
from verify.toolchain import LeanUnavailable


def trace(url: str, commit: str, out: Path) -> int:
    """Traces a repository at a commit; `out` gets `corpus.jsonl` and `train.json`. Returns the number of theorems.

    Raises BadInput without the package lean-dojo or where `out` exists, LeanUnavailable without elan.
    """
    if out.exists():
        raise BadInput(f"{out} exists")
    if missing := [tool for tool in ("elan", "lake", "lean") if shutil.which(tool) is None]:
        raise LeanUnavailable(f"no `{missing[0]}` on the PATH; tracing needs a native Lean, install elan")
    try:
        import lean_dojo
    except ModuleNotFoundError as error:
        raise BadInput(f"no module {error.name}: tracing needs pip install 'antiphon[leandojo]'") from error
    return write_benchmark(lean_dojo.trace(lean_dojo.LeanGitRepo(url, commit)), out)


def write_benchmark(traced: Any, out: Path) -> int:
    """Writes a `lean_dojo.TracedRepo`: all its files in the corpus, imports first; its own theorems, unsplit."""
    import networkx

    graph = traced.traced_files_graph  # from a file to those it imports
    theorems = [theorem for theorem in traced.get_traced_theorems() if theorem.repo == traced.repo]
    out.mkdir(parents=True)
    with (out / "corpus.jsonl").open("w", encoding="utf-8") as corpus:
        for path in reversed(list(networkx.topological_sort(graph))):
            premises = graph.nodes[path]["traced_file"].get_premise_definitions()
            corpus.write(
                json.dumps({"path": path, "imports": list(graph.successors(path)), "premises": premises}) + "\n"
            )
    (out / "train.json").write_text(json.dumps([_row(theorem) for theorem in theorems]), encoding="utf-8")
    return len(theorems)


def _row(theorem: Any) -> dict[str, Any]:
    """A theorem as LeanDojo Benchmark 4 has it: without what comes after the last goal, and without bullets."""
    return {
        "url": theorem.repo.url, "commit": theorem.repo.commit, "file_path": str(theorem.theorem.file_path),
        "full_name": theorem.theorem.full_name, "start": list(theorem.start), "end": list(theorem.end),
        "traced_tactics": [
            {"tactic": t.tactic, "annotated_tactic": list(t.get_annotated_tactic()),
             "state_before": t.state_before, "state_after": t.state_after}
            for t in theorem.get_traced_tactics() if t.state_before != "no goals" and "·" not in t.tactic
        ],
    }  # fmt: skip
