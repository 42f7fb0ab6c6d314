// usage: node scripts/seal.mjs IN.wasm OUT.wasm
//
// Lets the answers to a module's HTTP calls come to the module itself instead of the SDK, whose callback
// panics on calls that the SDK has not started (filters/host/src/abi.rs says why we start them). The two
// callbacks have names of one length, so their places in the export section are exchanged; and a mark in the
// data tells the module so. Anything but exactly one of each is an error.
import { readFileSync, writeFileSync } from 'node:fs';

const EXPORTS = 7;
const DATA = 11;
const [input, output] = process.argv.slice(2);
const module = readFileSync(input);

// What follows trusts the lengths in it.
if (!WebAssembly.validate(module)) fail('it is not a valid module');
exchange(section(EXPORTS), 'proxy_on_http_call_response', 'watch_on_http_call_response');
replace(section(DATA), 'watchword:open!!', 'watchword:sealed');
if (!WebAssembly.validate(module)) fail('the sealed module is not valid');
writeFileSync(output, module);

function exchange(bytes, one, other) {
  const [first, second] = [place(bytes, one), place(bytes, other)];
  bytes.write(other, first);
  bytes.write(one, second);
}

function replace(bytes, before, after) {
  bytes.write(after, place(bytes, before));
}

function place(bytes, text) {
  const at = bytes.indexOf(text);
  if (at < 0 || bytes.indexOf(text, at + 1) >= 0) fail(`\`${text}\` does not stand there exactly once`);
  return at;
}

// The section with this id, as a view into the module.
function section(id) {
  for (let at = 8; at < module.length; ) {
    const [size, start] = unsigned(at + 1);
    if (module[at] === id) return module.subarray(start, start + size);
    at = start + size;
  }
  return fail(`there is no section ${id}`);
}

// An unsigned LEB128 number, and where it ends.
function unsigned(at) {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = module[at++];
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return [value, at];
  }
}

function fail(reason) {
  console.error(`seal: ${input}: ${reason}`);
  process.exit(1);
}
