"""All tables of forums and of software for comments that are known by the names of their columns."""

from service.batch.input.platforms.databases.commento_comments import COMMENTO_TABLE
from service.batch.input.platforms.databases.drupal import DRUPAL_COMMENT_TEXTS, DRUPAL_COMMENTS
from service.batch.input.platforms.databases.flarum import FLARUM
from service.batch.input.platforms.databases.isso_comments import ISSO
from service.batch.input.platforms.databases.joomla import JCOMMENTS, K2_COMMENTS, KOMENTO, KUNENA
from service.batch.input.platforms.databases.mybb import MYBB
from service.batch.input.platforms.databases.phpbb import PHPBB
from service.batch.input.platforms.databases.small_forums import FLUXBB, INVISION, SIMPLE_MACHINES, VANILLA
from service.batch.input.platforms.databases.small_sites import GHOST, LEMMY_TABLE, MASTODON_TABLE, TYPECHO
from service.batch.input.platforms.databases.vbulletin import VBULLETIN, VBULLETIN_TEXTS
from service.batch.input.platforms.databases.wordpress_comments import WORDPRESS_COMMENTS
from service.batch.input.platforms.databases.xenforo import XENFORO_POSTS, XENFORO_PROFILE_COMMENTS, XENFORO_PROFILE_POSTS
from service.batch.input.platforms.platform import Platform

__all__ = ["TABLE_PLATFORMS"]

TABLE_PLATFORMS: tuple[Platform, ...] = (
    *(WORDPRESS_COMMENTS, PHPBB, VBULLETIN, VBULLETIN_TEXTS, MYBB, XENFORO_POSTS, XENFORO_PROFILE_POSTS, XENFORO_PROFILE_COMMENTS, FLARUM),
    *(SIMPLE_MACHINES, FLUXBB, INVISION, VANILLA, ISSO, COMMENTO_TABLE, DRUPAL_COMMENT_TEXTS, DRUPAL_COMMENTS),
    *(JCOMMENTS, KOMENTO, K2_COMMENTS, KUNENA, TYPECHO, GHOST, LEMMY_TABLE, MASTODON_TABLE),
)
"""In a database they come before all other platforms; elsewhere, such as in a table that was exported as CSV, after them."""
