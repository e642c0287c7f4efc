"""The description of a benchmark: one small YAML file, read strictly."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml

from verify.statements import BadInput

COLUMNS = frozenset("name statement header helper informal split question answer solution".split())


@dataclass(frozen=True, slots=True)
class Hub:
    """A data set of the Hugging Face hub; `splits` says what it calls ours."""

    id: str
    config: str | None
    splits: dict[str, str]


@dataclass(frozen=True, slots=True)
class Profile:
    """The Lean that the statements were written for."""

    name: str
    toolchain: str


@dataclass(frozen=True, slots=True)
class Benchmark:
    """What one file in `benchmarks/` says.

    `fields` gives for each of COLUMNS the names it has in one layout or another (`extra.helper` looks inside `extra`);
    the first that a row has counts. `goal` says where the goal of a row ends, or which part of it is the answer.
    `header` stands before a theorem whose row brings none. `held_out` are the splits that no training run may read.
    `counts` are the rows of each split, playable or not.
    """

    name: str
    title: str
    kind: Literal["formal", "informal"]
    source: str
    hub: Hub | None
    fields: dict[str, tuple[str, ...]]
    goal: str
    held_out: tuple[str, ...]
    licence: str
    citation: str
    counts: dict[str, int]
    header: str = ""
    profile: Profile | None = None


def read_description(path: Path) -> Benchmark:
    """The benchmark that a file describes. Raises BadInput, naming the file, for what is missing or unknown in it."""
    try:
        said = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise BadInput(f"{path}: not YAML ({str(error).splitlines()[0]})") from error
    if not isinstance(said, dict) or said.get("kind") not in ("formal", "informal"):
        raise BadInput(f"{path}: kind is formal or informal")
    formal = ("header", "profile") if said["kind"] == "formal" else ()
    _keys(path, "", said, "title", "kind", "source", "hub", "fields", "goal", "held_out", "licence", "citation",
          "counts", *formal)  # fmt: skip
    for key in ("title", "source", "goal", "licence", "citation", *formal[:1]):
        if not isinstance(said[key], str):
            raise BadInput(f"{path}: {key} is a text")
    fields = said["fields"]
    if not isinstance(fields, dict) or not fields.keys() <= COLUMNS:
        raise BadInput(f"{path}: fields are of {', '.join(sorted(COLUMNS))}")
    if ("statement" if formal else "question") not in fields:
        raise BadInput(f"{path}: fields do not say where the {'statement' if formal else 'question'} is")
    counts, held_out = said["counts"], said["held_out"]
    if not isinstance(counts, dict) or not counts or not all(type(n) is int for n in counts.values()):
        raise BadInput(f"{path}: counts give the rows of each split")
    if not isinstance(held_out, list) or not set(held_out) <= counts.keys():
        raise BadInput(f"{path}: held_out lists splits of {', '.join(counts)}")
    hub, profile = said["hub"], said.get("profile")
    if hub is not None:
        _keys(path, "hub: ", hub, "id", "config", "splits")
        if not isinstance(hub["splits"], dict) or not hub["splits"].keys() <= counts.keys():
            raise BadInput(f"{path}: hub: splits are of {', '.join(counts)}")
    if profile is not None:
        _keys(path, "profile: ", profile, "name", "toolchain")
    parts = {
        "fields": {key: tuple([value] if isinstance(value, str) else value) for key, value in fields.items()},
        "hub": hub and Hub(**hub),
        "profile": profile and Profile(**profile),
        "held_out": tuple(held_out),
    }
    if formal:
        parts["header"] = said["header"].strip() + "\n\n"
    return Benchmark(path.stem, **{**said, **parts})


def _keys(path: Path, where: str, said: Any, *wanted: str) -> None:
    if not isinstance(said, dict):
        raise BadInput(f"{path}: {where}a mapping of {', '.join(wanted)} is wanted")
    for word, keys in (("lacks", set(wanted) - said.keys()), ("does not know", said.keys() - set(wanted))):
        if keys:
            raise BadInput(f"{path}: {where}{word} {', '.join(sorted(map(str, keys)))}")
