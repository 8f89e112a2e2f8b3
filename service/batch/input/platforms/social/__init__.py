"""Sites where people post and reply: Reddit, Mastodon, YouTube and the like, each with the shape of its dumps."""
