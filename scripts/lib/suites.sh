# shellcheck shell=bash
# The suites of scripts/test, cheapest first.

suites=(native manifests modules wasi web engine oracle envoy survival package compose)

run_suite() {
  case $1 in
    native) suite native test_native ;;
    manifests) setup_manifests && suite manifests test_manifests ;;
    modules) part modules scripts/build ;;
    wasi) suite wasi test_wasi ;;
    web) setup_wasm_bindgen && suite web test_web ;;
    engine) suite engine test_engine ;;
    oracle)
      scripts/build >/dev/null
      part oracle scripts/oracle --quick
      ;;
    envoy)
      setup_envoy
      setup_redis
      setup_prometheus
      # Never the modules of yesterday: a second when nothing has changed.
      scripts/build >/dev/null
      suite envoy run_lanes
      ;;
    survival)
      setup_envoy
      scripts/build >/dev/null
      build_trap
      suite survival test_survival
      ;;
    package)
      setup_registry
      part package scripts/package
      suite images test_images
      ;;
    compose) part compose scripts/traces ;;
    *) die "no suite is called $1 (--help lists them)" ;;
  esac
}

# The output of tests that pass is shown too: gates are printed by tests.
test_native() { build_native && run_native stages all --show-output && cargo test --quiet --doc "${native[@]}"; }

test_manifests() {
  build_native && target/tools/manifests/bin/python -B scripts/manifests "$WATCHWORD_PROGRAMS/watchword" "$tools/models/node_modules"
}

# Uncaptured: a panic ends the instance, and with it whatever it had kept to itself.
test_wasi() {
  cargo test --no-fail-fast --target wasm32-wasip1 --package authz --package bundle --package contract --package jose \
    --package ratelimit --package upkeep --lib --test abilities --test corpora -- --nocapture
}

# One by one: the runner refuses the options by which cargo would name a test of another crate.
test_web() {
  cargo test --no-fail-fast --target wasm32-unknown-unknown --package contract --package ratelimit --test web
}

# Nothing runs beside it: what a fault costs is judged by the clock.
test_survival() { build_native && run_native harness survival --show-output --test-threads=1; }

# A workspace of its own, which the suite of Envoys starts too.
test_engine() {
  cargo test --no-fail-fast --locked --manifest-path testenv/engine/Cargo.toml --target-dir target/engine
}

# What needs a registry and a reader that are not ours, and counts the rest with it.
test_images() {
  if ! has docker-registry || ! has skopeo; then
    echo "gate ship.oci - all absent: docker-registry and skopeo are not installed"
    build_native && run_native stages images --show-output
    return
  fi
  setup_cryptography
  build_native \
    && WATCHWORD_REGISTRY=$(command -v docker-registry) SKOPEO=$(command -v skopeo) PYTHON=$tools/cryptography/bin/python \
      run_native stages images --ignored --nocapture
}
