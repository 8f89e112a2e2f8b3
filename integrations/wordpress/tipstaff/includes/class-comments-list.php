<?php
/**
 * What the list of comments shows.
 *
 * @package Tipstaff
 */

namespace Tipstaff;

defined( 'ABSPATH' ) || exit;

use WP_Comment;

/**
 * Adds a column with what Tipstaff says about each comment, and "Check again" to those that it could not be asked about.
 */
final class Comments_List {

	const COLUMN = 'tipstaff';
	const CHECK  = 'tipstaff_check';

	/**
	 * Adds what WordPress calls.
	 */
	public static function add_hooks(): void {
		add_filter( 'manage_edit-comments_columns', array( self::class, 'add_column' ) );
		add_action( 'manage_comments_custom_column', array( self::class, 'show' ), 10, 2 );
		add_filter( 'comment_row_actions', array( self::class, 'add_action' ), 10, 2 );
		add_action( 'admin_post_' . self::CHECK, array( self::class, 'check' ) );
	}

	/**
	 * Adds the column.
	 *
	 * @param array<string, string> $columns The columns.
	 * @return array<string, string>
	 */
	public static function add_column( $columns ): array {
		return (array) $columns + array( self::COLUMN => 'Tipstaff' );
	}

	/**
	 * Shows what is known of a comment.
	 *
	 * @param mixed $column The column.
	 * @param mixed $id     The comment.
	 */
	public static function show( $column, $id ): void {
		if ( self::COLUMN === $column ) {
			echo esc_html( self::describe( (int) $id ) );
		}
	}

	/**
	 * What is known of a comment, in words such as "hateful 0.93 (reject)".
	 *
	 * @param int $id The comment.
	 */
	public static function describe( int $id ): string {
		if ( get_comment_meta( $id, Check::WAITING, true ) ) {
			return __( 'not checked yet', 'tipstaff' );
		}
		$result = Answer::stored( get_comment_meta( $id, Check::RESULT, true ) );
		if ( null === $result ) {
			return '';
		}
		if ( '' !== $result['problem'] ) {
			return 'comment-empty' === $result['problem'] ? __( 'no text', 'tipstaff' ) : __( 'cannot be judged', 'tipstaff' );
		}
		$labels   = array(
			'fine'    => __( 'fine', 'tipstaff' ),
			'toxic'   => __( 'toxic', 'tipstaff' ),
			'hateful' => __( 'hateful', 'tipstaff' ),
		);
		$verdicts = array(
			'approve' => '',
			'review'  => __( '(review)', 'tipstaff' ),
			'reject'  => __( '(reject)', 'tipstaff' ),
		);
		$verdict  = ! empty( $result['foreign'] ) ? __( '(language not read)', 'tipstaff' ) : $verdicts[ $result['verdict'] ];
		$score    = $result['scores'][ $result['label'] ] ?? null;
		$number   = is_numeric( $score ) ? number_format_i18n( (float) $score, 2 ) : '';
		$words    = trim( ( $labels[ $result['label'] ] ?? '' ) . ' ' . $number . ' ' . $verdict );
		/* translators: %s: what Tipstaff says about the name of a comment's author, such as "toxic 0.95 (review)" */
		return 'name' === ( $result['about'] ?? '' ) ? sprintf( __( 'the name: %s', 'tipstaff' ), $words ) : $words;
	}

	/**
	 * Adds "Check again" to a comment that waits.
	 *
	 * @param array<string, string> $actions The actions.
	 * @param mixed                 $comment The comment.
	 * @return array<string, string>
	 */
	public static function add_action( $actions, $comment ): array {
		$actions = (array) $actions;
		if ( $comment instanceof WP_Comment && get_comment_meta( (int) $comment->comment_ID, Check::WAITING, true ) && current_user_can( 'moderate_comments' ) ) {
			$url = add_query_arg(
				array(
					'action' => self::CHECK,
					'c'      => (int) $comment->comment_ID,
				),
				admin_url( 'admin-post.php' )
			);
			$actions[ self::CHECK ] = '<a href="' . esc_url( wp_nonce_url( $url, self::CHECK . $comment->comment_ID ) ) . '">' . esc_html__( 'Check again', 'tipstaff' ) . '</a>';
		}
		return $actions;
	}

	/**
	 * Checks a comment again, and goes back to the list.
	 */
	public static function check(): void {
		$id = isset( $_GET['c'] ) ? absint( $_GET['c'] ) : 0;
		if ( ! current_user_can( 'moderate_comments' ) ) {
			wp_die( esc_html__( 'You may not do that.', 'tipstaff' ), '', array( 'response' => 403 ) );
		}
		check_admin_referer( self::CHECK . $id );
		$comment = get_comment( $id );
		$result  = $comment ? Recheck::check( $comment ) : null;
		if ( is_wp_error( $result ) ) {
			wp_die( esc_html( $result->get_error_message() ), '', array( 'response' => 503, 'back_link' => true ) );
		}
		$back = wp_get_referer();
		wp_safe_redirect( $back ? $back : admin_url( 'edit-comments.php' ) );
		exit;
	}
}
