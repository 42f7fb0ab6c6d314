# shellcheck shell=bash
# The tests that run as programs of this machine: built at once, run one by one.
#
# All are built with one choice of crates. With another, cargo would turn on other features of what they share and
# build that anew, Cedar too: minutes for every suite.

# Modules are linked for wasm alone.
native=(--workspace "${modules[@]/#/--exclude=}")
native_tests=$root/target/tests.tsv

# build_native: all tests, a line of `native_tests` for each, and with them the programs that other parts would build for
# themselves.
build_native() {
  cargo test --no-run "${native[@]}" --message-format json-render-diagnostics >"$native_tests.json" || return
  python3 -B scripts/tests_of.py "$native_tests.json" >"$native_tests"
  WATCHWORD_PROGRAMS=$(realpath "${CARGO_TARGET_DIR:-target}/debug")
  export WATCHWORD_PROGRAMS
}

# run_native SIDE NAME [OPTION...]: the tests of that name, or `all`, each in its crate's folder, as cargo would run it.
# All of them run, whatever comes of the first.
run_native() {
  local crate folder name program status=0 count=0
  while IFS=$'\t' read -r crate folder name program <&3; do
    [ "$(side_of "$crate")" = "$1" ] || continue
    [ "$2" = all ] || [ "$2" = "$name" ] || continue
    count=$((count + 1))
    printf '     Running %s of %s\n' "$name" "$crate"
    (cd "$folder" && "$program" "${@:3}") || { echo "failed: $name of $crate" && status=1; }
  done 3<"$native_tests"
  [ "$count" -gt 0 ] || { echo "no test of the $1 is called $2" && status=1; }
  return "$status"
}

# side_of CRATE: the harness starts Envoys, or modules in a host in memory; the stages and the tool need neither.
side_of() {
  case $1 in
    testenv | testenv-bench | testenv-worker | wasmhost) echo harness ;;
    *) echo stages ;;
  esac
}

# names_in SIDE: what its tests are called.
names_in() {
  local crate folder name program
  while IFS=$'\t' read -r crate folder name program; do
    [ "$(side_of "$crate")" != "$1" ] || echo "$name"
  done <"$native_tests" | sort -u
}
