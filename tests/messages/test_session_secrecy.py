"""Nothing of a session goes out of the host, into a log or onto the disk."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

from bowerbird.messages.presence import INTERVAL
from bowerbird.sessions.vault import Vault
from bowerbird.settings import Settings
from tests.evidence import files_of, files_with
from tests.messages.client import Host
from tests.messages.test_sessions import REFUSED, give, greet
from tests.sessions.conftest import CANARY


def test_a_session_is_in_no_byte_of_anything_else(
    environment: dict[str, str], settings: Settings, no_worker: None, need: Callable[..., int], tmp_path: Path
) -> None:
    """Not in archive.db, logs, vault, argv, environment, error output or any frame from the host."""
    said = []
    errors = tmp_path / "errors"
    with Host({**environment, "BOWERBIRD_LOG_LEVEL": "debug"}, errors=errors) as host:
        greet(host)
        host.ask("watch", jobs=True)
        number = need("1001")
        said += [give(host, **fields) for fields in REFUSED.values()]
        said.append(give(host, request_id=number))
        said.append(give(host, store_id=[CANARY]))
        said.append(give(host, user_agent={"x": CANARY}))
        said.append(host.answer_to(b'{"id": 1, "type": "session", "cookies": "' + CANARY.encode()))
        said.append(host.ask("sessions", action="list"))
        Vault(settings).lend("instagram")
        host.event("session")
        process = Path(f"/proc/{host.process.pid}")
        assert not process.exists() or CANARY.encode() not in (process / "cmdline").read_bytes()
        assert not process.exists() or CANARY.encode() not in (process / "environ").read_bytes()
        said += list(host.events)
    assert CANARY not in json.dumps(said)
    assert {"archive.db", "vault.db"} <= {path.name for path in files_of(settings.home, settings.archive)}
    assert files_with(CANARY.encode(), settings.home, settings.archive) == []
    assert CANARY.encode() not in errors.read_bytes()


def test_a_fault_of_ours_while_storing_prints_no_value(
    environment: dict[str, str], settings: Settings, no_worker: None
) -> None:
    """What nobody foresaw goes to the log with its trace, which names no value."""
    (settings.home / "vault.db").mkdir()
    with Host(environment) as host:
        reply = give(host)
        assert reply["error"]["code"] == "internal"
        assert host.is_alive()
    logs = b"".join(path.read_bytes() for path in settings.home.rglob("*.log"))
    assert CANARY.encode() not in logs


def test_a_host_that_has_met_no_session_imports_no_cryptography(
    environment: dict[str, str], no_worker: None, tmp_path: Path
) -> None:
    """What is slow to load is loaded for the first session, not for every start."""
    (tmp_path / "sitecustomize.py").write_text(
        "import atexit, sys\n"
        "atexit.register(lambda: sys.stderr.write(' '.join(name for name in sys.modules if 'crypto' in name)))\n"
    )
    errors = tmp_path / "errors"
    with Host({**environment, "PYTHONPATH": str(tmp_path)}, errors=errors) as host:
        greet(host)
        host.ask("sessions", action="list")
        time.sleep(2 * INTERVAL)
    assert "cryptography" not in errors.read_text()
