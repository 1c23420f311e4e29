"""Bowerbird: one click in the browser keeps what you are looking at, on your own disk."""

__version__ = "0.1.0"
