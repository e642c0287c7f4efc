"""The cage of a native Lean: bubblewrap, where it is installed.

The embedded Lean needs none: its cage is the WebAssembly engine, which has no processes, no sockets and
only the files it is given.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

SYSTEM = ("/usr", "/bin", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/ssl")


def caged(command: Sequence[str], directory: Path, readable: Sequence[Path]) -> tuple[str, ...]:
    """The command under bubblewrap, or as it is where there is no bubblewrap.

    Inside there is no network, no other process, nothing of the machine but the system's programs and
    `readable`, all of it read-only, and an empty /tmp. It dies with its parent.
    """
    bubblewrap = shutil.which("bwrap")
    if bubblewrap is None:
        return tuple(command)
    seen = [path for path in (*map(Path, SYSTEM), *readable, directory) if path.exists()]
    binds = [word for path in seen for word in ("--ro-bind", str(path.resolve()), str(path))]
    own = ("--unshare-all", "--die-with-parent", "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp")
    return (bubblewrap, *own, *binds, "--chdir", str(directory), *command)


def protection() -> str:
    """What keeps a native Lean's candidates from the machine, in words."""
    if shutil.which("bwrap"):
        return "bubblewrap: no network, read-only, its own processes"
    return "process group and limits only; install bubblewrap for a cage"
