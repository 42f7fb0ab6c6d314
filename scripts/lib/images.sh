# shellcheck shell=bash
# The modules as images, in both forms, with what goes along with them.

release_version() { sed -n '/^\[workspace.package\]/,/^\[/s/^version = "\(.*\)"/\1/p' Cargo.toml; }

# Of the commit, not of the build: the same commit makes the same bytes.
release_epoch() { git log -1 --format=%ct; }

setup_watchword() {
  [ -n "${WATCHWORD_PROGRAMS:-}" ] || cargo build --quiet --package watchword-cli >&2
  watchword=$(realpath "${WATCHWORD_PROGRAMS:-${CARGO_TARGET_DIR:-target}/debug}/watchword")
}

# pack_modules MODULES FOLDER: FOLDER/oci/NAME and FOLDER/oci/NAME.artifact, FOLDER/sbom and FOLDER/notices.
# Prints the digests.
pack_modules() {
  local name
  mkdir -p "$2"/{oci,sbom,notices}
  for name in "${modules[@]}"; do
    list_linked "$1/$name.wasm" "$name" "$2"
    pack_module "$1/$name.wasm" "$name" "$2"
  done
}

list_linked() {
  local what
  for what in "sbom $3/sbom/$2.cdx.json" "notices $3/notices/$2.txt"; do
    python3 scripts/linked.py "${what% *}" "$2" "$1" "$(release_version)" "$(release_epoch)" >"${what#* }"
  done
}

pack_module() {
  local extras=(--notice LICENSE --notice "$3/notices/$2.txt" --sbom "$3/sbom/$2.cdx.json" --readme README.md) origin=()
  local common=(--module "$2" --version "$(release_version)" --created "$(release_epoch)" --revision "$(git rev-parse HEAD)")
  if [ -f "schema/$2.json" ]; then extras+=(--schema "schema/$2.json"); fi
  if [ -n "${SOURCE_URL:-}" ]; then origin=(--source "$SOURCE_URL"); fi
  "$watchword" package "${common[@]}" "${origin[@]}" "${extras[@]}" "$1" "$3/oci/$2"
  "$watchword" package "${common[@]}" "${origin[@]}" --form artifact "$1" "$3/oci/$2.artifact" >/dev/null
  "$watchword" verify-image "$3/oci/$2" >/dev/null
  "$watchword" verify-image "$3/oci/$2.artifact" >/dev/null
}

# Every list of what is linked, by its makers' own validator.
check_lists() {
  setup_cyclonedx
  "$tools/cyclonedx/bin/python" scripts/sbom_valid.py "$1"/sbom/*.cdx.json
}
