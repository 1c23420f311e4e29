"""The machine of these tests."""

from tests.worker.machine import machine, platforms

__all__ = ["machine", "platforms"]
