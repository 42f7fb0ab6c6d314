# shellcheck shell=bash
# A Docker engine: the one that is reachable, or one of our own that ends with the script.

engine_folder=
engine_id=
engine_absent=

# reach_engine: when it fails, `engine_absent` says why.
reach_engine() {
  if has docker && docker info >/dev/null 2>&1; then return; fi
  if ! has dockerd && may_install; then install_packages docker.io iproute2; fi
  if ! has docker || ! has dockerd; then
    engine_absent="no Docker engine is reachable and none is installed"
  elif [ "$(id -u)" -ne 0 ]; then
    engine_absent="no Docker engine is reachable and only root may start one"
  else
    start_engine || engine_absent="dockerd does not start here: $(tail -n 1 "$engine_folder/log")"
  fi
  [ -z "$engine_absent" ]
}

# Without iptables and forwarding: containers reach each other and publish on the loopback, but nothing outside.
# All that it writes is in one folder, and it makes no link but those of the networks that are asked for.
start_engine() {
  local tries
  # Not under target/: a path of a socket has at most 107 bytes.
  engine_folder=$(mktemp -d /tmp/watchword-engine.XXXXXX)
  # By itself it keeps a key in /etc/docker.
  printf '{ "deprecated-key-path": "%s/key.json" }\n' "$engine_folder" >"$engine_folder/daemon.json"
  export DOCKER_HOST=unix://$engine_folder/socket DOCKER_CONFIG=$engine_folder/client
  # In a session of its own, so that Ctrl-C reaches the script first and the containers are stopped in order.
  setsid dockerd --config-file "$engine_folder/daemon.json" --bridge=none --ip-forward=false --iptables=false \
    --ip6tables=false --data-root "$engine_folder/data" --exec-root "$engine_folder/exec" \
    --pidfile "$engine_folder/pid" --host "$DOCKER_HOST" >"$engine_folder/log" 2>&1 &
  engine_id=$!
  for ((tries = 0; tries < 100; tries++)); do
    docker info >/dev/null 2>&1 && return
    kill -0 "$engine_id" 2>/dev/null || return 1
    sleep 0.1
  done
  return 1
}

stop_engine() {
  [ -n "$engine_folder" ] || return 0
  if [ -n "$engine_id" ]; then
    kill "$engine_id" 2>/dev/null || true
    wait "$engine_id" || true
  fi
  umount "$engine_folder"/exec/netns/* 2>/dev/null || true
  rm -rf "$engine_folder"
  engine_folder=
}
