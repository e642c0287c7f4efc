"""`python -m verify.community_repl`: the embedded Lean behind the community REPL's protocol.

For the clients of `leanprover-community/repl`: give them this command in the REPL's place. The process turns
into Lean itself, so that whoever kills it kills Lean; it ends with its standard input.
"""

from __future__ import annotations

import os
import sys

from verify import launch
from verify.toolchain import LeanUnavailable, core


def main() -> None:
    try:
        lean = core("community")
    except LeanUnavailable as error:
        sys.exit(str(error))
    os.chdir(lean.directory)
    launch.become(lean.command, lean.environment)


if __name__ == "__main__":
    main()
