"""The path of a file in an archive tells whether it may hold comments."""

import pytest

from service.batch.input.archives.member_roles import MemberRole, is_table_name, name_stem, role_of_path


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("a/comments.csv", MemberRole.DUMP),
        ("RC_2015-01", MemberRole.DUMP),
        ("chat.log", MemberRole.DUMP),
        ("notes.txt", MemberRole.DUMP),
        ("README", MemberRole.DOCUMENTATION),
        ("data/00_readme_first.txt", MemberRole.DOCUMENTATION),
        ("LICENSE.txt", MemberRole.DOCUMENTATION),
        ("codebook.csv", MemberRole.DOCUMENTATION),
        ("about.csv", MemberRole.DUMP),
        ("comments about us.txt", MemberRole.DUMP),
        ("paper.pdf", MemberRole.DOCUMENTATION),
        ("load.py", MemberRole.CODE),
        ("_data/comments/my-post/entry1.yml", MemberRole.DUMP),
        ("comments.yml", MemberRole.CODE),
        ("wp-includes/blocks/comments/block.json", MemberRole.CODE),
        ("tweets.js", MemberRole.POSSIBLE),
        ("a/photo.JPG", MemberRole.MEDIA),
        ("Blog_files/frame.html", MemberRole.MEDIA),
        ("Blog-Dateien/frame.html", MemberRole.MEDIA),
        ("uploads/default/original/1X/notes.txt", MemberRole.UPLOAD),
        ("__MACOSX/a/._comments.csv", MemberRole.HIDDEN),
        (".git/config", MemberRole.HIDDEN),
        ("a/.DS_Store", MemberRole.HIDDEN),
        ("../../comments.json", MemberRole.DUMP),
        ("channels.json", MemberRole.COMPANION),
        ("", MemberRole.DUMP),
    ],
)
def test_paths_say_what_files_are_for(path: str, role: MemberRole) -> None:
    """What is no picture, program, text about the data or hidden file is read, whatever its suffix."""
    assert role_of_path(path) is role


def test_the_ways_to_store_a_table_are_left_out_of_its_name() -> None:
    """A file and its compressed form have one stem; a dot within a name is no suffix."""
    assert {name_stem(path) for path in ("a/b.v2.csv", "a/b.v2.json", "a/b.v2.csv.gz")} == {"a/b.v2"}
    assert [is_table_name(path) for path in ("a.csv.gz", "a.JSON", "a.txt", "a")] == [True, True, False, False]
