# Takes Bowerbird away from this Windows computer; the archive stays. Not tested by the project's own tests.
$ErrorActionPreference = "Stop"
$venv = Join-Path $env:LOCALAPPDATA "Programs\Bowerbird"
if (Test-Path "$venv\Scripts\bowerbird.exe") {
    & "$venv\Scripts\bowerbird.exe" uninstall | Where-Object { $_ -notmatch "uninstall\.ps1" }
}
if (Test-Path $venv) { Remove-Item -Recurse -Force $venv }
Write-Host "Bowerbird is gone. The extension is removed in the browser itself, on its page of extensions."
