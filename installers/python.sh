# Shared by install.sh and tests/run: which Python to use, or a plain sentence why there is none.
# shellcheck shell=bash

say() { printf '%s\n' "$*"; }

die() {
    printf '\nBowerbird: %s\n' "$1" >&2
    shift
    [ $# -eq 0 ] || printf '  %s\n' "$@" >&2
    exit 1
}

# Prints the command of a Python that is new enough.
find_python() {
    local name old=""
    for name in python3 python3.14 python3.13 python3.12 python3.11 python3.10 python; do
        command -v "$name" >/dev/null 2>&1 || continue
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 10))' >/dev/null 2>&1; then
            printf '%s\n' "$name"
            return
        fi
        old=${old:-$("$name" -c 'import platform; print(platform.python_version())' 2>/dev/null || true)}
    done
    if [ -n "$old" ]; then
        die "the Python of this computer is $old, and Bowerbird needs 3.10 or newer." \
            "Install a newer one from https://www.python.org/downloads/ and run this again."
    fi
    die "there is no Python on this computer." \
        "On Debian or Ubuntu: sudo apt install python3 python3-venv" \
        "Elsewhere: https://www.python.org/downloads/"
}

# make_venv PYTHON FOLDER: a virtual environment with a pip of its own; one that works already is kept.
make_venv() {
    "$2/bin/python" -c 'import pip' >/dev/null 2>&1 && return
    "$1" -c 'import ensurepip, venv' >/dev/null 2>&1 || die "this Python can't make virtual environments." \
        "On Debian or Ubuntu: sudo apt install python3-venv" \
        "Then run this again."
    mkdir -p "$(dirname "$2")" || die "the folder $(dirname "$2") can't be made." "Check its permissions."
    "$1" -m venv --clear "$2" || die "the virtual environment could not be made in $2." \
        "Look above for the reason; often the disk is full."
}

# fingerprint FILE...: one line that changes when any of the files, or of the files in these folders, does.
fingerprint() {
    find "$@" -type f ! -name '*.pyc' | LC_ALL=C sort | tr '\n' '\0' | xargs -0 cksum | cksum
}
