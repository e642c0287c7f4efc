"""The engine's stack overflows into nothing: seen by a witness that Node loads into the engine before all else."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from verify import install, toolchain
from verify.pool import LeanPool, Limits
from verify.records import Job, Outcome, Statement, Verdict

pytestmark = [pytest.mark.lean, pytest.mark.xdist_group("stack")]
NORMAL = ("(a b : ℝ) : 2 * a * b ≤ a ^ 2 + b ^ 2", "nlinarith [sq_nonneg (a - b)]")
LIMITS = Limits(wall_seconds=45)
WITNESS = """
const fs = require('fs');
const { instantiate } = WebAssembly, { readSync, writeSync } = fs;
let memory, engine, before;
WebAssembly.Memory = class extends WebAssembly.Memory { constructor(size) { super(size); memory = this; } };
WebAssembly.instantiate = async (...of) => { const made = await instantiate(...of); engine = made.exports; return made; };
const below = () => Buffer.from(memory.buffer, engine.emscripten_stack_get_end() - 4096, 4096);
fs.readSync = (file, ...rest) => {
  if (file === 0) {
    before ??= Buffer.from(below());
    if (!below().equals(before)) fs.appendFileSync(LOG, 'x');
  }
  return readSync(file, ...rest);
};
fs.writeSync = (file, ...rest) => {
  const done = writeSync(file, ...rest);
  if (TOUCH && file === 1 && String(rest[0]).includes('"outcome"')) below()[0]++;
  return done;
};
"""


def parentheses(depth: int) -> tuple[str, str]:
    return ": 1 = 1", f"exact {'(' * depth}rfl{')' * depth}"


def successors(depth: int) -> tuple[str, str]:
    number = f"{'Nat.succ (' * depth}0{')' * depth}"
    return ": 1 = 1", f"have h : {number} = {number} := rfl\nexact rfl"


def kernel(depth: int) -> tuple[str, str]:
    return f": (List.replicate {depth} 1).length = {depth}", "decide +kernel"


def watched(place: Path, stack: str = "32 << 20", touch: bool = False) -> toolchain.Toolchain:
    """The embedded Lean with a stack of this size and a witness: `place / log` tells a touched byte before a request."""
    found = toolchain.core()
    source = (install.PROJECT / "embedded.js").read_text()
    changed = source.replace("STACK = 32 << 20", f"STACK = {stack}")
    assert (changed == source) == (stack == "32 << 20")
    script, witness = place / "embedded.js", place / "witness.js"
    script.write_text(changed)
    witness.write_text(f"const LOG = {str(place / 'log')!r}, TOUCH = {str(touch).lower()};{WITNESS}")
    binary, *rest = (str(script) if word.endswith("embedded.js") else word for word in found.command)
    return dataclasses.replace(found, command=(binary, "--require", str(witness), *rest))


async def check(pool: LeanPool, theorem: tuple[str, str]) -> Verdict:
    return await pool.check(Job(Statement("t", theorem[0]), theorem[1]))


async def test_deep_proofs_leave_the_engine_as_it_was(tmp_path):
    deep = [*map(parentheses, (250, 300, 340, 380)), *map(successors, (140, 170)), kernel(5_000)]
    async with LeanPool(watched(tmp_path), 1, LIMITS) as pool:
        for theorem in (NORMAL, *deep):
            verdict = await check(pool, theorem)
            assert verdict.proved, verdict.reason
        again = await check(pool, (NORMAL[0], f"{NORMAL[1]} -- again"))
        false = await check(pool, (": 1 = 2", f"exact {'(' * 300}rfl{')' * 300}"))
        assert again.proved and false.outcome is Outcome.FAILED
        assert pool.restarts == 0
    assert not (tmp_path / "log").exists()


async def test_nothing_is_proved_by_a_process_that_overflowed(tmp_path):
    """With the engine's own 64 KiB: the process ends before its reply, the next one is right."""
    async with LeanPool(watched(tmp_path, "64 << 10"), 1, LIMITS) as pool:
        for number, theorem in enumerate((parentheses(300), kernel(900)), 1):
            verdict = await check(pool, theorem)
            assert verdict.outcome is Outcome.MEMORY, verdict.reason
            assert (await check(pool, (NORMAL[0], f"{NORMAL[1]} -- {number}"))).proved
            assert pool.restarts == number
    assert not (tmp_path / "log").exists()


async def test_an_overflow_after_the_reply_is_no_fault_of_the_next_job(tmp_path):
    async with LeanPool(watched(tmp_path, touch=True), 1, LIMITS) as pool:
        assert (await check(pool, NORMAL)).proved
        assert (await check(pool, parentheses(1))).proved
        assert pool.restarts == 1
