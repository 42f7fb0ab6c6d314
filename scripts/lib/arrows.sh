# shellcheck shell=bash
# The direction of dependency between our crates, read from what cargo would link.

# What each crate may use of ours. A stage knows the words, JOSE and the upkeep of documents, never another
# stage.
arrows=(
  "contract:"
  "upkeep: contract"
  "jose: contract upkeep"
  "bundle: contract jose"
  "jwt: contract jose"
  "identity: contract jose"
  "authz: bundle contract jose upkeep"
  "ratelimit: contract"
  "pipeline: contract"
  "host: contract pipeline"
)

check_arrows() {
  local status=0 arrow module
  for arrow in "${arrows[@]}"; do check_arrow "${arrow%%:*}" "${arrow#*:}" || status=1; done
  for module in jwt-verify identity-propagation rate-limit; do
    free_of "$module" '^cedar-policy' --target wasm32-wasip1 || status=1
  done
  # The schema of a configuration is for tools: no module carries it.
  for module in watchword jwt-verify identity-propagation abac-authz rate-limit; do
    free_of "$module" '^(schemars|dyn-clone) ' --target wasm32-wasip1 || status=1
  done
  for module in "${native_crates[@]}"; do free_of "$module" '^proxy-wasm ' || status=1; done
  return $status
}

# proxy-wasm declares functions that only a proxy has: a native build could not be linked.
native_crates=(host pipeline watchword-cli testenv)

check_arrow() {
  local tree used foreign
  tree=$(cargo tree --package "$1" --edges normal --depth 1 --prefix none --target all) || return 1
  used=$(awk -v own="($root/" -v self="$1" 'index($0, own) && $1 != self { print $1 }' <<<"$tree" | sort -u)
  foreign=$(awk -v allowed=" $2 " 'NF && !index(allowed, " " $1 " ")' <<<"$used" | paste -sd' ')
  [ -z "$foreign" ] || { say "$1 may not depend on: $foreign" && return 1; }
}

# free_of CRATE PATTERN [OPTION...]: nothing that matches is linked into it.
free_of() {
  local crate=$1 pattern=$2 tree found
  shift 2
  tree=$(cargo tree --package "$crate" --edges normal --prefix none "$@") || return 1
  found=$(awk -v pattern="$pattern" '$0 ~ pattern' <<<"$tree" | sort -u | paste -sd' ')
  [ -z "$found" ] || { say "$crate may not link: $found" && return 1; }
}
