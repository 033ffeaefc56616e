#!/usr/bin/env node
/**
 * Starts the bundled command, collector.cjs beside this file. What must come before anything else: the number of libuv's
 * threads, which is read when the first is needed, and V8's flags, under which the compiled code was cached.
 */
import fs = require('node:fs');
import Module = require('node:module');
import path = require('node:path');
import v8 = require('node:v8');
import vm = require('node:vm');

// Windows hands a process its environment once, and what is loaded by --import has used the threads already: there
// UV_THREADPOOL_SIZE must come from whoever starts the process.
const tooLate = /--(import|loader|experimental-loader)\b/.test([...process.execArgv, process.env['NODE_OPTIONS'] ?? ''].join(' '));
if (process.platform !== 'win32' && !tooLate) process.env['UV_THREADPOOL_SIZE'] ??= '48';

/*
 * V8's heap is kept near what is alive in it, at the price of more frequent, small collections. Left alone its young
 * generation grows from 2 MB to 32 MB in the first busy minute and never shrinks, and the old one doubles before it is
 * looked through, or grows by 8 MB. And the compilers, of which the optimizing one touches 3.5 MB by its first use alone and the other makes a megabyte
 * of machine code, are not for code that runs a few times a second. heap.ts lets go of all this where the collector is busy.
 */
v8.setFlagsFromString('--semi-space-growth-factor=1');
v8.setFlagsFromString('--heap-growing-percent=15');
v8.setFlagsFromString('--optimize-for-size');
v8.setFlagsFromString('--no-opt');
v8.setFlagsFromString('--no-sparkplug');
// The old generation is looked through again when a tenth of the 3 MB that V8 grants it is used, which here takes minutes; and what only a start runs
// is forgotten at the second look, not at the sixth.
v8.setFlagsFromString('--incremental-marking-soft-trigger=10');
v8.setFlagsFromString('--bytecode-old-age=2');

const filename = path.join(__dirname, 'collector.cjs');

/** Code compiled by this very Node when the package was built; V8 refuses any other. */
function cachedData(): Buffer | undefined {
  try {
    return fs.readFileSync(`${filename}.cache`);
  } catch {
    return undefined;
  }
}

const data = cachedData();
// The file is the function that a module is, and ASCII: nothing of its megabyte is copied.
const script = new vm.Script(fs.readFileSync(filename, 'latin1'), { filename, ...(data === undefined ? {} : { cachedData: data }) });
const collector = { exports: {} };
const run = script.runInThisContext() as (...args: unknown[]) => void;
run(collector.exports, Module.createRequire(filename), collector, filename, __dirname);

export = script;
