#!/usr/bin/env -S node --no-warnings --no-turbo-fast-api-calls
// usage: scripts/wasi.mjs TEST.wasm [ARGUMENT...]
//
// Runs a test built for wasm32-wasip1 in V8, the engine of Envoy: cargo's runner of that target. The test
// reads files by absolute path only. Without V8's fast calls: by these Node.js 20 reaches the functions of WASI, and
// with them more than half of the long runs crashed when all was done, in the code around the test.
import { readFile } from "node:fs/promises";
import { WASI } from "node:wasi";

const [file, ...args] = process.argv.slice(2);
const wasi = new WASI({
  version: "preview1",
  args: [file, ...args],
  env: process.env,
  preopens: { "/": "/" },
  returnOnExit: true,
});
const module = await WebAssembly.compile(await readFile(file));
const instance = await WebAssembly.instantiate(module, wasi.getImportObject());
process.exit(wasi.start(instance));
