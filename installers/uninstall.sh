#!/usr/bin/env bash
# Takes Bowerbird away from this computer: programs, settings, keys, logs, and what the browsers know of it.
# The archive stays: everything that was saved, and the list of it.
set -euo pipefail

venv=$HOME/.local/lib/bowerbird
link=$HOME/.local/bin/bowerbird

if [ -x "$venv/bin/bowerbird" ]; then
    # all that it says but where this script is
    "$venv/bin/bowerbird" uninstall </dev/null | sed '/uninstall\.sh/d'
fi
if [ "$(readlink "$link" 2>/dev/null)" = "$venv/bin/bowerbird" ]; then
    rm -f "$link"
fi
rm -rf "$venv"
printf '%s\n' "Bowerbird is gone. The extension is removed in the browser itself, on its page of extensions."
