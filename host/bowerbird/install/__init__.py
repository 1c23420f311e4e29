"""Setting up and taking away: folders, native-messaging manifests, the site's process, and the doctor."""
