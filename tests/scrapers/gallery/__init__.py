"""The scraper on gallery-dl, through a real child and the unmodified program."""
