"""The document ids that the two libraries send; look them up again when one of them is upgraded.

`hash` ids come as `GET /graphql/query?query_hash=`, `doc` ids as form field `doc_id` of a POST to /graphql/query or
/api/graphql. Ids of instaloader are literals in its source; those of gallery-dl are read from the page's scripts, so
that ours prove that it did.
"""

# instaloader 4.16, hash
WHO_AM_I = "d6f4427fbe92d846298cf93df0b937d3"  # test_login, own_profile
STORIES = "303a4ae99711322310f25250d988f3b7"  # get_stories, once the numbers are known
STORY_TRAY = "d15efd8c0c5b23f0ef71f18bf363c704"  # get_stories, whose there are
HIGHLIGHT_LIST = "7c16654f22c819fb63d1183034a5162f"  # get_highlights
HIGHLIGHT_ITEMS = "45246d3fe16ccc6577e0bd297a5db1ab"  # Highlight.get_items
SAVED = "f883d95537fbcd400f466f63d42bd8a1"  # get_saved_posts
TAGGED = "e31a871f7301132ceaab56507a66bbb7"  # get_tagged_posts
COMMENTS = "97b41c52301f77ce508f55e66d17620e"  # get_comments of a post with at most 12
ANSWERS = "51fdd02b67508306ad4484ff574a0b62"  # get_comments, the answers to one of them
HASHTAG = "9b498c08113f1e09617a1703c22b2f32"  # Hashtag.get_posts_resumable

# instaloader 4.16, doc
PROFILE = "27937681195819736"  # a profile for who is logged in; Profile.from_id
POSTS = "29104886249145907"  # get_posts, logged in
MORE_POSTS = "28904005159232689"  # get_posts, anonymous, from the second page on
POST = "27128499623469141"  # Post.from_shortcode
REELS = "7845543455542541"  # get_reels
PLAY_COUNT = "27234427476213202"  # Post.video_play_count, when the post has neither views nor plays

# gallery-dl 1.32, doc, by operation; not the ids that it falls back to
OPERATIONS = {
    "PolarisProfilePageContentQuery": "700000000000001",
    "PolarisProfilePostsTabContentQuery_connection": "700000000000002",
    "PolarisProfileReelsTabContentQuery_connection": "700000000000003",
    "PolarisProfileTaggedTabContentQuery_connection": "700000000000004",
    "PolarisProfileStoryHighlightsTrayContentQuery": "700000000000005",
    "PolarisStoriesV3ReelPageGalleryQuery": "700000000000006",
    "PolarisStoriesV3TrayContainerQuery": "700000000000007",
}
