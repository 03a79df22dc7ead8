#!/bin/sh
# Print the Chromium that the browser tests shall use; get one where there is none.
# An empty line means: the one that Playwright keeps for itself.
set -u

works() {
    [ -n "$1" ] && "$1" --version >/dev/null 2>&1
}

find_browser() {
    for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable; do
        path=$(command -v "$name" 2>/dev/null) && works "$path" && echo "$path" && return
    done
    return 1
}

find_browser && exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "browser: installing chromium from the system's packages (once)" >&2
    export DEBIAN_FRONTEND=noninteractive
    if apt-get update -qq >/dev/null 2>&1; then
        apt-get install -y -qq --no-install-recommends chromium >/dev/null 2>&1
    fi
    find_browser && exit 0
fi

echo "browser: fetching Playwright's Chromium (once)" >&2
if .venv/bin/python -m playwright install chromium >/dev/null 2>&1; then
    echo ""
    exit 0
fi

echo "browser: no Chromium could be had; install chromium and run make test again, or name one: make test CHROMIUM=/path" >&2
exit 1
