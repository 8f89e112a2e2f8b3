"""Comments that judge a classifier's behaviour and are never trained on."""
