<?php
/**
 * Plugin Name: Tipstaff for Akismet
 * Description: Lets the plugin Akismet ask a service of your own, Tipstaff, instead of akismet.com. There is nothing to set but one constant.
 * Version: 0.1.0
 * License: Apache-2.0
 * Requires PHP: 7.2
 *
 * Copy this file to wp-content/mu-plugins/ and say in wp-config.php which of the two ways is yours:
 *
 *     define( 'TIPSTAFF_URL', 'https://tipstaff.example.org' );   // Akismet's calls go there: no certificate, no /etc/hosts.
 *     define( 'TIPSTAFF_CA_BUNDLE', '/etc/tipstaff/ca.pem' );     // rest.akismet.com leads to Tipstaff by the recipe for fixed hosts.
 *
 * The key is one that `tipstaff keys create blog --for akismet` printed; enter it on Akismet's own settings page.
 */

defined( 'ABSPATH' ) || exit;

/**
 * Says whether an address is one of Akismet's: rest.akismet.com, or KEY.rest.akismet.com.
 */
function tipstaff_akismet_is_its_host( $url ) {
	return (bool) preg_match( '#^https?://([a-z0-9_-]+\.)?rest\.akismet\.com(:\d+)?(/|$)#i', (string) $url );
}

/**
 * Trusts the authority of the recipe in calls of Akismet, and waits no longer than a visitor would: WordPress knows the certificates
 * of its own bundle alone, and Akismet waits 15 seconds, up to three times.
 */
function tipstaff_akismet_arguments( $args, $url ) {
	if ( tipstaff_akismet_is_its_host( $url ) ) {
		$args['timeout'] = min( (float) $args['timeout'], defined( 'TIPSTAFF_TIMEOUT' ) ? (float) TIPSTAFF_TIMEOUT : 2.0 );
		if ( defined( 'TIPSTAFF_CA_BUNDLE' ) ) {
			$args['sslcertificates'] = TIPSTAFF_CA_BUNDLE;
		}
	}
	return $args;
}
add_filter( 'http_request_args', 'tipstaff_akismet_arguments', 10, 2 );

/**
 * Sends calls of Akismet to TIPSTAFF_URL; without one, refuses those that are not encrypted, with which Akismet tries again when
 * encrypted ones fail.
 */
function tipstaff_akismet_request( $response, $args, $url ) {
	if ( ! tipstaff_akismet_is_its_host( $url ) ) {
		return $response;
	}
	if ( defined( 'TIPSTAFF_URL' ) && ! tipstaff_akismet_is_its_host( TIPSTAFF_URL ) ) {
		unset( $args['headers']['Host'] );
		return wp_remote_request( rtrim( TIPSTAFF_URL, '/' ) . preg_replace( '#^https?://[^/]*#i', '', $url ), $args );
	}
	if ( 0 !== stripos( $url, 'https:' ) ) {
		return new WP_Error( 'tipstaff_not_encrypted', 'Comments are sent to rest.akismet.com by HTTPS alone.' );
	}
	return $response;
}
add_filter( 'pre_http_request', 'tipstaff_akismet_request', 10, 3 );

// After a call by HTTPS that failed, Akismet would do without for a day.
add_filter( 'pre_option_akismet_ssl_disabled', '__return_zero' );
