"""A stand-in of the platforms that unmodified libraries and browsers talk to through a proxy.

with StandIn() as platforms:
run(environment=platforms.environment)
assert not platforms.flagged
"""

from tests.platforms.exchange import Answer, Request
from tests.platforms.log import Entry
from tests.platforms.proxy import BROWSER_HOSTS, StandIn

__all__ = ["BROWSER_HOSTS", "Answer", "Entry", "Request", "StandIn"]
