<?php
/**
 * A new comment, before it is published.
 *
 * @package Tipstaff
 */

namespace Tipstaff;

defined( 'ABSPATH' ) || exit;

use Throwable;
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

	/** What is stored as a comment and is none: notes of editors, and of shops about their orders. */
	const EXEMPT_TYPES = array( 'note', 'order_note' );

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
		add_filter( 'wp_update_comment_data', array( self::class, 'decide_edited' ), 50, 2 );
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
		$comment = self::$is_slashed ? wp_unslash( $comment ) : $comment;
		if ( ! self::is_checked( $comment ) ) {
			return $approved;
		}
		$before      = (string) (int) $approved;
		$found       = self::find( $comment, $before );
		self::$found = array(
			'post' => (int) ( $comment['comment_post_ID'] ?? 0 ),
			'meta' => $found['meta'],
		);
		return $found['status'] === $before ? $approved : ( '0' === $found['status'] ? 0 : $found['status'] );
	}

	/**
	 * What is stored when a comment is edited. What a moderator edits is not checked.
	 *
	 * @param mixed $comment The comment as it is to be, without slashes.
	 * @param mixed $old     The comment as it is.
	 * @return mixed The same, perhaps with another status.
	 */
	public static function decide_edited( $comment, $old ) {
		$old = (array) $old;
		if ( ! is_array( $comment ) || ! isset( $old['comment_ID'], $old['comment_content'], $old['comment_author'] ) || current_user_can( 'moderate_comments' ) ) {
			return $comment;
		}
		$is_same = $old['comment_content'] === ( $comment['comment_content'] ?? null ) && $old['comment_author'] === ( $comment['comment_author'] ?? null );
		$before  = (string) ( $comment['comment_approved'] ?? '' );
		if ( $is_same || ! in_array( $before, array( '0', '1' ), true ) || ! self::is_checked( $comment ) ) {
			return $comment;
		}
		$found = self::find( $comment, $before );
		foreach ( array( self::RESULT, self::WAITING ) as $key ) {
			if ( isset( $found['meta'][ $key ] ) ) {
				update_comment_meta( (int) $old['comment_ID'], $key, wp_slash( $found['meta'][ $key ] ) );
			} else {
				delete_comment_meta( (int) $old['comment_ID'], $key );
			}
		}
		$comment['comment_approved'] = $found['status'];
		return $comment;
	}

	/**
	 * Asks about a comment.
	 *
	 * @param array<mixed> $comment The comment, without slashes.
	 * @param string       $before  The status that it would have.
	 * @return array{status: string, meta: array<string, mixed>} The status that it gets, and what is to be kept with it.
	 */
	private static function find( array $comment, string $before ): array {
		$result = self::judge( $comment );
		if ( ! is_wp_error( $result ) ) {
			return array(
				'status' => self::status_after( $result, $before ),
				'meta'   => array( self::RESULT => $result ),
			);
		}
		$status = 'hold' === Settings::get( 'unreachable' ) ? '0' : $before;
		Recheck::schedule();
		$waiting = array(
			'before' => $before,
			'left'   => $status,
		);
		return array(
			'status' => $status,
			'meta'   => array( self::WAITING => $waiting ),
		);
	}

	/**
	 * Whether a comment is checked at all.
	 *
	 * @param array<mixed> $comment The comment.
	 */
	private static function is_checked( array $comment ): bool {
		$settings = Settings::all();
		$user_id  = (int) ( $comment['user_id'] ?? $comment['user_ID'] ?? 0 );
		$checked  = '' !== $settings['url'] && ! in_array( $comment['comment_type'] ?? '', self::EXEMPT_TYPES, true )
			&& ! self::is_exempt( $user_id, (string) $settings['exempt'] );
		/**
		 * Whether a comment is checked.
		 *
		 * @param bool  $checked What the settings say.
		 * @param array $comment The comment, without slashes.
		 */
		return (bool) apply_filters( 'tipstaff_checks_comment', $checked, $comment );
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
	 * @param array<mixed> $comment The comment, without slashes.
	 * @return array<string, mixed>|WP_Error The result, or why there is none.
	 */
	public static function judge( array $comment ) {
		try {
			$result = self::ask( $comment );
		} catch ( Throwable $error ) {
			// Whatever other code has thrown on the way: a comment is more important. Its text is not in the log.
			error_log( sprintf( 'Tipstaff: %s in %s, line %d', get_class( $error ), $error->getFile(), $error->getLine() ) ); // phpcs:ignore
			$result = new WP_Error( Client::NONSENSE, __( 'Something went wrong in WordPress while the service was asked; its log says where.', 'tipstaff' ) );
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
	 * Has the parts of a comment judged, and its author's name.
	 *
	 * @param array<mixed> $comment The comment, without slashes.
	 * @return array<string, mixed>|WP_Error
	 */
	private static function ask( array $comment ) {
		$html  = $comment['comment_content'] ?? '';
		$name  = $comment['comment_author'] ?? '';
		$texts = Judged_Text::parts(
			is_string( $html ) ? $html : '',
			(int) ( $comment['comment_post_ID'] ?? 0 ),
			(int) ( $comment['comment_parent'] ?? 0 ),
			(int) ( $comment['user_id'] ?? $comment['user_ID'] ?? 0 )
		);

		$has_name = is_string( $name ) && '' !== trim( $name ) && 'check' === Settings::get( 'names' );
		if ( $has_name ) {
			$texts[] = Judged_Text::name( $name );
		}
		$answer  = Client::moderate( $texts );
		$results = is_wp_error( $answer ) ? $answer : Answer::read( $answer, count( $texts ) );
		if ( is_wp_error( $results ) ) {
			return Client::WRONG_COMMENT === $results->get_error_code() ? Answer::unjudged( 'refused' ) : $results;
		}
		$of_name = $has_name ? array_pop( $results ) : null;
		return Answer::combine( $results, $of_name );
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
