<?php
/**
 * "Test the connection".
 *
 * @package Tipstaff
 */

namespace Tipstaff;

defined( 'ABSPATH' ) || exit;

/**
 * Tries what the plugin will do, and says in words what works and what does not. Nothing is stored by it.
 */
final class Connection_Test {

	/**
	 * Tries the settings as they are stored.
	 *
	 * @return array<int, array{0: string, 1: string}> Of each finding, how WordPress' notices call its kind, and the text.
	 */
	public static function run(): array {
		$findings = self::find_careless();
		$texts    = array(
			array(
				'id'     => '0',
				'text'   => '<p>What a lovely morning.</p>',
				'format' => 'html',
			),
			Judged_Text::name( 'A. Reader' ),
		);
		$begun    = microtime( true );
		$answer   = Client::moderate( $texts );
		$results  = is_wp_error( $answer ) ? $answer : Answer::read( $answer, count( $texts ) );
		if ( is_wp_error( $results ) ) {
			$findings[] = array( 'error', $results->get_error_message() );
			return $findings;
		}
		delete_option( Check::FAILURE );
		$model = is_string( $answer['model'] ?? null ) ? $answer['model'] : '';
		/* translators: 1: the name of a model, 2: milliseconds */
		$works      = __( 'Comments can be checked: the model %1$s answered in %2$s ms.', 'tipstaff' );
		$findings[] = array( 'success', sprintf( $works, $model, number_format_i18n( 1000 * ( microtime( true ) - $begun ) ) ) );

		$answer = Client::try_rulings();
		if ( is_wp_error( $answer ) && Client::WRONG_COMMENT === $answer->get_error_code() ) {
			$findings[] = array( 'success', __( 'What your moderators decide can be sent back.', 'tipstaff' ) );
		} else {
			$why = is_wp_error( $answer ) ? $answer->get_error_message() : '';
			if ( ! is_wp_error( $answer ) || Client::NONSENSE === $answer->get_error_code() ) {
				$why = __( 'the service is older than this plugin.', 'tipstaff' );
			}
			/* translators: %s: why */
			$findings[] = array( 'warning', sprintf( __( 'What your moderators decide cannot be sent back: %s', 'tipstaff' ), $why ) );
		}
		return $findings;
	}

	/**
	 * What works, but should not stay so.
	 *
	 * @return array<int, array{0: string, 1: string}>
	 */
	private static function find_careless(): array {
		$url     = (string) Settings::get( 'url' );
		$host    = (string) wp_parse_url( $url, PHP_URL_HOST );
		$is_near = 'localhost' === $host || '[::1]' === $host || preg_match( '/^127\.|^10\.|^192\.168\.|^172\.(1[6-9]|2\d|3[01])\./', $host ) || false === strpos( $host, '.' );
		if ( 0 === stripos( $url, 'http://' ) && ! $is_near ) {
			return array( array( 'warning', __( 'The address begins with http://: comments and the key can be read on their way. Use https:// outside of your own network.', 'tipstaff' ) ) );
		}
		return array();
	}
}
