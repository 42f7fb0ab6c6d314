# shellcheck shell=bash
# Gates and counts: the numbers by which a run is judged, printed the same way by every command.
#
# A gate is one line, `gate NAME GOT WANT ok|short`, or `gate NAME - WANT absent: REASON`.

# begin_report COMMAND: what follows is recorded in target/gates-COMMAND.txt and target/logs/COMMAND.
begin_report() {
  gates=$root/target/gates-$1.txt
  logs=$root/target/logs/$1
  rm -rf "$logs"
  mkdir -p "$logs"
  : >"$gates"
  passed=0 failed=0 broken=()
}

# suite NAME COMMAND...: runs a suite of tests, shows it, counts it. A suite that executes no test
# is broken, whatever its exit code: a runner that skips everything looks just like success.
suite() {
  local name=$1 log=$logs/$1.log started=$SECONDS status=0 counts
  shift
  step "$name"
  "$@" 2>&1 | tee "$log" || status=$?
  counts=$(count_tests <"$log")
  passed=$((passed + ${counts% *})) failed=$((failed + ${counts#* }))
  if [ "$status" -ne 0 ] || [ "$counts" = '0 0' ]; then break_with "$name" "${counts#* }"; fi
  collect_gates "$log"
  say "-- $name: ${counts% *} passed, ${counts#* } failed, $((SECONDS - started)) s"
}

# part NAME COMMAND...: a check without tests of its own; it counts as one.
part() {
  local name=$1 log=$logs/${1//[ \/]/-}.log started=$SECONDS
  shift
  step "$name"
  if "$@" 2>&1 | tee "$log"; then
    passed=$((passed + 1))
  else
    break_with "$name" 0
  fi
  collect_gates "$log"
  say "-- $name: $((SECONDS - started)) s"
}

# A test that runs uncaptured prints its gate behind its own name.
collect_gates() { sed -nE 's/^(test .* \.\.\. )?(gate [^ ]+ .*)$/\2/p' "$1" >>"$gates"; }

# break_with NAME FAILED: what broke without a failed test of its own counts as one.
break_with() {
  broken+=("$1")
  [ "$2" -gt 0 ] || failed=$((failed + 1))
}

# "PASSED FAILED", summed over the closing lines of libtest and of wasm-bindgen's runner.
count_tests() {
  awk '/^test result: / { for (i = 2; i <= NF; i++) { if ($i ~ /^passed/) p += $(i - 1); if ($i ~ /^failed/) f += $(i - 1) } }
       END { print p + 0, f + 0 }'
}

# The verdict, with the line of counts last: no `short` gate, no broken suite, no failed test.
end_report() {
  local short
  short=$(grep -c ' short$' "$gates" || true)
  step "gates"
  cat "$gates"
  [ "$short" -eq 0 ] || say "gates that fall short: $short"
  [ ${#broken[@]} -eq 0 ] || say "broken: ${broken[*]}"
  printf '%s passed, %s failed\n' "$passed" "$((failed + short))"
  [ "$failed" -eq 0 ] && [ "$short" -eq 0 ] && [ ${#broken[@]} -eq 0 ]
}
