<?php
/**
 * The calls to the service.
 *
 * @package Tipstaff
 */

namespace Tipstaff;

defined( 'ABSPATH' ) || exit;

use WP_Error;

/**
 * Calls the service. Neither texts nor the key are ever part of an error.
 *
 * The code of an error says whom it concerns: WRONG_COMMENT this comment alone, which will not be taken however often it is sent; any
 * other one the service, which may answer later.
 */
final class Client {

	const WRONG_COMMENT = 'tipstaff_wrong_comment';
	const NOT_SET_UP    = 'tipstaff_not_set_up';
	const UNREACHABLE   = 'tipstaff_unreachable';
	const REFUSED       = 'tipstaff_refused';
	const BUSY          = 'tipstaff_busy';
	const NONSENSE      = 'tipstaff_nonsense';

	/** Bytes. Answers are a few hundred bytes long; more than this is cut off, and then no JSON. */
	const MOST_ANSWER_BYTES = 262144;

	/**
	 * Has texts judged.
	 *
	 * @param array<int, array<string, string>> $comments As /v1/moderate takes them; their ids are "0", "1" and so on.
	 * @return array<mixed>|WP_Error The answer.
	 */
	public static function moderate( array $comments ) {
		$message   = array( 'comments' => $comments );
		$community = Settings::get( 'community' );
		if ( '' !== $community ) {
			$message['community'] = $community;
		}
		return self::post( '/v1/moderate', $message );
	}

	/**
	 * Says what a moderator has decided about a comment.
	 *
	 * @param array<string, mixed> $says What was decided and by whom: label, abusive, reason, moderator, and act, the name of this decision.
	 * @param string               $html The comment.
	 * @param string               $id   Its id.
	 * @return array<mixed>|WP_Error The answer.
	 */
	public static function send_ruling( array $says, string $html, string $id ) {
		$community = Settings::get( 'community' );
		$ruling    = array(
			'comment'   => $id,
			'text'      => $html,
			'format'    => 'html',
			'community' => '' !== $community ? $community : (string) wp_parse_url( home_url(), PHP_URL_HOST ),
		);
		return self::post( '/v1/rulings', array( 'rulings' => array( $says + $ruling ) ) );
	}

	/**
	 * Finds out whether decisions would be taken: nothing is sent, and whoever may send one is told so.
	 *
	 * @return array<mixed>|WP_Error The answer; an error with the code WRONG_COMMENT if they would.
	 */
	public static function try_rulings() {
		return self::post( '/v1/rulings', array( 'rulings' => array() ) );
	}

	/**
	 * Sends a message and reads the answer.
	 *
	 * @param string       $path    The path of the call.
	 * @param array<mixed> $message The body.
	 * @return array<mixed>|WP_Error The answer.
	 */
	public static function post( string $path, array $message ) {
		$settings = Settings::all();
		if ( '' === $settings['url'] ) {
			return new WP_Error( self::NOT_SET_UP, __( 'No address of a Tipstaff service is set.', 'tipstaff' ) );
		}
		$body = wp_json_encode( $message );
		if ( ! is_string( $body ) ) {
			return new WP_Error( self::WRONG_COMMENT, __( 'The comment is no text.', 'tipstaff' ) );
		}
		$headers = array(
			'Content-Type' => 'application/json',
			'Accept'       => 'application/json',
		);
		if ( '' !== $settings['key'] ) {
			$headers['Authorization'] = 'Bearer ' . $settings['key'];
		}
		$response = wp_remote_post(
			$settings['url'] . $path,
			array(
				'timeout'             => $settings['timeout'],
				// Whoever answers elsewhere must not get the key.
				'redirection'         => 0,
				'limit_response_size' => self::MOST_ANSWER_BYTES,
				'user-agent'          => 'Tipstaff-WordPress/' . VERSION,
				'headers'             => $headers,
				'body'                => $body,
			)
		);
		if ( is_wp_error( $response ) ) {
			return new WP_Error( self::UNREACHABLE, self::describe_failure( (string) $response->get_error_message(), $settings ) );
		}
		$answer = json_decode( wp_remote_retrieve_body( $response ), true, 64 );
		$status = (int) wp_remote_retrieve_response_code( $response );
		if ( 200 === $status ) {
			$nonsense = __( 'Something answers at that address, but not in the way Tipstaff does. Is it the address of another server?', 'tipstaff' );
			return is_array( $answer ) ? $answer : new WP_Error( self::NONSENSE, $nonsense );
		}
		$code = is_array( $answer ) && is_string( $answer['type'] ?? null ) ? (string) wp_parse_url( $answer['type'], PHP_URL_FRAGMENT ) : '';
		return self::describe_refusal( $status, $code, $answer );
	}

