// usage: node scripts/seal.mjs IN.wasm OUT.wasm
//
// Lets the answers to a module's calls come to the module itself instead of the SDK, whose callbacks know only
// calls that the SDK has started (filters/host/src/abi/calls.rs says why we start them). The SDK's callback and
// ours have names of one length, so their places in the export section are exchanged; and a mark in the data
// tells the module so. Anything but exactly one of each is an error.
import { readFileSync, writeFileSync } from 'node:fs';

const EXPORTS = 7;
const DATA = 11;
const [input, output] = process.argv.slice(2);
const module = readFileSync(input);

// What follows trusts the lengths in it.
if (!WebAssembly.validate(module)) fail('it is not a valid module');
for (const callback of ['on_http_call_response', 'on_grpc_receive', 'on_grpc_close']) {
  exchange(section(EXPORTS), exported(`proxy_${callback}`), exported(`watch_${callback}`));
}
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

// An entry of the export section up to its index: the length of a name, the name, and the kind of a function.
function exported(name) {
  return String.fromCharCode(name.length) + name + '\0';
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
