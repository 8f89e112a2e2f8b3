<?php
/**
 * What moderators decide, sent back to the service.
 *
 * @package Tipstaff
 */

namespace Tipstaff;

defined( 'ABSPATH' ) || exit;

use WP_Comment;

/**
 * Notes with a comment what a person has decided about it, and sends that in the background. What cannot be sent stays until it can.
 *
 * It is sent a minute later, so that what is undone at once is never sent.
 */
final class Rulings {

	const EVENT = 'tipstaff_send_rulings';

	/** What is to be sent (fine, abuse or advertising), and the status from before that was decided. */
	const UNSENT = '_tipstaff_ruling';

	/** What was sent last. */
	const SENT = '_tipstaff_ruling_sent';

	const DELAY_SECONDS = 60;
	const PAUSE_SECONDS = 600;
	const MOST_COMMENTS = 50;
	const MOST_SECONDS  = 20;

	/** How it is said. Nobody says of abuse whether it is hateful. */
	const ANSWERS = array(
		'fine'        => array( 'label' => 'fine' ),
		'abuse'       => array( 'abusive' => true ),
		'advertising' => array( 'reason' => 'advertising' ),
	);

	const MOST_LETTERS_OF_NAME = 200;

	/**
	 * Adds what WordPress calls.
	 */
	public static function add_hooks(): void {
		add_action( 'transition_comment_status', array( self::class, 'note' ), 10, 3 );
		add_action( self::EVENT, array( self::class, 'send_unsent' ) );
	}

	/**
	 * Notes what a person has decided.
	 *
	 * @param mixed $new     The new status.
	 * @param mixed $old     The status before.
	 * @param mixed $comment The comment.
	 */
	public static function note( $new, $old, $comment ): void {
		if ( ! $comment instanceof WP_Comment || 'delete' === $new || '' === Settings::get( 'url' ) || ! self::is_persons_act( $comment ) ) {
			return;
		}
		$id     = (int) $comment->comment_ID;
		$unsent = get_comment_meta( $id, self::UNSENT, true );
		$from   = (string) $old;
		if ( is_array( $unsent ) ) {
			$from = (string) ( $unsent['from'] ?? $old );
			delete_comment_meta( $id, self::UNSENT );
		}
		$says = self::ruling( (string) $new, (string) $old );
		// Nothing is said by "Undo", before it was sent, nor by saying the same again.
		if ( null === $says || $new === $from || get_comment_meta( $id, self::SENT, true ) === $says ) {
			return;
		}
		$to_send = array(
			'says' => $says,
			'from' => $from,
			'by'   => mb_substr( trim( (string) wp_get_current_user()->user_login ), 0, self::MOST_LETTERS_OF_NAME ),
			'act'  => wp_generate_uuid4(),
		);
		update_comment_meta( $id, self::UNSENT, $to_send );
		self::schedule( self::DELAY_SECONDS );
	}

	/**
	 * Has sent what is to be sent.
	 *
	 * @param int $seconds When.
	 */
	public static function schedule( int $seconds = self::PAUSE_SECONDS ): void {
		if ( ! wp_next_scheduled( self::EVENT ) ) {
			wp_schedule_single_event( time() + $seconds, self::EVENT );
		}
	}

	/**
	 * Sends what is to be sent, for as long as the service takes it.
	 */
	public static function send_unsent(): void {
		$query    = array(
			'meta_key' => self::UNSENT, // phpcs:ignore WordPress.DB.SlowDBQuery -- in the background
			'status'   => 'any',
			'orderby'  => 'comment_ID',
			'order'    => 'ASC',
			'number'   => self::MOST_COMMENTS,
		);
		$end      = time() + self::MOST_SECONDS;
		$comments = (array) get_comments( $query );
		shuffle( $comments );
		foreach ( $comments as $comment ) {
			if ( ! $comment instanceof WP_Comment ) {
				continue;
			}
			if ( time() >= $end || ! self::send( $comment ) ) {
				self::schedule();
				return;
			}
		}
		if ( self::MOST_COMMENTS === count( $comments ) ) {
			self::schedule( self::DELAY_SECONDS );
		}
	}

	/**
	 * How many decisions wait to be sent.
	 */
	public static function count_unsent(): int {
		$query = array(
			'meta_key' => self::UNSENT, // phpcs:ignore WordPress.DB.SlowDBQuery -- on a page of its own
			'status'   => 'any',
			'count'    => true,
		);
		return (int) get_comments( $query );
	}

	/**
	 * Sends what was decided about a comment.
	 *
	 * @param WP_Comment $comment The comment.
	 * @return bool Whether that is settled: it was sent, or will never be taken.
	 */
	private static function send( WP_Comment $comment ): bool {
		$id     = (int) $comment->comment_ID;
		$unsent = get_comment_meta( $id, self::UNSENT, true );
		$says   = is_array( $unsent ) ? $unsent['says'] ?? '' : '';
		if ( isset( self::ANSWERS[ $says ] ) && '' !== trim( $comment->comment_content ) ) {
			// Comments of several sites of a network have the same ids.
			$name   = is_multisite() ? get_current_blog_id() . '-' . $id : (string) $id;
			$by     = array_filter(
				array(
					'moderator' => (string) ( $unsent['by'] ?? '' ),
					'act'       => (string) ( $unsent['act'] ?? '' ),
				)
			);
			$answer = Client::send_ruling( self::ANSWERS[ $says ] + $by, $comment->comment_content, $name );
			if ( ! is_wp_error( $answer ) ) {
				update_comment_meta( $id, self::SENT, $says );
			} elseif ( Client::WRONG_COMMENT !== $answer->get_error_code() ) {
				return false;
			}
		}
		// Only what was sent: somebody may have decided otherwise meanwhile.
		delete_comment_meta( $id, self::UNSENT, $unsent );
		return true;
	}

	/**
	 * What a change of status says about a comment, or null if it says nothing.
	 *
	 * @param string $new The new status.
	 * @param string $old The status before.
	 */
	private static function ruling( string $new, string $old ): ?string {
		$spam_means = Settings::get( 'spam_means' );
		if ( 'approved' === $new ) {
			return 'fine';
		}
		if ( 'unapproved' === $new ) {
			return 'spam' === $old && 'nothing' !== $spam_means ? 'fine' : null;
		}
		if ( 'spam' === $new ) {
			return 'nothing' === $spam_means ? null : (string) $spam_means;
		}
		return 'trash' === $new && 'abuse' === Settings::get( 'trash_means' ) ? 'abuse' : null;
	}

	/**
	 * Whether a person changes the status, and not the background, an import or another plugin.
	 *
	 * @param WP_Comment $comment The comment.
	 */
	private static function is_persons_act( WP_Comment $comment ): bool {
		if ( Recheck::is_changing() || wp_doing_cron() || ( defined( 'WP_IMPORTING' ) && WP_IMPORTING ) ) {
			return false;
		}
		// Akismet checks again.
		if ( get_comment_meta( (int) $comment->comment_ID, 'akismet_rechecking', true ) ) {
			return false;
		}
		return current_user_can( 'moderate_comments' ) || current_user_can( 'edit_comment', (int) $comment->comment_ID );
	}
}
