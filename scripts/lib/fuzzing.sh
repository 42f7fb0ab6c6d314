# shellcheck shell=bash
# Fuzz targets under cargo-fuzz: built once, then each for its time from its seeds.

fuzz_build=$root/target/fuzz
fuzz_results=$root/target/logs/fuzz

# cargo-fuzz needs flags that only nightly takes, unless the compiler is told to build like one of its own.
cargo_fuzz() { RUSTC_BOOTSTRAP=1 cargo fuzz "$@"; }

fuzz_targets() { sed -n 's/^path = "fuzz_targets\/\(.*\)\.rs"$/\1/p' fuzz/Cargo.toml; }

build_fuzz() {
  has c++ || die "a C++ compiler is missing; run \`sudo apt-get install -y --no-install-recommends g++\`"
  step "build"
  cargo_fuzz build --sanitizer address --target-dir "$fuzz_build" >&2
  mkdir -p "$fuzz_results"
}

# fuzz_target NAME SECONDS: one line with what came of it; fails when an input was found.
fuzz_target() {
  local name=$1 log=$fuzz_results/$1.log status=0
  step "$name"
  mkdir -p "fuzz/corpus/$name" "fuzz/artifacts/$name"
  # The first folder takes the inputs that reach something new; the seeds are only read.
  "$(fuzz_program "$name")" "fuzz/corpus/$name" "fuzz/seeds/$name" -max_total_time="$2" \
    -dict="fuzz/dictionaries/$name" -artifact_prefix="fuzz/artifacts/$name/" \
    -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 >"$log" 2>&1 || status=$?
  report_fuzz "$name" "$log" "$status"
}

# fuzz_program NAME: the program itself, for cargo-fuzz would ask cargo to build it anew.
fuzz_program() { printf '%s/%s/release/%s' "$fuzz_build" "$(rustc -vV | sed -n 's/^host: //p')" "$1"; }

report_fuzz() {
  local name=$1 log=$2 status=$3 runs coverage input
  runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  coverage=$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$log" | tail -n 1)
  # A run that executes nothing looks just like success.
  if [ "$status" -eq 0 ] && [ "${runs:-0}" -gt 0 ]; then
    printf '%-13s %10d executions  %6d edges  ok\n' "$name" "$runs" "${coverage:-0}"
    return
  fi
  printf '%-13s %10d executions  %6d edges  FAILED\n' "$name" "${runs:-0}" "${coverage:-0}"
  grep -m 1 -A 3 -E "panicked at|ERROR: (libFuzzer|AddressSanitizer)" "$log" >&2 || tail -n 5 "$log" >&2
  input=$(sed -n 's/.*Test unit written to //p' "$log" | tail -n 1)
  if [ -n "$input" ]; then explain_input "$name" "$input"; fi
  say "the whole log: ${log#"$root"/}"
  return 1
}

explain_input() {
  local program
  program=$(fuzz_program "$1")
  say "the input:        $2"
  say "run it again:     ${program#"$root"/} $2"
  say "make it smaller:  ${program#"$root"/} -minimize_crash=1 -max_total_time=60 $2"
  say "make it a test:   put its case into the table of the unit test of the code that it breaks, and the input"
  say "                  with a name into fuzz/examples/seeds.rs, with which every later run starts"
}
