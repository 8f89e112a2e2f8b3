<?php
/**
 * What the tests add to their WordPress: whoever knows the secret of the run may run PHP in it.
 */

add_action(
	'init',
	static function () {
		remove_action( 'check_comment_flood', 'check_comment_flood_db', 10 );
	}
);
add_filter( 'pre_wp_mail', '__return_true' );
// On a busy machine a service that works may be slow; the tests that need impatience say so.
add_filter(
	'http_request_args',
	static function ( $args ) {
		return get_option( 'testing_is_impatient' ) ? $args : array( 'timeout' => 60 ) + $args;
	},
	PHP_INT_MAX
);
add_action(
	'wp_loaded',
	static function () {
		if ( ! hash_equals( getenv( 'BLOG_SECRET' ), $_SERVER['HTTP_X_TESTING'] ?? '' ) ) {
			return;
		}
		extract( json_decode( wp_unslash( $_POST['variables'] ), true ) );
		$returned = eval( wp_unslash( $_POST['code'] ) );
		header( 'Content-Type: application/json' );
		echo wp_json_encode( array( 'returned' => $returned ) );
		exit;
	}
);
