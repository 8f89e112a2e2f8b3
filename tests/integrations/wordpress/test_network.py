"""Our plugin on a network of sites (multisite): each has its own settings, and nothing of one is left or done on another."""

from collections.abc import Iterator

import pytest

from tests.integrations.wordpress.blog import Blog, DatabaseServer, serve_blog
from tests.integrations.wordpress.relay import Relay
from tests.service.http.sample_texts import TOXIC

pytestmark = pytest.mark.nightly

COMMENT = """
    switch_to_blog( $site );
    $comment = [ 'comment_post_ID' => 1, 'comment_content' => $text, 'comment_author' => 'A. Reader', 'comment_author_url' => '' ];
    $more = [ 'comment_author_email' => 'a@blog.example', 'comment_author_IP' => '127.0.0.1', 'comment_agent' => '' ];
    $id = wp_new_comment( $comment + $more );
    return [ $id, get_comment( $id )->comment_approved ];
"""


@pytest.fixture(scope="module")
def network(database: DatabaseServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Blog]:
    """The first of two sites; both have the plugin."""
    with serve_blog(tmp_path_factory.mktemp("network"), database, plugins=["tipstaff/tipstaff.php"], is_network=True) as blog:
        blog.php("""
            $second = wp_insert_site( [ 'domain' => '127.0.0.1', 'path' => '/second/', 'title' => 'Second', 'user_id' => 1 ] );
            switch_to_blog( $second );
            update_option( 'active_plugins', [ 'tipstaff/tipstaff.php' ] );
            update_option( 'comment_previously_approved', 0 );
        """)
        yield blog


def test_sites_of_a_network_go_their_own_ways(network: Blog, relay: Relay, key: str) -> None:
    """What a site does with comments is its own affair, rulings say which site they are of, and the deleted plugin is gone from all."""
    configure = "switch_to_blog( $site ); update_option( 'tipstaff_settings', $settings );"
    for site, reject in ((1, "hold"), (2, "trash")):
        network.php(configure, site=site, settings={"url": relay.address, "key": key, "reject": reject})

    first, status_on_first = network.php(COMMENT, site=1, text=TOXIC)
    second, status_on_second = network.php(COMMENT, site=2, text=TOXIC)
    assert (status_on_first, status_on_second) == ("0", "trash")

    relay.reset()
    ruling = "switch_to_blog( $site ); wp_set_current_user( 1 ); wp_spam_comment( $id ); do_action( 'tipstaff_send_rulings' );"
    network.php(ruling, site=1, id=first)
    network.php(ruling, site=2, id=second)
    assert [call.message["clientToken"] for call in relay.calls] == [f"1-{first}", f"2-{second}"]

    left = network.php("""
        define( 'WP_UNINSTALL_PLUGIN', 'tipstaff/tipstaff.php' );
        require WP_PLUGIN_DIR . '/tipstaff/uninstall.php';
        global $wpdb;
        foreach ( [ 1, 2 ] as $site ) {
            switch_to_blog( $site );
            $left[] = get_option( 'tipstaff_settings' );
            $left[] = (int) $wpdb->get_var( "SELECT COUNT(*) FROM $wpdb->commentmeta WHERE meta_key LIKE '%tipstaff%'" );
        }
        return $left;
    """)
    assert left == [False, 0, False, 0]
    assert [line for line in network.complaints() if "tipstaff" in line.lower()] == []
