<?php
/**
 * What the site has set, and what may be set.
 *
 * @package Tipstaff
 */

namespace Tipstaff;

defined( 'ABSPATH' ) || exit;

/**
 * The settings of one site. Constants in wp-config.php override the address and the key.
 */
final class Settings {

	const OPTION = 'tipstaff_settings';

	const DEFAULTS = array(
		'url'         => '',
		'key'         => '',
		'community'   => '',
		'review'      => 'hold',
		'reject'      => 'spam',
		'foreign'     => 'publish',
		'names'       => 'check',
		'unreachable' => 'publish',
		'exempt'      => 'moderators',
		'spam_means'  => 'abuse',
		'trash_means' => 'abuse',
		'timeout'     => 2.0,
	);

	/** The settings that are a choice, and the words that may be chosen. */
	const CHOICES = array(
		'review'      => array( 'mark', 'hold', 'spam', 'trash' ),
		'reject'      => array( 'mark', 'hold', 'spam', 'trash' ),
		'foreign'     => array( 'publish', 'review' ),
		'names'       => array( 'check', 'ignore' ),
		'unreachable' => array( 'publish', 'hold' ),
		'exempt'      => array( 'nobody', 'moderators', 'members' ),
		'spam_means'  => array( 'abuse', 'advertising', 'nothing' ),
		'trash_means' => array( 'abuse', 'nothing' ),
	);

	/** Seconds. Less than one is more than cURL can promise. */
	const LEAST_TIMEOUT = 1.0;
	const MOST_TIMEOUT  = 2.0;

	const MOST_COMMUNITY_LETTERS = 200;
	const MOST_KEY_LETTERS       = 400;

	/**
	 * All settings of this site, those that were never saved included.
	 *
	 * @return array<string, string|float>
	 */
	public static function all(): array {
		$stored   = get_option( self::OPTION );
		$settings = self::sanitize_known( is_array( $stored ) ? $stored : array(), self::DEFAULTS );
		if ( self::is_constant( 'url' ) ) {
			$settings['url'] = self::clean_url( TIPSTAFF_URL ) ?? '';
		}
		if ( self::is_constant( 'key' ) ) {
			$settings['key'] = trim( TIPSTAFF_KEY );
		}
		return $settings;
	}

	/**
	 * One setting of this site.
	 *
	 * @param string $name Its name.
	 * @return string|float
	 */
	public static function get( string $name ) {
		return self::all()[ $name ];
	}

	/**
	 * Whether a setting is fixed in wp-config.php.
	 *
	 * @param string $name Its name.
	 */
	public static function is_constant( string $name ): bool {
		$constant = array(
			'url' => 'TIPSTAFF_URL',
			'key' => 'TIPSTAFF_KEY',
		)[ $name ] ?? null;
		return null !== $constant && defined( $constant ) && is_string( constant( $constant ) );
	}

	/**
	 * What WordPress stores when the form is saved. Whatever cannot be a value leaves the stored one as it is.
	 *
	 * @param mixed $given What the form sent.
	 * @return array<string, string|float>
	 */
	public static function sanitize( $given ): array {
		$stored = get_option( self::OPTION );
		$stored = self::sanitize_known( is_array( $stored ) ? $stored : array(), self::DEFAULTS );
		if ( ! is_array( $given ) ) {
			return $stored;
		}
		// An empty field of the key keeps the stored one, which is never sent to the browser; nor to a server for which it was not entered.
		if ( ! isset( $given['key'] ) || ! is_string( $given['key'] ) || '' === trim( $given['key'] ) ) {
			$moves        = isset( $given['url'] ) && self::is_elsewhere( self::clean_url( $given['url'] ), (string) $stored['url'] );
			$given['key'] = empty( $given['forget_key'] ) && ! $moves ? $stored['key'] : '';
			if ( $moves && '' !== $stored['key'] ) {
				self::add_error( 'key', __( 'The address leads to another server than before, so the key was forgotten: enter it again if it is meant for that one.', 'tipstaff' ) );
			}
		}
		if ( isset( $given['url'] ) && null === self::clean_url( $given['url'] ) ) {
			$problem = __( 'The address was not saved. It has to begin with http:// or https:// and name a host, and nothing may follow the path.', 'tipstaff' );
			self::add_error( 'url', $problem );
		}
		if ( null === self::clean_key( $given['key'] ) ) {
			self::add_error( 'key', __( 'The key was not saved: it has blanks or letters that no key has.', 'tipstaff' ) );
		}
		return self::sanitize_known( $given, $stored );
	}

