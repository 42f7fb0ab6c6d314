# shellcheck shell=bash
# What scripts/release does: two builds that know nothing of each other, and what is made of the first.

artifacts=$root/target/release-artifacts

# The matrix of Envoys, where the checkout has one: it gives `check_envoy_versions`.
# shellcheck source=/dev/null
if [ -f scripts/lib/versions.sh ]; then . scripts/lib/versions.sh; fi

# Nothing is where it was: the folder, the targets, cargo's home. One gate for all modules.
build_twice() {
  local name same=0 builds
  builds=$(mktemp -d /tmp/watchword-release.XXXXXX)
  printf '%s' "$builds" >"$logs/builds"
  build_clone "$builds/first" "${CARGO_HOME:-$HOME/.cargo}"
  move_cargo_home "$builds/second/home"
  build_clone "$builds/second/deeper/checkout" "$builds/second/home"
  for name in "${modules[@]}"; do
    if cmp "$builds/first/$module_folder/$name.wasm" "$builds/second/deeper/checkout/$module_folder/$name.wasm"; then
      same=$((same + 1))
    fi
  done
  report_gate ship.reproducible "$same" ${#modules[@]}
}

# build_clone FOLDER CARGO_HOME: the modules of this commit, in a clone that has never been built.
build_clone() {
  git clone --quiet --no-hardlinks "$root" "$1"
  git -C "$1" checkout --quiet "$(git rev-parse HEAD)"
  mkdir -p "$1/target"
  ln -s "$tools" "$1/target/tools"
  say "building in $1"
  # The settings of this shell are not those of a stranger's.
  env -u CARGO_TARGET_DIR -u RUSTFLAGS CARGO_HOME="$2" "$1/scripts/build" >&2
}

# move_cargo_home FOLDER: cargo's files under another path, which a build must not notice. Nothing is fetched anew.
move_cargo_home() {
  local entry
  mkdir -p "$1"
  for entry in "${CARGO_HOME:-$HOME/.cargo}"/{registry,git,config.toml,bin}; do
    [ ! -e "$entry" ] || ln -s "$entry" "$1/"
  done
}

# report_gate NAME GOT WANT: counts that must be equal.
report_gate() {
  if [ "$2" -eq "$3" ]; then
    echo "gate $1 $2/$3 $3/$3 ok"
  else
    echo "gate $1 $2/$3 $3/$3 short"
    return 1
  fi
}

make_artifacts() {
  local first name
  first=$(cat "$logs/builds")/first
  rm -rf "$artifacts"
  mkdir -p "$artifacts"
  for name in "${modules[@]}"; do cp "$first/$module_folder/$name"{,.named}.wasm "$artifacts/"; done
  pack_modules "$artifacts" "$artifacts" | tee "$artifacts/digests.txt"
  (cd "$artifacts" && sha256sum -- *.wasm sbom/* notices/* digests.txt >SHA256SUMS)
  write_notes >"$artifacts/release-notes.md"
}

# The change log's newest part, and what to name in a resource.
write_notes() {
  printf '# Watchword %s\n' "$(release_version)"
  awk '/^## \[/ { part++ } part == 1 && !/^## \[/' CHANGELOG.md
  printf '\n## Digests\n\n`sha256` of a resource means the digest of the manifest where the URL begins with `oci://`, and\n'
  printf 'the digest of the file where it begins with `http://`, `https://` or `file://`.\n\n'
  printf '| module | `oci://` | `http://`, `https://`, `file://` |\n|---|---|---|\n'
  awk 'NF == 1 { sub(/:.*/, ""); name = $1 } /oci:/ { oci = $NF } /http:/ { printf "| %s | `%s` | `%s` |\n", name, oci, $NF }' \
    "$artifacts/digests.txt"
  printf '\nBuilt from commit %s. `scripts/release` makes the same bytes again.\n' "$(git rev-parse HEAD)"
}

# `part` runs in a pipe, whose variables end with it.
remove_builds() {
  if [ -s "$logs/builds" ]; then rm -rf "$(cat "$logs/builds")"; fi
}
