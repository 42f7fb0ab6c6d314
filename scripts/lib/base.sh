# shellcheck shell=bash
# Sourced first by every entry point: where the repository is, how a script speaks and how it stops.

script=$(realpath "$0")
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$root"
tools=$root/target/tools
export PATH="$tools/bin:$PATH"

# Everything that is said goes to standard error: standard output is for results.
say() { printf '%s\n' "$*" >&2; }
step() { printf '\n== %s\n' "$*" >&2; }
die() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}
has() { command -v "$1" >/dev/null 2>&1; }

# The comment at the head of a script is its help.
help() {
  sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$script"
  exit 0
}

# options "$@": takes --help and --install, leaves the rest in the array `arguments`.
# `install` is read by setup.sh.
# shellcheck disable=SC2034
options() {
  install=false
  arguments=()
  local argument
  for argument in "$@"; do
    case $argument in
      -h | --help) help ;;
      --install) install=true ;;
      *) arguments+=("$argument") ;;
    esac
  done
}

# no_arguments: for scripts that take none; a misspelt option must not be ignored.
no_arguments() {
  [ ${#arguments[@]} -eq 0 ] || die "unknown argument: ${arguments[*]} (--help tells the usage)"
}