	/**
	 * Returns only known settings with possible values; others keep their value.
	 *
	 * @param array<mixed>                $given  What is to be set.
	 * @param array<string, string|float> $values What holds where nothing possible is given.
	 * @return array<string, string|float>
	 */
	private static function sanitize_known( array $given, array $values ): array {
		foreach ( self::CHOICES as $name => $words ) {
			if ( isset( $given[ $name ] ) && in_array( $given[ $name ], $words, true ) ) {
				$values[ $name ] = $given[ $name ];
			}
		}
		if ( isset( $given['url'] ) ) {
			$values['url'] = self::clean_url( $given['url'] ) ?? $values['url'];
		}
		if ( isset( $given['key'] ) ) {
			$values['key'] = self::clean_key( $given['key'] ) ?? $values['key'];
		}
		if ( isset( $given['community'] ) && is_string( $given['community'] ) ) {
			$values['community'] = substr( sanitize_text_field( $given['community'] ), 0, self::MOST_COMMUNITY_LETTERS );
		}
		if ( isset( $given['timeout'] ) && is_numeric( $given['timeout'] ) ) {
			$values['timeout'] = max( self::LEAST_TIMEOUT, min( self::MOST_TIMEOUT, (float) $given['timeout'] ) );
		}
		return $values;
	}

	/**
	 * The address without a slash at its end, an empty text if there is none, or null if it is no address of a service.
	 *
	 * @param mixed $given What was entered.
	 */
	private static function clean_url( $given ): ?string {
		if ( ! is_string( $given ) ) {
			return null;
		}
		$given = trim( $given );
		if ( '' === $given ) {
			return '';
		}
		$parts = wp_parse_url( $given );
		$fits  = is_array( $parts ) && ! empty( $parts['host'] ) && in_array( strtolower( $parts['scheme'] ?? '' ), array( 'http', 'https' ), true );
		// A name and a password in an address would be shown with it.
		if ( ! $fits || isset( $parts['query'] ) || isset( $parts['fragment'] ) || isset( $parts['user'] ) || preg_match( '/[\s"\'<>\\\\]/', $given ) ) {
			return null;
		}
		$url = esc_url_raw( $given, array( 'http', 'https' ) );
		return '' === $url ? null : untrailingslashit( $url );
	}

	/**
	 * Whether an address leads to another server than the one before did.
	 *
	 * @param string|null $url    The address as it is to be; null if it is none, and the one before stays.
	 * @param string      $before The one before.
	 */
	private static function is_elsewhere( ?string $url, string $before ): bool {
		foreach ( array( PHP_URL_SCHEME, PHP_URL_HOST, PHP_URL_PORT ) as $part ) {
			if ( null !== $url && strtolower( (string) wp_parse_url( $url, $part ) ) !== strtolower( (string) wp_parse_url( $before, $part ) ) ) {
				return true;
			}
		}
		return false;
	}

	/**
	 * The key without blanks around it, or null if it cannot be one: it has to fit into a header.
	 *
	 * @param mixed $given What was entered.
	 */
	private static function clean_key( $given ): ?string {
		$key = is_string( $given ) ? trim( $given ) : null;
		return null !== $key && strlen( $key ) <= self::MOST_KEY_LETTERS && ! preg_match( '/[^\x21-\x7e]/', $key ) ? $key : null;
	}

	/**
	 * Shows a problem above the form. Other ways to set an option have no such place.
	 *
	 * @param string $name    The setting.
	 * @param string $problem What is wrong with it, in words.
	 */
	private static function add_error( string $name, string $problem ): void {
		if ( function_exists( 'add_settings_error' ) ) {
			add_settings_error( self::OPTION, 'tipstaff-' . $name, $problem );
		}
	}
}
