"""Real browsers, the real extension, the real host: the click and everything behind it."""
