<?php
/**
 * Deletes all that the plugin has stored, when it is deleted. The comments stay as they are.
 *
 * @package Tipstaff
 */

defined( 'WP_UNINSTALL_PLUGIN' ) || exit;

/**
 * Deletes it from the current site.
 */
function tipstaff_forget_site(): void {
	delete_option( 'tipstaff_settings' );
	delete_option( 'tipstaff_failure' );
	foreach ( array( '_tipstaff_result', '_tipstaff_waiting', '_tipstaff_ruling', '_tipstaff_ruling_sent' ) as $key ) {
		delete_metadata( 'comment', 0, $key, '', true );
	}
	wp_clear_scheduled_hook( 'tipstaff_check_again' );
	wp_clear_scheduled_hook( 'tipstaff_send_rulings' );
}

if ( is_multisite() ) {
	foreach ( get_sites( array( 'fields' => 'ids', 'number' => 0 ) ) as $tipstaff_site ) {
		switch_to_blog( (int) $tipstaff_site );
		tipstaff_forget_site();
		restore_current_blog();
	}
} else {
	tipstaff_forget_site();
}
