"""Who may start the host, as each browser family names our extension.

The ids follow from `key` and `gecko.id` in extension/manifest.json; tests/install/test_manifests.py keeps them equal.
"""

HOST_NAME = "org.bowerbird.host"
CHROMIUM_ID = "panjpclhchkkhhkanopapnkjefahdgli"
CHROMIUM_ORIGIN = f"chrome-extension://{CHROMIUM_ID}/"
FIREFOX_ID = "bowerbird@bowerbird.org"
