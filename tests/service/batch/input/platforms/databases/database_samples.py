"""Small dumps of the databases of forums and of software for comments, with the columns and in the spelling of the real ones."""

import sqlite3
from contextlib import closing

from tests.service.batch.input.platforms.sample import FIRST_TIME, SECOND_TIME, THIRD_TIME, Cells, Sample

__all__ = ["DATABASE_SAMPLES", "TABLE_SAMPLES", "sqlite_database"]


def sqlite_database(script: str) -> bytes:
    """Return the bytes of a database that a script of SQL creates."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(f"PRAGMA page_size = 512; {script}")
        return connection.serialize()


_PHPBB = rb"""-- phpMyAdmin SQL Dump
-- version 5.2.1
-- https://www.phpmyadmin.net/

SET SQL_MODE = "NO_AUTO_VALUE_ON_ZERO";
START TRANSACTION;
SET time_zone = "+00:00";

/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;
/*!40101 SET NAMES utf8mb4 */;

CREATE TABLE `phpbb_posts` (
  `post_id` int(10) UNSIGNED NOT NULL,
  `topic_id` int(10) UNSIGNED NOT NULL DEFAULT 0,
  `forum_id` mediumint(8) UNSIGNED NOT NULL DEFAULT 0,
  `poster_id` int(10) UNSIGNED NOT NULL DEFAULT 0,
  `post_time` int(11) UNSIGNED NOT NULL DEFAULT 0,
  `post_username` varchar(255) COLLATE utf8_bin NOT NULL DEFAULT '',
  `post_subject` varchar(255) CHARACTER SET utf8 COLLATE utf8_unicode_ci NOT NULL DEFAULT '',
  `post_text` mediumtext COLLATE utf8_bin NOT NULL,
  `post_visibility` tinyint(3) NOT NULL DEFAULT 0
) ENGINE=InnoDB DEFAULT CHARSET=utf8 COLLATE=utf8_bin;

INSERT INTO `phpbb_posts` (`post_id`, `topic_id`, `forum_id`, `poster_id`, `post_time`, `post_username`, `post_subject`, `post_text`, `post_visibility`) VALUES
(1, 1, 3, 2, 1577836800, '', 'Hello', '<r><B><s>[b]</s>So<e>[/b]</e></B> good, it\'s &lt;3<br/>\nnext</r>', 1),
(2, 1, 3, 1, 1577836801, 'Guest', 'Re: Hello', '<t>plain; &amp; (simple)</t>', 1),
(3, 1, 3, 4, 1577836802, '', 'Re: Hello', '[quote=&quot;Ann&quot;:1x2y3z]So good[/quote:1x2y3z]no <!-- s:) --><img src=\"{SMILIES_PATH}/s.gif\" alt=\":)\" title=\"Smile\" /><!-- s:) -->', 2);

CREATE TABLE `phpbb_users` (
  `user_id` int(10) UNSIGNED NOT NULL,
  `username` varchar(255) NOT NULL
) ENGINE=InnoDB;

INSERT INTO `phpbb_users` (`user_id`, `username`) VALUES
(2, 'ann');

ALTER TABLE `phpbb_posts`
  ADD PRIMARY KEY (`post_id`);
COMMIT;
"""  # noqa: E501
_PHPBB_ROWS: list[Cells] = [
    ("1", "So good, it's <3\nnext", None, "2", None, FIRST_TIME),
    ("2", "plain; & (simple)", None, "Guest", None, SECOND_TIME),
    ("3", None, "removed", "4", None, THIRD_TIME),
]
_WORDPRESS = rb"""-- MySQL dump 10.13  Distrib 8.0.36, for Linux (x86_64)
--
-- Host: localhost    Database: blog
-- ------------------------------------------------------
/*!50503 SET NAMES utf8mb4 */;

DROP TABLE IF EXISTS `wp_2_comments`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!50503 SET character_set_client = utf8mb4 */;
CREATE TABLE `wp_2_comments` (
  `comment_ID` bigint unsigned NOT NULL AUTO_INCREMENT,
  `comment_post_ID` bigint unsigned NOT NULL DEFAULT '0',
  `comment_author` tinytext COLLATE utf8mb4_unicode_520_ci NOT NULL,
  `comment_author_email` varchar(100) NOT NULL DEFAULT '',
  `comment_date_gmt` datetime NOT NULL DEFAULT '0000-00-00 00:00:00',
  `comment_content` text COLLATE utf8mb4_unicode_520_ci NOT NULL,
  `comment_approved` varchar(20) NOT NULL DEFAULT '1',
  `comment_type` varchar(20) NOT NULL DEFAULT 'comment',
  `comment_parent` bigint unsigned NOT NULL DEFAULT '0',
  PRIMARY KEY (`comment_ID`),
  KEY `comment_parent` (`comment_parent`)
) ENGINE=InnoDB AUTO_INCREMENT=6 DEFAULT CHARSET=utf8mb4;
/*!40101 SET character_set_client = @saved_cs_client */;

