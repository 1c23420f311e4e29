"""The scraper on instaloader: what of Instagram is where.

- scraper: an assignment → the events of one item, or of a list
- targets: which of instaloader's calls serves which kind of target
- pages: a list page by page, and the cursor at which it goes on
- members: the members of a list: skipped, fetched, missed
- item: one post or story: its files, comments and metadata.json
- fetch: a file from the CDN, whole and checked
- describe: the platform's nodes → our values (pure)
- library: instaloader itself, for one session
- session, pace: the cookies that it gets, and how fast it may ask
- refusals: what it raises → job errors (pure)
"""
