# shellcheck shell=bash
# The modules that we ship, and how they become small: target/modules/NAME.wasm, and NAME.named.wasm
# beside it, the same code with the names of its functions, for profiles and back traces.

modules=(watchword jwt-verify identity-propagation abac-authz rate-limit)
# Without Cedar.
small_modules=(jwt-verify identity-propagation rate-limit)
module_folder=target/modules
cargo_wasm_folder=${CARGO_TARGET_DIR:-target}/wasm32-wasip1/release

# Inlining is forbidden: it makes the file smaller, but V8's machine code a third larger and its
# compilation, all of it before the first request, a quarter slower. So does `-Oz` beside `-Os`: one byte in 400 less in
# a packed file, and a sixth more of machine code and of start-up.
wasm_opt_flags=(-Os --one-caller-inline-max-function-size 1 --always-inline-max-function-size 0
  --flexible-inline-max-function-size 0 --debuginfo)

build_modules() {
  compile_modules
  shrink_modules
  check_imports
}

# compile_modules [OPTION...]: one call of cargo for all of them. With a call for each, cargo would resolve other
# features and build the shared crates anew.
compile_modules() {
  local packages=("$@") name
  for name in "${modules[@]}"; do packages+=(--package "$name"); done
  # The folders that the sources are unpacked into must be there to be named.
  cargo fetch --quiet --target wasm32-wasip1
  cargo build --release --target wasm32-wasip1 --config "target.wasm32-wasip1.rustflags=[$(remapped_paths)]" \
    "${packages[@]}" >&2
}

# The module with a defect for tests, testenv/trap, sealed like those that are shipped. How large it is, nobody asks.
build_trap() {
  compile_modules --package testenv-trap
  mkdir -p target/testing
  node scripts/seal.mjs "$cargo_wasm_folder/testenv_trap.wasm" target/testing/trap.wasm
}

# Messages of panics name files. Where those lie on this machine would make other bytes on another one. The last prefix
# that fits wins, so the target folder comes after the root, in which it may be.
remapped_paths() {
  local folder
  for folder in "${CARGO_HOME:-$HOME/.cargo}"/registry/src/*/; do remapped_path "${folder%/}" /registry; done
  remapped_library
  remapped_path "$root" /watchword
  remapped_path "$(realpath --canonicalize-missing "${CARGO_TARGET_DIR:-target}")" /target
}

# Where the sources of the standard library are installed, some of them are named by their place, and not as on a machine
# without them. A toolchain may be a link to another.
remapped_library() {
  local sysroot commit
  sysroot=$(rustc --print sysroot)
  commit=$(rustc -vV | sed -n 's/^commit-hash: //p')
  remapped_path "$sysroot/lib/rustlib/src/rust" "/rustc/$commit"
  remapped_path "$(realpath "$sysroot")/lib/rustlib/src/rust" "/rustc/$commit"
}

remapped_path() { printf '"--remap-path-prefix=%s=%s",' "$1" "$2"; }

# All at once: each shrinks on one core.
shrink_modules() {
  local name job jobs=()
  mkdir -p "$module_folder"
  # Two builds at a time must not write the same files; cargo has locks of its own.
  exec 9>"$module_folder/.lock"
  if has flock; then flock 9; fi
  for name in "${modules[@]}"; do
    shrink_module "$name" &
    jobs+=($!)
  done
  for job in "${jobs[@]}"; do wait "$job"; done
}

# shrink_module NAME: seals and shrinks, unless neither cargo's output nor the way of it changed.
shrink_module() {
  local source=$cargo_wasm_folder/${1//-/_}.wasm target=$module_folder/$1 inputs
  [ -f "$source" ] || die "cargo built no $source"
  inputs=$(printf '%s %s %s' "$binaryen_version" "${wasm_opt_flags[*]}" "$(cat scripts/seal.mjs "$source" | sha256sum)")
  if [ -f "$target.wasm" ] && [ "$(cat "$target.inputs" 2>/dev/null)" = "$inputs" ]; then return; fi
  say "shrinking $1"
  node scripts/seal.mjs "$source" "$target.sealed.wasm"
  wasm-opt "${wasm_opt_flags[@]}" "$target.sealed.wasm" -o "$target.named.wasm"
  rm "$target.sealed.wasm"
  wasm-opt --strip-debug --strip-producers "$target.named.wasm" -o "$target.wasm"
  printf '%s' "$inputs" >"$target.inputs"
}

check_imports() {
  local files=("${modules[@]/#/$module_folder/}")
  node scripts/imports.mjs scripts/imports.txt "${files[@]/%/.wasm}"
}

# What each module may weigh, packed, in KB. These may only fall: whoever makes a module smaller lowers them. One in a
# hundred is left for compilers of C, by which the cryptography of one machine is larger than that of another.
declare -A size_budgets=([watchword]=975 [jwt-verify]=230 [identity-propagation]=296 [abac-authz]=756 [rate-limit]=181)

# What they are to weigh one day; scripts/bench tells how far that is.
declare -A size_aims=([watchword]=800 [jwt-verify]=200 [identity-propagation]=200 [rate-limit]=200)

report_sizes() {
  local name
  for name in "${modules[@]}"; do
    printf '%-22s %6d KB %6d KB gzip\n' "$name" "$(kilobytes <"$module_folder/$name.wasm")" "$(gzip_kilobytes "$name")"
  done
  for name in "${modules[@]}"; do gate_of_size "perf.${name//-/_}_budget_kb" "$name" "${size_budgets[$name]}"; done
}

report_aims() {
  local name
  gate_of_size perf.module_kb watchword "${size_aims[watchword]}"
  for name in "${small_modules[@]}"; do gate_of_size "perf.${name//-/_}_kb" "$name" "${size_aims[$name]}"; done
}

# gate_of_size GATE NAME MOST: V8 compiles every function before the first request, so size is time and memory.
gate_of_size() {
  local got verdict=short
  got=$(gzip_kilobytes "$2")
  [ "$got" -gt "$3" ] || verdict=ok
  echo "gate $1 $got <=$3 $verdict"
}

gzip_kilobytes() { gzip -9 --no-name <"$module_folder/$1.wasm" | kilobytes; }
kilobytes() { echo $((($(wc -c) + 1023) / 1024)); }
