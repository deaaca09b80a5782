#!/bin/sh
# find_python.sh VERSION...: prints the path of the first Python of one of these versions, in their order.
# $PYTHON, where set, is the only candidate. A candidate counts once it has run: a command of that name may be a mere
# pointer to a version that is not installed.
set -u

candidates() {
    if [ -n "${PYTHON:-}" ]; then
        echo "$PYTHON"
        return
    fi
    for version in "$@"; do echo "python$version"; done
    echo python3
    echo python
    for version in "$@"; do  # those of pyenv and uv need not be on the PATH
        installed=$(pyenv versions --bare 2>/dev/null | grep "^$version\.[0-9]*$" | tail -n 1)
        [ -n "$installed" ] && echo "$(pyenv prefix "$installed")/bin/python"
        uv python find --managed-python "$version" 2>/dev/null
    done
}

# venv and ensurepip: Debian and Ubuntu ship Python without them.
probe='
import ensurepip, sys, venv
if "{}.{}".format(*sys.version_info) not in sys.argv[1:]:
    sys.exit(1)
print(sys.executable)
'

found=$(candidates "$@" | while read -r candidate; do "$candidate" -c "$probe" "$@" </dev/null 2>/dev/null && break; done)
if [ -z "$found" ]; then
    wanted=$(echo "$*" | sed 's/ / or /g')
    echo "Python $wanted, with its venv module, was not found${PYTHON:+ as $PYTHON}: install it (on Debian and Ubuntu" \
        "python3-venv too), or name one with PYTHON=/path/to/python." >&2
    exit 1
fi
echo "$found"
