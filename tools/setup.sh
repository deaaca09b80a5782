#!/bin/sh
# setup.sh FOLDER LOCK VERSION...: an environment in FOLDER of one of these Python versions, with the packages of LOCK at
# exactly their versions and hashes, and RecoLab itself, editable. Safe to repeat, also after an interruption.
set -eu
folder=$1
lock=$2
shift 2

# An environment that works is kept, unless PYTHON asks for another version; a half-made one is made anew.
works() {
    "$folder/bin/python" -c 'import pip, sys; sys.exit("{}.{}".format(*sys.version_info) not in sys.argv)' "$@" 2>/dev/null
}
if [ -n "${PYTHON:-}" ] || ! works "$@"; then
    python=$(sh tools/find_python.sh "$@")
    if ! works "$("$python" -c 'import sys; print("{}.{}".format(*sys.version_info))')"; then
        echo "Making $folder with $("$python" --version)."
        rm -rf "$folder"
        "$python" -m venv "$folder"
    fi
fi
pip() { "$folder/bin/python" -m pip --disable-pip-version-check "$@"; }

# uv installs the lock several times as fast as pip. It does not read pip's settings: where only pip knows the way to an
# index, pip does all of it. Bytecode is compiled now, as pip does: where Python may not write it later, every kernel would
# take nine seconds in place of four to import TensorFlow.
with_uv() {
    awk '/^uv==/ { wanted = 1 } wanted { print } wanted && !/\\$/ { exit }' "$lock" |
        pip install --quiet --require-hashes --requirement /dev/stdin &&
        "$folder/bin/uv" pip sync --quiet --python "$folder/bin/python" --compile-bytecode --require-hashes "$lock"
}
echo "Installing the packages of $lock: a minute or two, and about 2.5 GB, the first time."
with_uv || {
    echo "uv could not install them; pip does, which takes longer."
    pip install --quiet --require-hashes --requirement "$lock"
}

# The lock has the build backend: no isolated environment, for which pip would fetch one unchecked.
pip install --quiet --no-deps --no-build-isolation --editable .
