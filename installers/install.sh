#!/usr/bin/env bash
# Sets Bowerbird up for the person who runs it, saves a first thing, and starts the site. Needs no administrator.
#
#   installers/install.sh          saves a small sample, served from this computer, if the archive is still empty
#   installers/install.sh URL...   saves these instead
#
# Running it again is harmless: it brings Bowerbird and its libraries up to date.
set -euo pipefail

checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
venv=$HOME/.local/lib/bowerbird
bin=$HOME/.local/bin
# shellcheck source=installers/python.sh
. "$checkout/installers/python.sh"

case "${1:-}" in
-h | --help)
    sed -n '2,7s/^#[ ]\{0,1\}//p' "${BASH_SOURCE[0]}"
    exit 0
    ;;
esac

# What runs from files that are about to be replaced would fail later, in odd ways. Jobs go on where they were.
stop_running() {
    [ -x "$venv/bin/bowerbird" ] || return 0
    "$venv/bin/python" -c 'from bowerbird.install.processes import stop_processes
from bowerbird.settings import load_settings
stop_processes(load_settings())' </dev/null || true
}

install_package() {
    local stamp=$venv/.installed now
    now=$(cd "$checkout" && fingerprint host manifests pyproject.toml)
    local wanted=("$checkout")
    # What is installed from these very files needs no second build; the libraries may still have something newer.
    if [ "$(cat "$stamp" 2>/dev/null)" = "$now" ]; then wanted=(); else stop_running; fi
    if "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-input --upgrade \
        ${wanted[@]+"${wanted[@]}"} yt-dlp yt-dlp-ejs gallery-dl instaloader youtube-transcript-api; then
        printf '%s\n' "$now" >"$stamp"
        return
    fi
    [ ${#wanted[@]} -eq 0 ] || die "the Python packages could not be installed." \
        "Look above for the reason; most often there is no network, or a proxy that pip does not know of." \
        "Nothing is broken by trying again."
    say "No newer libraries could be fetched; going on with those that are there."
}

link_command() {
    mkdir -p "$bin"
    if [ -e "$bin/bowerbird" ] && [ ! -L "$bin/bowerbird" ]; then
        say "There is another program at $bin/bowerbird, which is left alone. Ours is $venv/bin/bowerbird"
        return
    fi
    ln -sf "$venv/bin/bowerbird" "$bin/bowerbird"
}

# Prints the address of a short film that this computer serves to itself.
serve_sample() {
    local ffmpeg port=""
    ffmpeg=$("$venv/bin/python" -c 'from bowerbird.scrapers.programs import ffmpeg_program as f; print(f() or "")')
    [ -n "$ffmpeg" ] || return 1
    "$ffmpeg" -nostdin -loglevel error -f lavfi -i testsrc2=size=640x360:rate=25:duration=8 \
        -f lavfi -i sine=frequency=440:duration=8 -c:v libx264 -pix_fmt yuv420p -c:a aac -shortest \
        "$sample/A sample to begin with.mp4" || return 1
    "$venv/bin/python" -u -m http.server 0 --bind 127.0.0.1 --directory "$sample" >"$sample/log" 2>/dev/null &
    server=$!
    for _ in $(seq 50); do
        port=$(sed -n 's/.* port \([0-9]*\) .*/\1/p' "$sample/log" | head -n 1)
        [ -n "$port" ] && break
        sleep 0.1
    done
    [ -n "$port" ] && address=http://127.0.0.1:$port/A%20sample%20to%20begin%20with.mp4
}

clean_up() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    rm -rf "$sample"
}

save_sample() {
    if [ -n "$("$venv/bin/bowerbird" jobs --json)" ]; then
        say "Your archive is in use already, so no sample is saved."
        return
    fi
    sample=$(mktemp -d)
    trap clean_up EXIT
    serve_sample || { say "The sample could not be made; everything else is in place."; return 1; }
    say "Saving a sample of eight seconds ..."
    # This one run may save from the own computer, which is refused otherwise.
    BOWERBIRD_ALLOW_PRIVATE_HOSTS=1 save "$address"
    "$venv/bin/bowerbird" stop >/dev/null
}

# Without the addresses that it prints: the first one that leads somewhere is the link that signs in.
save() { "$venv/bin/bowerbird" save --wait "$@" </dev/null | sed 's|  http://127\.0\.0\.1:.*||'; }

start_site() {
    "$venv/bin/bowerbird" open --json </dev/null |
        "$venv/bin/python" -c 'import json, sys; print(json.loads(sys.stdin.readline())["url"])'
}

# explain LINK ARCHIVE
explain() {
    local command=bowerbird lives="the extension lives in it"
    case ":$PATH:" in *":$bin:"*) ;; *) command=$bin/bowerbird ;; esac
    case "$2/" in "$checkout"/*) lives="the archive and the extension live in it" ;; esac
    cat <<TEXT

Your archive is open at
  $1
This link works once, within the next minute. For a new one, at any time: $command open

All that you save is in  $2
Keep the folder  $checkout  where it is: $lives.

To save with one click, load the extension into your browser:
  Chromium, Chrome, Brave, Edge, Vivaldi
    1. Open chrome://extensions and switch on "Developer mode" (top right).
    2. Press "Load unpacked" and choose this folder:  $checkout/extension
    3. Press the puzzle piece in the toolbar, and the pin beside Bowerbird.
  Firefox
    1. Open about:debugging#/runtime/this-firefox and press "Load Temporary Add-on".
    2. Choose this file:  $checkout/extension/manifest.json
    Firefox forgets it when it is closed.
A browser that is open now should be started anew first.

If anything does not work: $command doctor
TEXT
    [ "$command" = bowerbird ] || say "This terminal does not know the command bowerbird yet: open a new terminal" \
        "(on some systems: sign out and in). Until then it is $command"
}

server=""
sample=""
address=""
result=0

python=$(find_python)
say "Setting up Bowerbird (the first time this fetches some 200 MB of libraries) ..."
make_venv "$python" "$venv"
install_package
link_command
"$venv/bin/bowerbird" install </dev/null
if [ $# -gt 0 ]; then
    save "$@" || result=$?
else
    save_sample || result=$?
fi
url=$(start_site) || die "the site could not be started." "Ask: $venv/bin/bowerbird doctor"
archive=$("$venv/bin/python" -c 'from bowerbird.settings import load_settings; print(load_settings().archive)')
explain "$url" "$archive"
[ "$result" -eq 0 ] || die "everything is set up, but not everything was saved; the reason is above."
