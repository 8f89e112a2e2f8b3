"""Small dumps of every platform and format, and the rows that they hold."""

import pytest

from tests.service.batch.input.platforms.chats.chat_samples import CHAT_SAMPLES
from tests.service.batch.input.platforms.databases.database_samples import DATABASE_SAMPLES
from tests.service.batch.input.platforms.sample import FIRST_TIME, Sample, csv_table
from tests.service.batch.input.platforms.sites.document_samples import DOCUMENT_SAMPLES
from tests.service.batch.input.platforms.sites.forum_samples import FORUM_SAMPLES
from tests.service.batch.input.platforms.sites.site_samples import SITE_SAMPLES
from tests.service.batch.input.platforms.social.download_samples import DOWNLOAD_SAMPLES
from tests.service.batch.input.platforms.social.social_samples import SOCIAL_SAMPLES
from tests.service.batch.input.platforms.social.thread_samples import THREAD_SAMPLES
from tests.service.batch.input.platforms.widgets.widget_samples import WIDGET_SAMPLES

__all__ = ["SAMPLES", "every_sample"]

_TABLES = [
    Sample(
        "comments.txt",
        b"The first, with\ntwo lines.\n\n\nThe second.\n",
        "plain text, a comment a paragraph",
        [(None, "The first, with\ntwo lines.", None, None, None, None), (None, "The second.", None, None, None, None)],
    ),
    Sample(
        "forum.csv",
        csv_table(["id", "username", "in_reply_to", "date", "message"], ["1", "ann", "0", "2020-01-01", "hi"]),
        "CSV",
        [("1", "hi", None, "ann", None, FIRST_TIME)],
        needs_name=True,
    ),
]

SAMPLES = [
    *SOCIAL_SAMPLES,
    *THREAD_SAMPLES,
    *DOWNLOAD_SAMPLES,
    *WIDGET_SAMPLES,
    *SITE_SAMPLES,
    *FORUM_SAMPLES,
    *DOCUMENT_SAMPLES,
    *DATABASE_SAMPLES,
    *CHAT_SAMPLES,
    *_TABLES,
]

every_sample = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
"""Runs a test once with each sample."""
