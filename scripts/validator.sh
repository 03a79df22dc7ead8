#!/bin/sh
# Print the path of the Nu HTML checker (vnu.jar); get it, and a Java to run it, where there is none.
set -u

name=vnu-jar
version=26.9.27
sum=22f15dd39a33bed929d2a5c0cddf5946849a647eca9272bf4d5d00bc7e7a4d47
folder=.venv/share/$name-$version
jar=$folder/package/build/dist/vnu.jar

install() {
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        echo "validator: installing $1 from the system's packages (once)" >&2
        export DEBIAN_FRONTEND=noninteractive
        apt-get update -qq >/dev/null 2>&1 && apt-get install -y -qq --no-install-recommends "$1" >/dev/null 2>&1
    fi
}

command -v java >/dev/null 2>&1 || install default-jre-headless
if ! command -v java >/dev/null 2>&1; then
    echo "validator: Java is needed to check the HTML; install it (Debian, Ubuntu: default-jre-headless) and run make test-full again" >&2
    exit 1
fi

if [ ! -f "$jar" ]; then
    command -v npm >/dev/null 2>&1 || install npm
    mkdir -p "$folder"
    if ! (cd "$folder" && npm pack --silent "$name@$version" >/dev/null 2>&1 && tar xzf "$name-$version.tgz" && rm "$name-$version.tgz"); then
        echo "validator: the package $name $version could not be fetched; check the network, install npm, and run make test-full again" >&2
        exit 1
    fi
fi
if ! echo "$sum  $jar" | sha256sum --check --quiet >/dev/null 2>&1; then
    echo "validator: $jar is not the file that was locked; do not use it, and report this" >&2
    rm -rf "$folder"
    exit 1
fi
echo "$jar"
