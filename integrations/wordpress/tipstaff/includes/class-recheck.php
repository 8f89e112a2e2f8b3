<?php
/**
 * Comments that came in while the service could not be asked.
 *
 * @package Tipstaff
 */

namespace Tipstaff;

defined( 'ABSPATH' ) || exit;

use WP_Comment;
use WP_Error;

/**
 * Checks again in the background, and does then what would have been done at first, unless a person has decided in between.
 */
final class Recheck {

	const EVENT = 'tipstaff_check_again';

	const PAUSE_SECONDS = 600;

	/** How many comments, and seconds, one turn takes at most. */
	const MOST_COMMENTS = 50;
	const MOST_SECONDS  = 20;

	/**
	 * Whether a status is being changed here, and not by a person.
	 *
	 * @var bool
	 */
	private static $is_changing = false;

	/**
	 * Adds what WordPress calls.
	 */
	public static function add_hooks(): void {
		add_action( self::EVENT, array( self::class, 'check_waiting' ) );
	}

	/**
	 * Whether a status is being changed here.
	 */
	public static function is_changing(): bool {
		return self::$is_changing;
	}

	/**
	 * Has the comments that wait checked later.
	 *
	 * @param int $seconds When.
	 */
	public static function schedule( int $seconds = self::PAUSE_SECONDS ): void {
		if ( ! wp_next_scheduled( self::EVENT ) ) {
			wp_schedule_single_event( time() + $seconds, self::EVENT );
		}
	}

	/**
	 * Checks comments that wait, for as long as the service answers.
	 */
	public static function check_waiting(): void {
		$end     = time() + self::MOST_SECONDS;
		$waiting = self::waiting( self::MOST_COMMENTS );
		// Not always the same first: one that the service does not manage must not hold up the others.
		shuffle( $waiting );
		$left    = count( $waiting );
		foreach ( $waiting as $comment ) {
			if ( time() >= $end || is_wp_error( self::check( $comment ) ) ) {
				self::schedule();
				return;
			}
			--$left;
		}
		if ( 0 === $left && self::MOST_COMMENTS === count( $waiting ) ) {
			self::schedule( MINUTE_IN_SECONDS );
		}
	}

	/**
	 * The comments that wait.
	 *
	 * @param int $number How many at most.
	 * @return array<int, WP_Comment>
	 */
	public static function waiting( int $number ): array {
		$query = array(
			'meta_key' => Check::WAITING, // phpcs:ignore WordPress.DB.SlowDBQuery -- in the background
			'status'   => 'any',
			'orderby'  => 'comment_ID',
			'order'    => 'ASC',
			'number'   => $number,
		);
		return array_filter(
			(array) get_comments( $query ),
			static function ( $comment ) {
				return $comment instanceof WP_Comment;
			}
		);
	}

	/**
	 * Checks a comment. Only one that waits gets another status, and only if nobody has given it one since.
	 *
	 * @param WP_Comment $comment The comment.
	 * @return array<string, mixed>|WP_Error The result, or why there is none.
	 */
	public static function check( WP_Comment $comment ) {
		$id     = (int) $comment->comment_ID;
		$result = Check::judge( $comment->to_array() );
		if ( is_wp_error( $result ) ) {
			return $result;
		}
		$waiting = get_comment_meta( $id, Check::WAITING, true );
		update_comment_meta( $id, Check::RESULT, wp_slash( $result ) );
		delete_comment_meta( $id, Check::WAITING );
		if ( is_array( $waiting ) && (string) $comment->comment_approved === (string) ( $waiting['left'] ?? '' ) ) {
			$status = Check::status_after( $result, (string) ( $waiting['before'] ?? '0' ) );
			if ( $status !== (string) $comment->comment_approved ) {
				self::set_status( $id, $status );
			}
		}
		return $result;
	}

	/**
	 * Gives a comment a status.
	 *
	 * @param int    $id     The comment.
	 * @param string $status One of Check::STATUSES.
	 */
	private static function set_status( int $id, string $status ): void {
		self::$is_changing = true;
		try {
			if ( 'spam' === $status ) {
				wp_spam_comment( $id );
			} elseif ( 'trash' === $status ) {
				wp_trash_comment( $id );
			} else {
				wp_set_comment_status( $id, '1' === $status ? 'approve' : 'hold' );
			}
		} finally {
			self::$is_changing = false;
		}
	}
}
