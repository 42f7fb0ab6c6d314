#!/usr/bin/env node
// usage: scripts/imports.mjs LIST MODULE.wasm...
//
// Fails when a module imports what LIST does not name: Envoy would refuse it at load.
import { readFileSync } from "node:fs";
import { basename } from "node:path";

const [list, ...files] = process.argv.slice(2);
const given = new Set(readFileSync(list, "utf8").split("\n").filter((line) => line && !line.startsWith("#")));

const foreign = files.flatMap((file) =>
  WebAssembly.Module.imports(new WebAssembly.Module(readFileSync(file)))
    .filter(({ module, name, kind }) => kind !== "function" || !given.has(`${module}.${name}`))
    .map(({ module, name, kind }) => `${basename(file)}: Envoy gives no ${kind} ${module}.${name}`),
);
foreign.forEach((line) => console.error(line));
process.exitCode = foreign.length ? 1 : 0;
