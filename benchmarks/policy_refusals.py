"""How many proofs that a Lean has accepted does gate 0 refuse, and why?

    python benchmarks/policy_refusals.py DATA.jsonl[.gz] …

Each line is a whole file (`code`, with `accepted`) or one theorem (`declaration`). Of a file, everything up to
the theorem's `:=` is left out: the header and the statement are the verifier's. A declaration keeps its own
words. Prints a table and writes `benchmarks/results/policy_refusals.json`. No Lean is needed.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from verify import policy

RESULTS = Path(__file__).parent / "results" / "policy_refusals.json"
HEADS = ("theorem", "lemma", "example", "Statement")
NEXT = re.compile(r"\n(?=unseal\b)")  # the beginning of the next declaration, which batteries' rows may end with
HINT = re.compile(r'\bHint\b(?:\s*\([^)]*\))*\s*"(?:[^"\\]|\\.)*"')  # the Natural Number Game talking to its player


def proofs(path: Path) -> Iterator[tuple[str, str]]:
    """(source, what follows `:= by` or `:=`) of every accepted proof in the file."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            row = json.loads(line)
            text = row.get("code", row.get("declaration"))
            if text is None:
                raise ValueError(f"{path.name}, line {number}: neither `code` nor `declaration`")
            if row.get("accepted", True):
                yield row.get("source", path.name), body(HINT.sub("", text))


def body(text: str) -> str:
    """The proof of the last theorem of `text`."""
    found = list(policy.tokens(text))
    heads = [k for k, (_, token) in enumerate(found) if token in HEADS]
    depth = lets = 0
    cases = None
    for k in range(heads[-1] + 1 if heads else 0, len(found)):
        position, token = found[k]
        if token in "([{⟨⦃":
            depth += 1
        elif token in ")]}⟩⦄":
            depth -= 1
        elif depth == 0 and token in ("let", "have"):
            lets += 1
        elif depth == 0 and token == "←" and lets:  # `do let x ← …` in a statement
            lets -= 1
        elif depth == 0 and token in ("|", "where") and cases is None:
            cases = position
            if _begins_line(text, position):
                break
        elif depth == 0 and token == ":" and found[k + 1 : k + 2] == [(position + 1, "=")]:
            if not lets:
                proof = text[position + 2 :].strip().removeprefix("by")
                return NEXT.split(proof)[0]
            lets -= 1
    if cases is None:
        raise ValueError(f"no `:=` in {text[:80]!r}")
    return text[cases:]  # a definition by cases


def _begins_line(text: str, position: int) -> bool:
    return not text[:position].rpartition("\n")[2].strip()


def measure(paths: list[Path]) -> dict:
    total, reasons, examples = Counter(), {}, {}
    characters = seconds = 0.0
    for path in paths:
        for source, proof in proofs(path):
            total[source] += 1
            started = time.perf_counter()
            refusal = policy.refuse(proof)
            seconds += time.perf_counter() - started
            characters += len(proof)
            if refusal:
                key = f"`{refusal.token}` {refusal.why}"
                reasons.setdefault(source, Counter())[key] += 1
                examples.setdefault(key, proof[:400])
    refused = sum(sum(counts.values()) for counts in reasons.values())
    return {
        "policy": policy.VERSION,
        "files": [path.name for path in paths],
        "proofs": dict(total),
        "refused": {source: dict(counts.most_common()) for source, counts in reasons.items()},
        "proofs_in_all": total.total(),
        "refused_in_all": refused,
        "percent": round(100 * refused / max(total.total(), 1), 4),
        "microseconds_a_proof": round(1e6 * seconds / max(total.total(), 1), 1),
        "characters_a_proof": round(characters / max(total.total(), 1), 1),
        "examples": examples,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, nargs="+", help="jsonl files of accepted proofs (.gz too)")
    parser.add_argument("--output", type=Path, default=RESULTS)
    options = parser.parse_args()
    if absent := [str(path) for path in options.data if not path.is_file()]:
        print(f"policy_refusals: no such file: {', '.join(absent)}", file=sys.stderr)
        return 2
    try:
        result = measure(options.data)
    except (ValueError, OSError, EOFError) as error:
        print(f"policy_refusals: {error}", file=sys.stderr)
        return 2
    print(f"{'source':42} {'proofs':>7} {'refused':>8}  why")
    for source, count in result["proofs"].items():
        reasons = result["refused"].get(source, {})
        print(f"{source:42} {count:7} {sum(reasons.values()):8}")
        for why, times in reasons.items():
            print(f"{'':58} {times:4}  {why}")
    print(f"in all {result['refused_in_all']} of {result['proofs_in_all']} ({result['percent']} %), "
          f"{result['microseconds_a_proof']} µs a proof")  # fmt: skip
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
