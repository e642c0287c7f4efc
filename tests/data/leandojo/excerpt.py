"""Cuts the excerpt beside this file out of a LeanDojo Benchmark 4: `python excerpt.py DIRECTORY`. See README.md."""

import json
import sys
from pathlib import Path

HERE = Path(__file__).parent
WHOLE = {
    ".lake/packages/batteries/Batteries/Logic.lean",
    "Mathlib/Data/Int/Order/Lemmas.lean",
    "Mathlib/Data/Int/Sqrt.lean",
    "Mathlib/Data/List/InsertNth.lean",
    "Mathlib/Init/Data/Nat/Lemmas.lean",
    "Mathlib/Tactic/DeprecateMe.lean",
    "Mathlib/Tactic/IntervalCases.lean",
}
BEGUN = {"Mathlib/Data/Nat/Defs.lean": 330, "Mathlib/Logic/Basic.lean": 330}  # up to this line


def kept(path: str, start: list[int]) -> bool:
    return path in WHOLE or start[0] <= BEGUN.get(path, 0)


def main(benchmark: Path) -> None:
    mentioned = set()
    (HERE / "random").mkdir(exist_ok=True)
    for split in ("train", "val", "test"):
        rows = json.loads((benchmark / "random" / f"{split}.json").read_text())
        rows = [row for row in rows if kept(row["file_path"], row["start"])]
        mentioned |= {p["full_name"] for row in rows for t in row["traced_tactics"] for p in t["annotated_tactic"][1]}
        for row in rows:
            row["url"] = "https://github.com/leanprover-community/mathlib4"  # there: a folder of the one who made it
        (HERE / "random" / f"{split}.json").write_text(json.dumps(rows))
    with (benchmark / "corpus.jsonl").open() as lines, (HERE / "corpus.jsonl").open("w") as out:
        for row in map(json.loads, lines):
            row["premises"] = [
                p for p in row["premises"] if kept(row["path"], p["start"]) or p["full_name"] in mentioned
            ]
            if row["premises"]:
                row["imports"] = row["imports"] if row["path"] in WHOLE or row["path"] in BEGUN else []
                out.write(json.dumps(row) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