	/**
	 * Why nothing came back, in words.
	 *
	 * @param string                      $message  What WordPress says.
	 * @param array<string, string|float> $settings The settings of the call.
	 */
	private static function describe_failure( string $message, array $settings ): string {
		$number = preg_match( '/cURL error (\d+)/', $message, $found ) ? (int) $found[1] : 0;
		switch ( $number ) {
			case 6:
				return __( 'The name in the address cannot be found: is it written correctly, and does this server know it?', 'tipstaff' );
			case 7:
				return __( 'Nobody listens at that address: is the service running, and is the port right?', 'tipstaff' );
			case 28:
				/* translators: %s: a number of seconds */
				return sprintf( __( 'No answer came within %s seconds.', 'tipstaff' ), number_format_i18n( $settings['timeout'], 1 ) );
			case 35:
			case 51:
			case 60:
			case 77:
				return __( 'The connection is not secure: this server does not trust the certificate of the service, or the service does not speak HTTPS.', 'tipstaff' );
			case 52:
			case 56:
				return __( 'The connection was closed without an answer: does the service speak HTTPS, while the address begins with http://?', 'tipstaff' );
		}
		/* translators: %s: a message of WordPress */
		return sprintf( __( 'The service cannot be reached. WordPress says: %s', 'tipstaff' ), $message );
	}

	/**
	 * Why the service did not do it, in words.
	 *
	 * @param int    $status The status.
	 * @param string $code   The type of the problem document; an empty text if there is none.
	 * @param mixed  $answer The answer, if it is JSON.
	 */
	private static function describe_refusal( int $status, string $code, $answer ): WP_Error {
		if ( 'unknown-community' === $code ) {
			return new WP_Error( self::REFUSED, __( 'The service has no community of that name, or this key belongs to another one.', 'tipstaff' ) );
		}
		if ( 'foreign-host' === $code ) {
			return new WP_Error( self::REFUSED, __( 'The service does not let itself be called by the name in the address: TIPSTAFF_ALLOWED_HOSTS has to name it.', 'tipstaff' ) );
		}
		if ( 401 === $status ) {
			return new WP_Error( self::REFUSED, __( 'The service does not know this key, or wants one and got none.', 'tipstaff' ) );
		}
		if ( 403 === $status ) {
			return new WP_Error( self::REFUSED, __( 'This key does not allow that. It needs the scopes score and feedback.', 'tipstaff' ) );
		}
		if ( $status >= 300 && $status < 400 ) {
			return new WP_Error( self::REFUSED, __( 'The address leads elsewhere. Enter the address at which the service answers itself.', 'tipstaff' ) );
		}
		if ( in_array( $status, array( 400, 409, 413, 422 ), true ) && is_array( $answer ) ) {
			return new WP_Error( self::WRONG_COMMENT, __( 'The service cannot take this comment.', 'tipstaff' ) );
		}
		if ( in_array( $status, array( 408, 429, 503, 504 ), true ) ) {
			/* translators: %d: an HTTP status */
			return new WP_Error( self::BUSY, sprintf( __( 'The service is not ready or has too much to do (status %d).', 'tipstaff' ), $status ) );
		}
		/* translators: %d: an HTTP status */
		return new WP_Error( self::NONSENSE, sprintf( __( 'Something answers at that address, but not as Tipstaff does (status %d). Is it the address of another server?', 'tipstaff' ), $status ) );
	}
}