LOCK TABLES `wp_2_comments` WRITE;
/*!40000 ALTER TABLE `wp_2_comments` DISABLE KEYS */;
INSERT INTO `wp_2_comments` VALUES (1,1,'Ann','a@example.org','2020-01-01 00:00:00','<b>So</b> good\r\n\"yes\"','1','comment',0),(2,1,'Bob','','2020-01-01 00:00:01','no','spam','',1),(3,1,'Other site','','2020-01-01 00:00:01','[...]','1','pingback',0),(4,1,'Cid','','2020-01-01 00:00:02','gone','trash','comment',0);
/*!40000 ALTER TABLE `wp_2_comments` ENABLE KEYS */;
UNLOCK TABLES;
DROP TABLE IF EXISTS `wp_2_posts`;
CREATE TABLE `wp_2_posts` (
  `ID` bigint unsigned NOT NULL AUTO_INCREMENT,
  `post_content` longtext NOT NULL,
  `post_title` text NOT NULL,
  `post_excerpt` text NOT NULL,
  PRIMARY KEY (`ID`)
) ENGINE=InnoDB;
INSERT INTO `wp_2_posts` VALUES (1,'The post itself','Title','');
-- Dump completed on 2020-01-02  0:00:00
"""  # noqa: E501
_ISSO = sqlite_database(
    """
    CREATE TABLE preferences (key VARCHAR PRIMARY KEY, value VARCHAR);
    INSERT INTO preferences VALUES ('session-key', 'secret');
    CREATE TABLE threads (id INTEGER PRIMARY KEY, uri VARCHAR(256) UNIQUE, title VARCHAR(256));
    INSERT INTO threads VALUES (1, '/post', 'Post');
    CREATE TABLE comments (tid REFERENCES threads(id), id INTEGER PRIMARY KEY, parent INTEGER, created FLOAT NOT NULL, modified FLOAT,
        mode INTEGER, remote_addr VARCHAR, text VARCHAR, author VARCHAR, email VARCHAR, website VARCHAR, likes INTEGER DEFAULT 0,
        dislikes INTEGER DEFAULT 0, voters BLOB NOT NULL, notification INTEGER DEFAULT 0);
    INSERT INTO comments VALUES (1, 1, NULL, 1577836800.0, NULL, 1, '10.0.0.0', '**So** good', 'Ann', NULL, NULL, 0, 0, x'00ff', 0);
    INSERT INTO comments VALUES (1, 2, 1, 1577836801.0, NULL, 4, '10.0.0.0', '', NULL, NULL, NULL, 0, 0, x'00ff', 0);
    """
)
_COLUMN_INSERTS = b"""--
-- PostgreSQL database dump
--

SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;

CREATE TABLE public.comments (
    commenthex text NOT NULL,
    domain text NOT NULL,
    commenterhex text NOT NULL,
    markdown text NOT NULL,
    html text NOT NULL,
    parenthex text NOT NULL,
    creationdate timestamp without time zone NOT NULL,
    deleted boolean DEFAULT false NOT NULL
);

