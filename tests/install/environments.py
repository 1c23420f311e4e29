"""A small environment for tests that install something: it sees all that is installed here, and changes none of it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Mapping
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import bowerbird

HOST = Path(bowerbird.__file__).parents[1]


class Environment:
    """A virtual environment that finds what it lacks in the one that runs the tests, and a folder of wheels for pip."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "environment"
        self.wheels = folder / "wheels"
        self.wheels.mkdir()
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(self.folder)], check=True, timeout=120)
        self.python = str(self.folder / "bin" / "python")
        self.packages = self.folder / "lib" / f"python{sysconfig.get_python_version()}" / "site-packages"
        (self.packages / "seen.pth").write_text(f"{HOST}\n{sysconfig.get_path('purelib')}\n")
        deno = Path(sys.executable).with_name("deno")
        if deno.exists():
            (self.folder / "bin" / "deno").symlink_to(deno)

    @property
    def variables(self) -> dict[str, str]:
        """What leads pip to the wheels and to nothing else."""
        return {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(self.wheels)}

    def offer(self, name: str, version: str, *, needs: str = "") -> None:
        """A wheel of what is installed here under another version."""
        files = {
            str(path): path.read_binary()
            for path in distribution(name).files or ()
            if not str(path).startswith("..") and path.suffix != ".pyc"
        }
        self._write(name, version, files, needs)

    def offer_thin(self, name: str, version: str, code: str) -> None:
        """The same of a library of a thousand modules, which finds these where they are; its first one runs `code`."""
        stem = _stem(name)
        files = {
            str(path): path.read_binary()
            for path in distribution(name).files or ()
            if path.parent.name.endswith(".dist-info") or str(path) == f"{stem}/version.py"
        }
        first = Path(str(distribution(name).locate_file(f"{stem}/__init__.py")))
        begin = f"__path__.append({str(first.parent)!r})\nexec(open({str(first)!r}).read())\n{code}\n"
        self._write(name, version, {**files, f"{stem}/__init__.py": begin.encode()})

    def _write(self, name: str, version: str, files: Mapping[str, bytes], needs: str = "") -> None:
        folder, written = f"{_stem(name)}-{version}.dist-info", []
        with zipfile.ZipFile(self.wheels / f"{_stem(name)}-{version}-py3-none-any.whl", "w") as wheel:
            for path, content in files.items():
                above, _, inside = path.rpartition(".dist-info/")
                if inside in ("RECORD", "REQUESTED", "INSTALLER"):
                    continue
                place = f"{folder}/{inside}" if above else path
                wheel.writestr(place, _metadata(content.decode(), version, needs) if inside == "METADATA" else content)
                written.append(f"{place},,\n")
            wheel.writestr(f"{folder}/RECORD", "".join([*written, f"{folder}/RECORD,,\n"]))

    def run(self, code: str, **variables: str) -> Any:
        """What a program in the environment prints, which is JSON."""
        done = subprocess.run(
            [self.python, "-I", "-c", code], env={"PATH": os.environ["PATH"], **self.variables, **variables},
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def versions(self) -> dict[str, str]:
        """All that can be imported in it, by name."""
        return dict(
            self.run(
                "import json; from importlib.metadata import distributions\n"
                "found = {}\n"
                "for one in distributions(): found.setdefault(one.metadata['Name'], one.version)\n"
                "print(json.dumps(found))"
            )
        )


def _stem(name: str) -> str:
    return re.sub(r"[-_.]+", "_", name)


def _metadata(text: str, version: str, needs: str) -> bytes:
    text = re.sub(r"^Version: .*$", f"Version: {version}", text, count=1, flags=re.MULTILINE)
    if needs:
        text = text.replace("\n", f"\nRequires-Dist: {needs}\n", 1)
    return text.encode()
