<?php
/**
 * A new comment, before it is published.
 *
 * @package Tipstaff
 */

namespace Tipstaff;

defined( 'ABSPATH' ) || exit;

use WP_Comment;
use WP_Error;

/**
 * Asks the service about each new comment, whichever way it comes in, and may hold it. It never publishes what WordPress would not.
 */
final class Check {

	/** What is known of a comment (see Answer). */
	const RESULT = '_tipstaff_result';

	/** A comment that could not be checked: the status that WordPress would have given it, and the one that it got. */
	const WAITING = '_tipstaff_waiting';

	/** When the service could not be asked for the last time, and why; gone as soon as it answers again. */
	const FAILURE = 'tipstaff_failure';

	/** The statuses of a comment, from what everybody sees to what is thrown away. */
	const STATUSES = array( '1', '0', 'spam', 'trash' );

	const STATUS_OF_ACTION = array(
		'mark'  => '1',
		'hold'  => '0',
		'spam'  => 'spam',
		'trash' => 'trash',
	);

	/**
	 * Whether the comment that comes next has slashes before its quotes: WordPress' REST interface hands it on without.
	 *
	 * @var bool
	 */
	private static $is_slashed = true;

	/**
	 * What was found out about the comment that is stored next: its post, and what is to be kept with it.
	 *
	 * @var array<string, mixed>|null
	 */
	private static $found = null;

	/**
	 * Adds what WordPress calls.
	 */
	public static function add_hooks(): void {
		add_filter( 'preprocess_comment', array( self::class, 'note_slashes' ), PHP_INT_MAX );
		add_filter( 'rest_preprocess_comment', array( self::class, 'note_no_slashes' ), PHP_INT_MAX );
		// After Akismet and most others, which may have decided already.
		add_filter( 'pre_comment_approved', array( self::class, 'decide' ), 50, 2 );
		add_action( 'wp_insert_comment', array( self::class, 'keep' ), 10, 2 );
	}

	/**
	 * A comment comes in by a form, by XML-RPC or as a pingback.
	 *
	 * @param mixed $comment The comment.
	 * @return mixed The same.
	 */
	public static function note_slashes( $comment ) {
		self::$is_slashed = true;
		return $comment;
	}

	/**
	 * A comment comes in by the REST interface.
	 *
	 * @param mixed $comment The comment.
	 * @return mixed The same.
	 */
	public static function note_no_slashes( $comment ) {
		self::$is_slashed = false;
		return $comment;
	}

	/**
	 * The status with which a new comment is stored.
	 *
	 * @param mixed $approved The status so far: 1, 0, spam, trash or an error.
	 * @param mixed $comment  The comment.
	 * @return mixed The status; never a milder one.
	 */
	public static function decide( $approved, $comment ) {
		self::$found = null;
		// What is spam, trash or an error already needs no second opinion.
		if ( ! is_array( $comment ) || ! in_array( $approved, array( 0, 1, '0', '1', true, false ), true ) ) {
			return $approved;
		}
		$settings = Settings::all();
		$user_id  = (int) ( $comment['user_id'] ?? $comment['user_ID'] ?? 0 );
		$checked  = '' !== $settings['url'] && ! self::is_exempt( $user_id, (string) $settings['exempt'] );
		/**
		 * Whether a new comment is checked.
		 *
		 * @param bool  $checked What the settings say.
		 * @param array $comment The comment, as the filter pre_comment_approved gets it.
		 */
		if ( ! apply_filters( 'tipstaff_checks_comment', $checked, $comment ) ) {
			return $approved;
		}
		$html   = $comment['comment_content'] ?? '';
		$html   = is_string( $html ) ? ( self::$is_slashed ? wp_unslash( $html ) : $html ) : '';
		$result = self::judge( $html, (int) ( $comment['comment_post_ID'] ?? 0 ), (int) ( $comment['comment_parent'] ?? 0 ), $user_id );
		$before = (string) (int) $approved;
		if ( is_wp_error( $result ) ) {
			$status  = 'hold' === $settings['unreachable'] ? '0' : $before;
			$waiting = array(
				'before' => $before,
				'left'   => $status,
			);
			$to_keep = array( self::WAITING => $waiting );
			Recheck::schedule();
		} else {
			$status  = self::status_after( $result, $before );
			$to_keep = array( self::RESULT => $result );
		}
		self::$found = array(
			'post' => (int) ( $comment['comment_post_ID'] ?? 0 ),
			'meta' => $to_keep,
		);
		return $status === $before ? $approved : ( '0' === $status ? 0 : $status );
	}

