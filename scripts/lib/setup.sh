# shellcheck shell=bash
# What the machine must have. What can live under target/ is put there without asking; packages of
# the system are named, and installed only by --install or by root in CI.

# The oldest release of Node.js that the runner of the module tests was tried with.
node_major=20

setup() {
  setup_system
  setup_rust
}

setup_system() {
  local missing=()
  has cc || missing+=(build-essential)
  has clang || missing+=(clang)
  has git || missing+=(git)
  has node || missing+=(nodejs)
  has npm || missing+=(npm)
  python3 -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3 python3-venv)
  [ ${#missing[@]} -eq 0 ] || install_packages "${missing[@]}"
  node -e "process.exit(parseInt(process.versions.node) < $node_major ? 1 : 0)" \
    || die "Node.js $node_major or newer is needed, this is $(node --version)"
}

# Only some tests need it, and those say so where it is missing. They start one of their own: whatever the
# package has started by itself is left alone.
setup_redis() {
  has redis-server && return
  # What depends on it says so by itself, so nothing else must end with it.
  if may_install && install_packages redis-server && has redis-server; then return; fi
  say "missing on this machine: redis-server; the tests of two proxies with one limit will leave their gates absent"
}

setup_prometheus() {
  has promtool && has prometheus && return
  if may_install && install_packages prometheus && has prometheus; then return; fi
  say "missing on this machine: prometheus; the tests of alert rules and of scraping will leave their gates absent"
}

# Only the tests of images need them: a registry, and a reader that is not ours.
setup_registry() {
  local missing=()
  has docker-registry || missing+=(docker-registry)
  has skopeo || missing+=(skopeo)
  [ ${#missing[@]} -gt 0 ] || return 0
  if may_install && install_packages "${missing[@]}" && has docker-registry && has skopeo; then return; fi
  say "missing on this machine: ${missing[*]}; the tests of images will leave their gate absent"
}

install_packages() {
  local command=(apt-get install -y --no-install-recommends "$@")
  may_install || die "missing on this machine: $*; run \`sudo ${command[*]}\`, or this script with --install"
  say "installing packages of the system: $*"
  as_root apt-get update -qq
  as_root "${command[@]}" >&2
}

may_install() {
  has apt-get || return 1
  [ "$install" = true ] || { [ "${CI:-}" = true ] && [ "$(id -u)" -eq 0 ]; }
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then DEBIAN_FRONTEND=noninteractive "$@"; else sudo "$@"; fi
}

# The toolchain and its targets are named by rust-toolchain.toml.
setup_rust() {
  has rustup || die "rustup is missing: https://rustup.rs tells how to install it"
  rust_is_ready && return
  if rust_by_other_name; then return; fi
  say "installing the toolchain of rust-toolchain.toml"
  rustup toolchain install >&2
  rust_is_ready || die "rustup could not install the toolchain of rust-toolchain.toml"
}

rust_is_ready() {
  local target installed
  installed=$(rustup target list --installed 2>/dev/null) || return 1
  for target in wasm32-wasip1 wasm32-unknown-unknown; do
    grep -qx "$target" <<<"$installed" || return 1
  done
}

# The release may be on the machine under the name `stable`: the same compiler makes the same bytes.
rust_by_other_name() {
  local release
  release=$(sed -n 's/^channel = "\(.*\)"/\1/p' rust-toolchain.toml)
  rustc +stable --version 2>/dev/null | grep -q "^rustc $release " || return 1
  export RUSTUP_TOOLCHAIN=stable
  rust_is_ready || { unset RUSTUP_TOOLCHAIN && return 1; }
}
