<?php
/**
 * A comment as the service reads it.
 *
 * @package Tipstaff
 */

namespace Tipstaff;

defined( 'ABSPATH' ) || exit;

/**
 * Writes a comment as /v1/moderate takes it. A long one becomes several parts, of which the worst will count.
 */
final class Judged_Text {

	/** Bytes of a comment that is sent as it is. The service takes 20,480 unless it is told otherwise. */
	const MOST_BYTES = 16000;

	/** Letters of a part of a longer one; each has at most four bytes. */
	const PART_LETTERS = 4000;

	/** WordPress stores 65,525 bytes of a comment. */
	const MOST_PARTS = 20;

	const TITLE_LETTERS  = 300;
	const PARENT_LETTERS = 2000;
	const NAME_LETTERS   = 245;

	/**
	 * The parts of a comment, with what it answers.
	 *
	 * @param string $html      The comment.
	 * @param int    $post_id   What it comments on.
	 * @param int    $parent_id The comment that it answers; 0 if it answers none.
	 * @param int    $user_id   Who wrote it; 0 if that is a guest, of whom nothing is sent.
	 * @return array<int, array<string, string>>
	 */
	public static function parts( string $html, int $post_id, int $parent_id, int $user_id ): array {
		$context = array();
		$title   = self::plain( (string) get_post_field( 'post_title', $post_id, 'raw' ), self::TITLE_LETTERS );
		if ( '' !== $title ) {
			$context['title'] = $title;
		}
		if ( $user_id > 0 ) {
			$context['author'] = (string) $user_id;
		}
		$parent      = $parent_id > 0 ? get_comment( $parent_id ) : null;
		$parent_text = $parent ? self::plain( $parent->comment_content, self::PARENT_LETTERS ) : '';
		if ( '' !== $parent_text ) {
			$context['parent'] = (string) $parent_id;
		}

		$html     = self::utf8( $html );
		$is_short = strlen( $html ) <= self::MOST_BYTES;
		if ( '' !== $parent_text ) {
			$context['parent_text'] = $is_short ? htmlspecialchars( $parent_text, ENT_NOQUOTES, 'UTF-8' ) : $parent_text;
		}
		$comments = array();
		foreach ( $is_short ? array( $html ) : self::split( $html ) as $number => $text ) {
			$comments[] = array(
				'id'     => (string) $number,
				'text'   => $text,
				'format' => $is_short ? 'html' : 'plain',
			) + $context;
		}
		return $comments;
	}

	/**
	 * The name of a comment's author, which everybody sees, as a text of its own.
	 *
	 * @param string $name The name.
	 * @return array<string, string>
	 */
	public static function name( string $name ): array {
		return array(
			'id'     => 'name',
			'text'   => self::plain( $name, self::NAME_LETTERS ),
			'format' => 'plain',
		);
	}

	/**
	 * The plain text of a long comment in parts, each of which ends between two words where it can.
	 *
	 * @param string $html The comment.
	 * @return array<int, string>
	 */
	private static function split( string $html ): array {
		$pattern = '/\S.{0,' . ( self::PART_LETTERS - 2 ) . '}(?:\s|$)|\S.{0,' . ( self::PART_LETTERS - 2 ) . '}/us';
		preg_match_all( $pattern, self::plain( $html, PHP_INT_MAX ), $found );
		return $found[0] ? array_slice( $found[0], 0, self::MOST_PARTS ) : array( '' );
	}

	/**
	 * The text with "?" for what is not UTF-8, so that the rest is read all the same.
	 *
	 * @param string $text The text.
	 */
	private static function utf8( string $text ): string {
		if ( 1 === preg_match( '//u', $text ) ) {
			return $text;
		}
		return function_exists( 'mb_convert_encoding' ) ? mb_convert_encoding( $text, 'UTF-8', 'UTF-8' ) : (string) preg_replace( '/[\x80-\xff]/', '?', $text );
	}

	/**
	 * The beginning of the plain text of HTML.
	 *
	 * @param string $html    The HTML.
	 * @param int    $letters How much of it.
	 */
	private static function plain( string $html, int $letters ): string {
		$text = html_entity_decode( wp_strip_all_tags( self::utf8( $html ) ), ENT_QUOTES | ENT_HTML5, 'UTF-8' );
		return PHP_INT_MAX === $letters ? $text : mb_substr( $text, 0, $letters, 'UTF-8' );
	}
}
