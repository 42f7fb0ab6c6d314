# shellcheck shell=bash
# Fuzz targets under cargo-fuzz: built once, then each for its time from its seeds and its corpus.

fuzz_build=$root/target/fuzz
fuzz_results=$root/target/logs/fuzz
# Where a run puts what it finds: the corpus that is committed grows by `--merge` alone.
fuzz_finds=$root/target/fuzz-corpus

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
  mkdir -p "$fuzz_finds/$name" "fuzz/artifacts/$name"
  # The first folder takes the inputs that reach something new; the others are only read.
  "$(fuzz_program "$name")" "$fuzz_finds/$name" "fuzz/corpus/$name" "fuzz/seeds/$name" -max_total_time="$2" \
    -dict="fuzz/dictionaries/$name" -artifact_prefix="fuzz/artifacts/$name/" \
    -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 >"$log" 2>&1 || status=$?
  report_fuzz "$name" "$log" "$status"
}

# fuzz_program NAME: the program itself, for cargo-fuzz would ask cargo to build it anew.
fuzz_program() { printf '%s/%s/release/%s' "$fuzz_build" "$(rustc -vV | sed -n 's/^host: //p')" "$1"; }

executions() { sed -n 's/^stat::number_of_executed_units: *//p' "$fuzz_results/$1.log"; }
edges() { sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$fuzz_results/$1.log" | tail -n 1; }
seconds_of() { sed -n 's/^Done [0-9]* runs in \([0-9]*\) second.*/\1/p' "$fuzz_results/$1.log"; }

report_fuzz() {
  local name=$1 log=$2 status=$3 runs coverage input
  runs=$(executions "$name")
  coverage=$(edges "$name")
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
  say "                  with a name into fuzz/properties/examples/seeds.rs, with which every later run starts"
}

# What is committed for each target at most: a clone must stay small, and a test asks about every input.
most_files=300
most_bytes=$((300 * 1024))

# merge_corpus NAME: the corpus anew, of the fewest inputs that together reach every edge that any has reached.
merge_corpus() {
  local name=$1 merged=$fuzz_build/merged/$1 corpus=fuzz/corpus/$1 log=$fuzz_results/$1-merge.log
  rm -rf "$merged"
  mkdir -p "$merged" "$fuzz_finds/$name" "$corpus"
  "$(fuzz_program "$name")" -set_cover_merge=1 -use_counters=0 -timeout=10 -rss_limit_mb=2048 \
    "$merged" "fuzz/seeds/$name" "$corpus" "$fuzz_finds/$name" >"$log" 2>&1 || die "see ${log#"$root"/}"
  # libFuzzer names inputs by their SHA-1: this is what stands among the seeds already.
  sha1sum "fuzz/seeds/$name/"* | while read -r hash _; do rm -f "$merged/$hash"; done
  rm -rf "$corpus"
  mkdir -p "$corpus"
  smallest "$merged" | xargs -r cp -t "$corpus"
  printf '%-13s %4d of %4d inputs  %4d KiB\n' "$name" "$(files_in "$corpus")" "$(files_in "$merged")" "$(kib_in "$corpus")"
}

# smallest FOLDER: its inputs, as many as may be kept, the small ones first.
smallest() {
  find "$1" -type f -printf '%s %p\n' | sort -n | head -n "$most_files" \
    | awk -v most="$most_bytes" '(bytes += $1) <= most { print $2 }'
}

files_in() { find "$1" -type f | wc -l; }
kib_in() { find "$1" -type f -printf '%s\n' | awk '{ bytes += $1 } END { print int((bytes + 1023) / 1024) }'; }

# fuzz_table: what the last run of each target came to, for a page.
fuzz_table() {
  local name corpus
  echo '| target | what holds | executions | edges | seconds | kept inputs | KiB |'
  echo '|---|---|--:|--:|--:|--:|--:|'
  while read -r name; do
    corpus=fuzz/corpus/$name
    printf "| \`%s\` | %s | %s | %s | %s | %s | %s |\n" "$name" "$(what_holds "$name")" "$(executions "$name" | grouped)" \
      "$(edges "$name" | grouped)" "$(seconds_of "$name")" "$(files_in "$corpus")" "$(kib_in "$corpus")"
  done < <(fuzz_targets | sort)
}

# Digits in groups of three, as people read them.
grouped() { sed -E ':next; s/^([0-9]+)([0-9]{3})/\1,\2/; t next'; }

# what_holds NAME: the first paragraph of its property.
what_holds() { sed -n '/^\/\/! ./!q; s/^\/\/! //p' "fuzz/properties/src/$1.rs" | paste -sd' '; }

# write_table PAGE: its last table anew.
write_table() {
  local head name
  for name in $(fuzz_targets); do [ -n "$(seconds_of "$name" 2>/dev/null)" ] || die "$name was not run to its end yet"; done
  head=$(sed '/^| target | what holds/,$d' "$1")
  { printf '%s\n\n' "$head" && fuzz_table; } >"$fuzz_results/page.md"
  mv "$fuzz_results/page.md" "$1"
}
