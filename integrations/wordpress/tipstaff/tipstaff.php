<?php
/**
 * Plugin Name:       Tipstaff
 * Description:       Asks your own Tipstaff about every comment before it is published, and tells it what your moderators decide.
 * Version:           0.1.0
 * Requires at least: 5.9
 * Requires PHP:      7.4
 * Author:            The Tipstaff project
 * License:           Apache-2.0 (compatible with GPLv3)
 * License URI:       https://www.apache.org/licenses/LICENSE-2.0
 * Text Domain:       tipstaff
 * Domain Path:       /languages
 *
 * @package Tipstaff
 */

namespace Tipstaff;

defined( 'ABSPATH' ) || exit;

const VERSION = '0.1.0';

foreach ( array( 'settings', 'client', 'answer', 'judged-text', 'check', 'recheck', 'rulings' ) as $tipstaff_part ) {
	require_once __DIR__ . '/includes/class-' . $tipstaff_part . '.php';
}
if ( is_admin() ) {
	foreach ( array( 'connection-test', 'settings-page', 'comments-list' ) as $tipstaff_part ) {
		require_once __DIR__ . '/includes/class-' . $tipstaff_part . '.php';
	}
	Settings_Page::add_hooks( plugin_basename( __FILE__ ) );
	Comments_List::add_hooks();
}
unset( $tipstaff_part );

Check::add_hooks();
Recheck::add_hooks();
Rulings::add_hooks();

add_action(
	'init',
	static function () {
		load_plugin_textdomain( 'tipstaff', false, dirname( plugin_basename( __FILE__ ) ) . '/languages' );
	}
);

// What waits stays in the comments' meta, and goes on when the plugin is switched on again.
register_activation_hook(
	__FILE__,
	static function () {
		Recheck::schedule();
		Rulings::schedule();
	}
);
register_deactivation_hook(
	__FILE__,
	static function () {
		wp_clear_scheduled_hook( Recheck::EVENT );
		wp_clear_scheduled_hook( Rulings::EVENT );
	}
);