	/**
	 * Keeps with a comment that has been stored what was found out about it.
	 *
	 * @param mixed $id      Its id.
	 * @param mixed $comment The comment.
	 */
	public static function keep( $id, $comment ): void {
		$found       = self::$found;
		self::$found = null;
		if ( null === $found || ! $comment instanceof WP_Comment || (int) $comment->comment_post_ID !== $found['post'] ) {
			return;
		}
		foreach ( $found['meta'] as $key => $value ) {
			// WordPress takes slashes away from what it stores.
			add_comment_meta( (int) $id, $key, wp_slash( $value ), true );
		}
		if ( 'trash' === $comment->comment_approved ) {
			// As WordPress itself does when it moves a comment there: it is deleted when its time has come.
			add_comment_meta( (int) $id, '_wp_trash_meta_status', '0', true );
			add_comment_meta( (int) $id, '_wp_trash_meta_time', time(), true );
		}
	}

	/**
	 * Asks the service about a comment.
	 *
	 * @param string $html      The comment.
	 * @param int    $post_id   What it comments on.
	 * @param int    $parent_id The comment that it answers, or 0.
	 * @param int    $user_id   Who wrote it, or 0.
	 * @return array<string, mixed>|WP_Error The result, or why there is none.
	 */
	public static function judge( string $html, int $post_id, int $parent_id, int $user_id ) {
		$parts  = Judged_Text::parts( $html, $post_id, $parent_id, $user_id );
		$answer = Client::moderate( $parts );
		$result = is_wp_error( $answer ) ? $answer : Answer::read( $answer, count( $parts ) );
		if ( is_wp_error( $result ) && Client::WRONG_COMMENT === $result->get_error_code() ) {
			$result = Answer::unjudged( 'refused' );
		}
		if ( is_wp_error( $result ) ) {
			$failure = array(
				'time' => time(),
				'why'  => $result->get_error_message(),
			);
			update_option( self::FAILURE, $failure, true );
		} elseif ( get_option( self::FAILURE ) ) {
			delete_option( self::FAILURE );
		}
		return $result;
	}

	/**
	 * The status of a comment that was judged.
	 *
	 * @param array<string, mixed> $result What the service says about it.
	 * @param string               $before The status that it has without that.
	 * @return string The stricter one.
	 */
	public static function status_after( array $result, string $before ): string {
		$settings = Settings::all();
		$action   = 'mark';
		if ( 'reject' === $result['verdict'] ) {
			$action = (string) $settings['reject'];
		} elseif ( 'review' === $result['verdict'] && ( empty( $result['foreign'] ) || 'review' === $settings['foreign'] ) ) {
			$action = (string) $settings['review'];
		}
		$status = self::STATUS_OF_ACTION[ $action ];
		if ( 'trash' === $status && ! EMPTY_TRASH_DAYS ) {
			// As WordPress does where there is no trash: what is put there would be gone at once.
			$status = 'spam';
		}
		$strictness = max( (int) array_search( $status, self::STATUSES, true ), (int) array_search( $before, self::STATUSES, true ) );
		return self::STATUSES[ $strictness ];
	}

	/**
	 * Whether nobody asks about the comments of a user.
	 *
	 * @param int    $user_id The user; 0 for a guest.
	 * @param string $exempt  Whose comments are exempt.
	 */
	private static function is_exempt( int $user_id, string $exempt ): bool {
		if ( $user_id <= 0 || 'nobody' === $exempt ) {
			return false;
		}
		return 'members' === $exempt || user_can( $user_id, 'moderate_comments' );
	}
}
