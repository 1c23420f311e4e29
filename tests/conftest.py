"""What holds for all tests."""

from __future__ import annotations

from hypothesis import settings

# no test measures time: a computer may be busy with something else
settings.register_profile("unhurried", settings.default, deadline=None)
settings.load_profile("unhurried")
