"""A run's directory, and its `config.yaml`: the resolved configuration, compared when the run goes on."""

from __future__ import annotations

import json
import platform
import subprocess
import sys
from collections.abc import Iterator, Set
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import yaml
from filelock import FileLock, Timeout

from training.config import to_dict
from verify.statements import BadInput

PACKAGES = ("antiphon", "torch", "transformers", "numpy")


@contextmanager
def directory_of_ours(directory: Path, option: str = "--run") -> Iterator[None]:
    """Makes a directory, if it is not there, and keeps other processes from writing in it. Raises BadInput."""
    lock = FileLock(directory / ".lock")
    try:
        directory.mkdir(parents=True, exist_ok=True)
        lock.acquire(blocking=False)
    except Timeout as error:
        raise BadInput(
            f"another process is at work in {directory}: wait for its end, or choose another {option}"
        ) from error
    except OSError as error:
        raise BadInput(f"{option} {directory}: {error.strerror}") from error
    with lock:
        yield


def settle(config: Any, default: Any, free_to_change: Set[str]) -> None:
    """Writes the run's config.yaml, or compares with the one of the run that is resumed. Raises BadInput.

    Fields named in `free_to_change` may differ; `default` is what a run of an older version did not know yet.
    """
    path = config.run / "config.yaml"
    plain, default = (json.loads(json.dumps(to_dict(c), default=str)) for c in (config, default))
    if path.exists():
        try:
            before = _completed(yaml.safe_load(path.read_text())["config"], default)
        except (yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
            raise BadInput(f"{path} is not the configuration of a run; choose another --run") from error
        changed = sorted(k for k in plain if k not in free_to_change and plain[k] != before[k])
        if changed:
            raise BadInput(
                f"{config.run} was begun with another {', '.join(changed)} (see {path}); choose another --run"
            )
    record = {"config": plain, "versions": {**versions(), "command": " ".join(sys.argv)}}
    aside = path.with_suffix(".aside")
    aside.write_text(yaml.safe_dump(record, sort_keys=False, allow_unicode=True))
    aside.replace(path)


def _completed(before: dict[str, Any], default: dict[str, Any]) -> dict[str, Any]:
    """A configuration of an older version: an option it did not know yet was as its default is."""
    return {
        key: _completed(before.get(key, {}), value) if isinstance(value, dict) else before.get(key, value)
        for key, value in default.items()
    }


def versions() -> dict[str, str]:
    """Of Python, of the libraries that decide what a model samples, and of this code."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    git = subprocess.run(["git", "rev-parse", "HEAD"], cwd=Path(__file__).parent, capture_output=True, text=True)
    found["revision"] = git.stdout.strip() if git.returncode == 0 else "unknown"
    return found
