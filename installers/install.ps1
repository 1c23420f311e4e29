# Sets Bowerbird up on Windows for the person who runs it. Not tested by the project's own tests, which run on Linux.
#
#   installers\install.ps1          sets up and starts the site
#   installers\install.ps1 URL...   saves these as well
#
# Where scripts are not allowed: powershell -ExecutionPolicy Bypass -File installers\install.ps1
$ErrorActionPreference = "Stop"
$checkout = Split-Path -Parent $PSScriptRoot
$venv = Join-Path $env:LOCALAPPDATA "Programs\Bowerbird"

function Stop-With([string] $sentence, [string] $next) {
    Write-Host "`nBowerbird: $sentence`n  $next" -ForegroundColor Red
    exit 1
}

$python = @("py", "python3", "python") | Where-Object { Get-Command $_ -ErrorAction SilentlyContinue } | Where-Object {
    & $_ -c "import sys; sys.exit(sys.version_info < (3, 10))" 2>$null
    $LASTEXITCODE -eq 0
} | Select-Object -First 1
if (-not $python) { Stop-With "there is no Python 3.10 or newer on this computer." "Get one at https://www.python.org/downloads/" }

Write-Host "Setting up Bowerbird (the first time this fetches some 200 MB of libraries) ..."
if (-not (Test-Path "$venv\Scripts\python.exe")) { & $python -m venv $venv }
if ($LASTEXITCODE -ne 0) { Stop-With "the virtual environment could not be made." "Look above for the reason." }
if (Test-Path "$venv\Scripts\bowerbird.exe") {
    # What runs from files that are about to be replaced would fail later, in odd ways.
    & "$venv\Scripts\python.exe" -c "from bowerbird.install.processes import stop_processes; from bowerbird.settings import load_settings; stop_processes(load_settings())"
}
& "$venv\Scripts\python.exe" -m pip install --quiet --disable-pip-version-check --no-input --upgrade `
    $checkout yt-dlp yt-dlp-ejs gallery-dl instaloader youtube-transcript-api
if ($LASTEXITCODE -ne 0) { Stop-With "the Python packages could not be installed." "Look above; most often there is no network." }

$bowerbird = "$venv\Scripts\bowerbird.exe"
& $bowerbird install
if ($LASTEXITCODE -ne 0) { exit 1 }
$result = 0
if ($args.Count -gt 0) {
    & $bowerbird save --wait @args
    $result = $LASTEXITCODE
}
$url = (& $bowerbird open --json | ConvertFrom-Json).url
Write-Host @"

Your archive is open at
  $url
This link works once, within the next minute. For a new one, at any time: $bowerbird open

To save with one click, load the extension into your browser:
  Chromium, Chrome, Brave, Edge, Vivaldi: open chrome://extensions, switch on "Developer mode", press "Load unpacked",
    and choose $checkout\extension
  Firefox: open about:debugging#/runtime/this-firefox, press "Load Temporary Add-on",
    and choose $checkout\extension\manifest.json

If anything does not work: $bowerbird doctor
"@
exit $result
