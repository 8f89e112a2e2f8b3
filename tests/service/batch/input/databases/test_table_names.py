"""The name of a table tells whether it is likely to hold comments."""

import pytest

from service.batch.input.databases.table_names import NameHint, hint_of, is_same_table


@pytest.mark.parametrize(
    ("table", "hint"),
    [
        ("comments", NameHint.COMMENTS),
        ("wp_2_comments", NameHint.COMMENTS),
        ("blog.user_comments", NameHint.COMMENTS),
        ("phpbb_posts", NameHint.COMMENTS),
        ("ProductReviews", NameHint.COMMENTS),
        ("topic_replies", NameHint.COMMENTS),
        ("comment__comment_body", NameHint.COMMENTS),
        ("kommentare", NameHint.COMMENTS),
        ("commentmeta", NameHint.UNKNOWN),
        ("comment_meta", NameHint.OTHER),
        ("post_revisions", NameHint.OTHER),
        ("wp_options", NameHint.OTHER),
        ("user_notification", NameHint.OTHER),
        ("mysql.comments", NameHint.OTHER),
        ("phpbb_privmsgs", NameHint.PRIVATE),
        ("xf_conversation_message", NameHint.PRIVATE),
        ("private_messages", NameHint.PRIVATE),
        ("data", NameHint.UNKNOWN),
        ("status", NameHint.UNKNOWN),
        ("wp_wc_admin_notes", NameHint.PRIVATE),
        ("xf_report_comment", NameHint.PRIVATE),
        ("wp_bp_messages_messages", NameHint.PRIVATE),
        ("", NameHint.UNKNOWN),
    ],
)
def test_the_last_word_that_is_known_decides(table: str, hint: NameHint) -> None:
    """What is kept about comments is no comment; what is private stays so."""
    assert hint_of(table) is hint


def test_a_table_is_found_with_or_without_its_database() -> None:
    """In any case, and with the quotes of a dump around it."""
    assert is_same_table("blog.wp_comments", "WP_Comments")
    assert is_same_table("blog.wp_comments", "blog.wp_comments")
    assert is_same_table("comments", "`comments`")
    assert not is_same_table("old_comments", "comments")
