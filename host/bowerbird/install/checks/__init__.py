"""What the doctor looks at: one file per link of the chain, each a generator of `Check` values over the settings."""
