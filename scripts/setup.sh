#!/bin/sh
# Install what a make target needs into .venv: scripts/setup.sh site|test
# Says one line when something is missing, and leaves the details in .venv/install.log.
set -u
what=$1
venv=.venv
wanted='import sys; sys.exit(sys.version_info < (3, 11))'

fail() {
    echo "setup: $1" >&2
    exit 1
}

# The first Python that will do: the one asked for, else the newest-named one on the PATH.
find_python() {
    if [ -n "${PYTHON:-}" ]; then
        set -- "$PYTHON"
    else
        set -- python3 python3.14 python3.13 python3.12 python3.11 python
    fi
    for name in "$@"; do
        if command -v "$name" >/dev/null 2>&1 && "$name" -c "$wanted" >/dev/null 2>&1; then
            command -v "$name"
            return
        fi
    done
}

if ! "$venv/bin/python" -c "$wanted" >/dev/null 2>&1 || ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
    python=$(find_python)
    [ -n "$python" ] || fail "Python 3.11 or newer is needed; install it, or name it: make PYTHON=/path/to/python3"
    "$python" -c 'import venv, ensurepip' >/dev/null 2>&1 ||
        fail "Python's venv module is missing; install it (Debian, Ubuntu: apt-get install python3-venv) and run make again"
    echo "setup: making .venv with $("$python" --version)"
    "$python" -m venv --clear "$venv" >/dev/null 2>&1 ||
        fail "could not make the folder .venv; check that this folder is writable and the disk is not full"
fi

# pymdown-extensions 13.1 asks for 3.11.5, yet builds this site the same on 3.11.0 to 3.11.4.
older=
"$venv/bin/python" -c 'import sys; sys.exit(sys.version_info >= (3, 11, 5))' && older=--ignore-requires-python

echo "setup: installing the packages of requirements/$what.txt (once)"
if ! "$venv/bin/python" -m pip install --disable-pip-version-check --no-input --retries 2 --timeout 30 \
    --require-hashes $older -r "requirements/$what.txt" >"$venv/install.log" 2>&1; then
    if grep -q "DO NOT MATCH THE HASHES" "$venv/install.log"; then
        fail "a package is not the one that was locked; do not use it, and report this (details: $venv/install.log)"
    elif grep -qiE "connection|resolve|timed? ?out|network|proxy|ssl" "$venv/install.log"; then
        fail "the packages could not be fetched; check the network or the package index and run make again (details: $venv/install.log)"
    fi
    fail "the packages could not be installed; see the last lines of $venv/install.log"
fi
touch "$venv/.$what-ready"
