#!/bin/sh
# Print the path of Lighthouse, which measures pages; get it, at the locked version, where it is not there yet.
set -u

lock=requirements/lighthouse
version=$(sed -n 's/.*"lighthouse": "\(.*\)".*/\1/p' $lock/package.json)
folder=.venv/share/lighthouse-$version
program=$folder/node_modules/lighthouse/cli/index.js

if ! command -v npm >/dev/null 2>&1 && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "lighthouse: installing npm from the system's packages (once)" >&2
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq >/dev/null 2>&1 && apt-get install -y -qq --no-install-recommends npm >/dev/null 2>&1
fi
if ! command -v npm >/dev/null 2>&1; then
    echo "lighthouse: Node is needed to measure the pages; install npm (Debian, Ubuntu) and run this again" >&2
    exit 1
fi

# The lock holds a digest of each package: one that is another is refused.
if [ ! -f "$folder/.ready" ] || [ "$lock/package-lock.json" -nt "$folder/.ready" ]; then
    echo "lighthouse: fetching Lighthouse $version (once)" >&2
    mkdir -p "$folder" && cp $lock/package.json $lock/package-lock.json "$folder/"
    if ! (cd "$folder" && npm ci --ignore-scripts --no-audit --no-fund >install.log 2>&1); then
        if grep -q EINTEGRITY "$folder/install.log"; then
            echo "lighthouse: a package is not the one that was locked; do not use it, and report this (details: $folder/install.log)" >&2
            exit 1
        fi
        echo "lighthouse: Lighthouse $version could not be installed; check the network and run this again (details: $folder/install.log)" >&2
        exit 1
    fi
    touch "$folder/.ready"
fi
echo "$program"
