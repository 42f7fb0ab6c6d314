# shellcheck shell=bash
# The tests that start Envoys, in lanes beside each other: most of them wait for something most of their time.

# Two cores are what hosted machines have at least. Each Envoy that starts keeps one busy for seconds.
lanes=2

# They judge how fast something is, or how much of it in a time. Nothing runs beside them.
alone=(engines limits rotation waits)

# The longest first: a long one that comes last would run alone.
long=(statuses quickstart explain trace_attacks faults bundles cedar)

# run_lanes: all tests of the harness and of the host in memory. The output of each is shown when it ends.
run_lanes() {
  local name
  build_native || return
  : >"$logs/failed"
  for name in "${alone[@]}"; do run_one "$name"; done
  for name in "${long[@]}" $(other_tests); do
    while [ "$(jobs -pr | wc -l)" -ge "$lanes" ]; do wait -n || true; done
    run_one "$name" &
  done
  wait
  [ ! -s "$logs/failed" ] || { echo "failed: $(tr '\n' ' ' <"$logs/failed")" && return 1; }
}

# other_tests: the names of those that are in no list. Releases of Envoy and faults under load have suites or commands of
# their own.
other_tests() { names_in harness | grep -vxF "$(printf '%s\n' versions survival "${alone[@]}" "${long[@]}")"; }

# run_one NAME
run_one() {
  local output=$logs/envoy-$1.log
  run_native harness "$1" --show-output --test-threads=1 >"$output" 2>&1 || echo "$1" >>"$logs/failed"
  show "$output"
}

# show FILE: the whole of it, and nothing of another lane between.
show() {
  (
    if has flock; then flock 9; fi
    cat "$1"
  ) 9>"$logs/.shown"
}
