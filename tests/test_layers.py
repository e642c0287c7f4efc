"""The order of the rooms, and nothing of anyone's machine in the text of the repository."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ORDER = ["verify", "prover", "conjecture", "training", "evaluation", "antiphon"]
"""Each may use itself and what stands before it."""


def modules(room: str) -> list[Path]:
    single = ROOT / f"{room}.py"
    return [single] if single.exists() else sorted((ROOT / room).rglob("*.py"))


def rooms_used(source: str) -> set[str]:
    used = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            used |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            used.add("relative" if node.level else node.module.partition(".")[0])
    return used & {*ORDER, "relative", "tests", "benchmarks"}


def test_the_reader_of_imports_sees_every_form():
    source = "import a, training.x as y\ndef f():\n    from prover.model import z\nfrom . import w"
    assert rooms_used(source) == {"training", "prover", "relative"}


@pytest.mark.parametrize("room", ORDER)
def test_no_room_uses_one_above_it(room):
    assert modules(room), f"{room} has no modules"
    allowed = set(ORDER[: ORDER.index(room) + 1])
    for path in modules(room):
        assert rooms_used(path.read_text()) <= allowed, path.relative_to(ROOT)


def test_the_conjecturer_needs_neither_torch_nor_transformers():
    for path in modules("conjecture"):
        assert not re.search(r"^\s*(from|import) (torch|transformers)\b", path.read_text(), re.MULTILINE), path


def tracked() -> list[Path]:
    result = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if result.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in result.stdout.split("\0") if name and (ROOT / name).is_file()]


# In pieces, so that this file does not find itself.
SLASH = "/"
MACHINES = [
    SLASH + "home" + r"/\w",
    SLASH + "Users" + r"/\w",
    SLASH + "root" + SLASH,
    SLASH + "work" + SLASH,
    SLASH + "tmp" + SLASH + r"(lab|bash_jobs)",
    r"[A-Z]:\\" + r"Users",
]
REGISTRIES = [
    "registry" + r"\.\w+\.\w+",
    "pypi" + r"\.(org|io|python)",
    "python" + r"hosted\.",
    "npm" + r"js\.(org|com)",
    "arti" + "factory",
    "index-" + "url",
]
PATTERN = re.compile("|".join(MACHINES + REGISTRIES))


def test_the_pattern_finds_what_it_should():
    for text in (
        "/home" + "/me/x",
        "see /work" + "/main",
        "https://registry" + ".npm" + "js.org/x",
        "https://pypi" + ".org/simple",
    ):
        assert PATTERN.search(text), text
    for text in ('FS.mount("/home")', "/tmp/x", "npm's own registry settings", "homework/x.txt"):
        assert not PATTERN.search(text), text


def test_no_path_of_a_machine_and_no_registry_in_the_repository():
    files = tracked()
    assert len(files) > 30
    found = []
    for path in files:
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        found += [f"{path.relative_to(ROOT)}: {match[0]}" for match in PATTERN.finditer(text)]
    assert not found