INSERT INTO public.comments (commenthex, domain, commenterhex, markdown, html, parenthex, creationdate, deleted) VALUES ('c1', 'a.example', 'u1', '*So* it''s
C:\\good; ', '', 'root', '2020-01-01 00:00:00', false);
INSERT INTO public.comments (commenthex, domain, commenterhex, markdown, html, parenthex, creationdate, deleted) VALUES ('c2', 'a.example', 'u2', '[deleted]', '', 'c1', '2020-01-01 00:00:01', true);
"""  # noqa: E501

DATABASE_SAMPLES = [
    Sample("phpbb.sql", _PHPBB, "posts of phpBB (SQL dump)", _PHPBB_ROWS),
    Sample(
        "wordpress.sql",
        _WORDPRESS,
        "comments of WordPress (SQL dump)",
        [
            ("1", '<b>So</b> good\r\n"yes"', None, "Ann", None, FIRST_TIME),
            ("2", "no", None, "Bob", "1", SECOND_TIME),
            ("3", None, "not-a-comment", "Other site", None, SECOND_TIME),
            ("4", None, "removed", "Cid", None, THIRD_TIME),
        ],
        "html",
    ),
    Sample(
        "isso.db",
        _ISSO,
        "comments of Isso (SQLite database)",
        [(1, "**So** good", None, "Ann", None, FIRST_TIME), (2, None, "deleted", None, "1", SECOND_TIME)],
        "markdown",
    ),
    Sample(
        "commento.sql",
        _COLUMN_INSERTS,
        "comments of Commento (SQL dump)",
        [("c1", "*So* it's\nC:\\good; ", None, "u1", None, FIRST_TIME), ("c2", None, "deleted", "u2", "c1", SECOND_TIME)],
        "markdown",
    ),
]
"""One for each kind of dump and each dialect."""

TABLE_SAMPLES: dict[str, tuple[str, list[dict[str, object]], list[Cells]]] = {
    "post": (
        "posts of vBulletin",
        [
            {"postid": 7, "threadid": 1, "parentid": 6, "username": "Ann", "userid": 2, "title": "T", "dateline": 1577836800,
             "pagetext": "[B]So[/B] good &#1076;&#1072;", "visible": 1},
            {"postid": 8, "threadid": 1, "parentid": 0, "username": "Bob", "userid": 3, "title": "", "dateline": 1577836801,
             "pagetext": "no", "visible": 2},
        ],
        [("7", "So good да", None, "Ann", "6", FIRST_TIME), ("8", None, "removed", "Bob", None, SECOND_TIME)],
    ),
    "text": (
        "posts of vBulletin",
        [{"nodeid": 7, "previewtext": "So good", "rawtext": "[B]So[/B] good", "htmlstate": "off"}],
        [("7", "So good", None, None, None, None)],
    ),
    "mybb_posts": (
        "posts of MyBB",
        [
            {"pid": 7, "tid": 1, "replyto": 6, "fid": 2, "subject": "RE: T", "uid": 2, "username": "Ann", "dateline": 1577836800,
             "message": "[quote=\"Bob\" pid='6' dateline='1577836800']no[/quote]So [color=#FF0000]good[/color]", "visible": 1},
            {"pid": 8, "tid": 1, "replyto": 0, "fid": 2, "subject": "", "uid": 3, "username": "Bob", "dateline": 1577836801,
             "message": "no", "visible": -1},
            {"pid": 9, "tid": 1, "replyto": 0, "fid": 2, "subject": "", "uid": 3, "username": "Bob", "dateline": 1577836801,
             "message": "later", "visible": -2},
        ],
        [
            ("7", "no\nSo good", None, "Ann", "6", FIRST_TIME),
            ("8", None, "removed", "Bob", None, SECOND_TIME),
            ("9", None, "not-a-comment", "Bob", None, SECOND_TIME),
        ],
    ),
    "xf_post": (
        "posts of XenForo",
        [
            {"post_id": 7, "thread_id": 1, "user_id": 2, "username": "Ann", "post_date": 1577836800,
             "message": "[QUOTE=\"Bob, post: 6, member: 3\"]no[/QUOTE]\n[USER=3]@Bob[/USER] so good[ATTACH type=\"full\"]9[/ATTACH]",
             "message_state": "visible"},
            {"post_id": 8, "thread_id": 1, "user_id": 3, "username": "Bob", "post_date": 1577836801, "message": "no",
             "message_state": "deleted"},
        ],
        [("7", "no\n@Bob so good", None, "Ann", None, FIRST_TIME), ("8", None, "removed", "Bob", None, SECOND_TIME)],
    ),
    "xf_profile_post_comment": (
        "comments on profiles of XenForo",
        [{"profile_post_comment_id": 7, "profile_post_id": 6, "user_id": 2, "username": "Ann", "comment_date": 1577836800,
          "message": "good", "message_state": "visible"}],
        [("7", "good", None, "Ann", "6", FIRST_TIME)],
    ),
    "flarum_posts": (
        "posts of Flarum",
        [
            {"id": 7, "discussion_id": 1, "number": 1, "created_at": "2020-01-01 00:00:00", "user_id": 2, "type": "comment",
             "content": "<r><p><STRONG><s>**</s>So<e>**</e></STRONG> good</p></r>", "hidden_at": None, "hidden_user_id": None},
            {"id": 8, "discussion_id": 1, "number": 2, "created_at": "2020-01-01 00:00:01", "user_id": 2, "type": "discussionRenamed",
             "content": '["Old","New"]', "hidden_at": None, "hidden_user_id": None},
            {"id": 9, "discussion_id": 1, "number": 3, "created_at": "2020-01-01 00:00:01", "user_id": 2, "type": "comment",
             "content": "<t><p>no</p></t>", "hidden_at": "2020-01-02 00:00:00", "hidden_user_id": 2},
            {"id": 10, "discussion_id": 1, "number": 4, "created_at": "2020-01-01 00:00:01", "user_id": 2, "type": "comment",
             "content": "<t><p>no</p></t>", "hidden_at": "2020-01-02 00:00:00", "hidden_user_id": 1},
        ],
        [
            ("7", "So good\n", None, "2", None, FIRST_TIME),
            ("8", None, "not-a-comment", "2", None, SECOND_TIME),
            ("9", None, "deleted", "2", None, SECOND_TIME),
            ("10", None, "removed", "2", None, SECOND_TIME),
        ],
    ),
    "smf_messages": (
        "posts of Simple Machines Forum",
        [{"id_msg": 7, "id_topic": 1, "id_board": 2, "poster_time": 1577836800, "id_member": 2, "subject": "T", "poster_name": "Ann",
          "body": "It&#039;s<br />[b]good[/b]"}],
        [("7", "It's\ngood", None, "Ann", None, FIRST_TIME)],
    ),
    "fluxbb_posts": (
        "posts of FluxBB",
        [{"id": 7, "poster": "Ann", "poster_id": 2, "message": "so [i]good[/i]", "posted": 1577836800, "topic_id": 1}],
        [("7", "so good", None, "Ann", None, FIRST_TIME)],
    ),
    "GDN_Comment": (
        "comments of Vanilla",
        [{"CommentID": 7, "DiscussionID": 1, "InsertUserID": 2, "Body": "so [b]good[/b]", "Format": "BBCode",
          "DateInserted": "2020-01-01 00:00:00"}],
        [("7", "so good", None, "2", None, FIRST_TIME)],
    ),
    "comment__comment_body": (
        "comments of Drupal",
        [{"bundle": "comment", "deleted": 0, "entity_id": 7, "revision_id": 7, "langcode": "en", "delta": 0,
          "comment_body_value": "<p>good</p>", "comment_body_format": "basic_html"}],
        [("7", "<p>good</p>", None, None, None, None)],
    ),
    "jos_jcomments": (
        "comments of JComments",
        [
            {"id": 7, "parent": 6, "object_id": 1, "object_group": "com", "name": "Ann", "title": "", "comment": "so<br />[b]good[/b]",
             "date": "2020-01-01 00:00:00", "published": 1, "deleted": 0},
            {"id": 8, "parent": 0, "object_id": 1, "object_group": "com_content", "name": "Bob", "title": "", "comment": "no",
             "date": "2020-01-01 00:00:01", "published": 1, "deleted": 1},
        ],
        [("7", "so\ngood", None, "Ann", "6", FIRST_TIME), ("8", None, "removed", "Bob", None, SECOND_TIME)],
    ),
    "typecho_comments": (
        "comments of Typecho",
        [{"coid": 7, "cid": 1, "created": 1577836800, "author": "Ann", "text": "good", "type": "comment", "parent": 6}],
        [("7", "good", None, "Ann", "6", FIRST_TIME)],
    ),
    "ghost_comments": (
        "comments of Ghost",
        [{"id": "a7", "post_id": "p", "member_id": "m", "parent_id": None, "status": "hidden", "html": "<p>no</p>",
          "created_at": "2020-01-01 00:00:00"}],
        [("a7", None, "removed", "m", None, FIRST_TIME)],
    ),
    "lemmy_comment": (
        "comments of Lemmy",
        [{"id": 7, "creator_id": 2, "post_id": 1, "content": "good", "removed": "f", "published": "2020-01-01 00:00:00+00", "deleted": "f",
          "ap_id": "https://l.example/comment/7", "path": "0.6.7"}],
        [("7", "good", None, "2", "6", FIRST_TIME)],
    ),
    "mastodon_statuses": (
        "posts on Mastodon",
        [
            {"id": 7, "text": "good", "created_at": "2020-01-01 00:00:00", "in_reply_to_id": 6, "reblog_of_id": None, "account_id": 2,
             "deleted_at": None},
            {"id": 8, "text": "", "created_at": "2020-01-01 00:00:01", "in_reply_to_id": None, "reblog_of_id": 5, "account_id": 2,
             "deleted_at": None},
        ],
        [("7", "good", None, "2", "6", FIRST_TIME), ("8", None, "not-a-comment", "2", None, SECOND_TIME)],
    ),
}  # fmt: skip
"""Name of a table → what it is, some of its rows, and what has to be read from them."""
