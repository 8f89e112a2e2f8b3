<?php
/**
 * What the service says about a comment.
 *
 * @package Tipstaff
 */

namespace Tipstaff;

defined( 'ABSPATH' ) || exit;

use WP_Error;

/**
 * Reads answers. A result, as it is kept with a comment, is an array:
 *
 *     verdict   approve, review or reject
 *     label     fine, toxic or hateful; empty if the comment could not be judged
 *     scores    the probability of each label; hateful is missing where that cannot be told in the language
 *     foreign   whether it is for review because of its language alone
 *     about     text, or name if the name of the author is what is bad
 *     problem   why it could not be judged: comment-empty, comment-too-long, comment-unreadable, refused; empty if it could
 *     time      when that was
 */
final class Answer {

	const VERDICTS = array( 'approve', 'review', 'reject' );
	const LABELS   = array( 'fine', 'toxic', 'hateful' );

	/**
	 * The results for the texts of a call, in their order.
	 *
	 * @param array<mixed> $answer The answer of /v1/moderate.
	 * @param int          $count  How many texts were sent.
	 * @return array<int, array<string, mixed>>|WP_Error
	 */
	public static function read( array $answer, int $count ) {
		$decisions = $answer['decisions'] ?? null;
		$results   = array();
		foreach ( is_array( $decisions ) ? $decisions : array() as $decision ) {
			$result = is_array( $decision ) ? self::read_decision( $decision ) : null;
			if ( null === $result ) {
				break;
			}
			$results[] = $result;
		}
		if ( ! $results || count( $results ) !== $count || count( $decisions ) !== $count ) {
			$nonsense = __( 'Something answers at that address, but not in the way Tipstaff does. Is it the address of another server?', 'tipstaff' );
			return new WP_Error( Client::NONSENSE, $nonsense );
		}
		return $results;
	}

	/**
	 * The result for a comment: that of the worst of its parts, or of its author's name, if that alone is abusive.
	 *
	 * Names are short, and many that look bad are somebody's: only one that is surely abusive counts, and then for review.
	 *
	 * @param array<int, array<string, mixed>> $parts The results for the parts of its text.
	 * @param array<string, mixed>|null        $name  The result for the name; null if it was not sent.
	 * @return array<string, mixed>
	 */
	public static function combine( array $parts, ?array $name ): array {
		usort( $parts, array( self::class, 'compare_severity' ) );
		$text      = end( $parts );
		$is_passed = 'approve' === $text['verdict'] || $text['foreign'];
		if ( null === $name || ! $is_passed || 'reject' !== $name['verdict'] ) {
			return $text;
		}
		return array(
			'verdict' => 'review',
			'about'   => 'name',
		) + $name;
	}

	/**
	 * The result for a comment that the service refuses to read: a moderator has to see it.
	 *
	 * @param string $problem Why.
	 * @return array<string, mixed>
	 */
	public static function unjudged( string $problem ): array {
		return array(
			'verdict' => 'comment-empty' === $problem ? 'approve' : 'review',
			'label'   => '',
			'scores'  => array(),
			'foreign' => false,
			'about'   => 'text',
			'problem' => $problem,
			'time'    => time(),
		);
	}

	/**
	 * A stored result, or null if that is none.
	 *
	 * @param mixed $stored What is stored with a comment; other plugins may have written it.
	 * @return array<string, mixed>|null
	 */
	public static function stored( $stored ): ?array {
		$fits = is_array( $stored ) && in_array( $stored['verdict'] ?? null, self::VERDICTS, true ) && is_string( $stored['label'] ?? null )
			&& is_string( $stored['problem'] ?? null ) && is_array( $stored['scores'] ?? null );
		return $fits ? $stored : null;
	}

	/**
	 * One decision of the answer, or null if it is none.
	 *
	 * @param array<mixed> $decision The decision.
	 * @return array<string, mixed>|null
	 */
	private static function read_decision( array $decision ): ?array {
		$error = $decision['error'] ?? null;
		if ( is_array( $error ) ) {
			$type = $error['type'] ?? null;
			return is_string( $type ) && preg_match( '/^[a-z-]{1,40}$/', $type ) ? self::unjudged( $type ) : null;
		}
		$verdict = $decision['verdict'] ?? null;
		$label   = $decision['label'] ?? null;
		$scores  = array();
		foreach ( self::LABELS as $name ) {
			$score = $decision['scores'][ $name ] ?? null;
			if ( null === $score && 'hateful' === $name ) {
				continue;
			}
			if ( ! is_int( $score ) && ! is_float( $score ) || $score < 0 || $score > 1 ) {
				return null;
			}
			$scores[ $name ] = (float) $score;
		}
		if ( ! in_array( $verdict, self::VERDICTS, true ) || ! in_array( $label, self::LABELS, true ) ) {
			return null;
		}
		return array(
			'verdict' => $verdict,
			'label'   => $label,
			'scores'  => $scores,
			'foreign' => self::is_only_foreign( $decision ),
			'about'   => 'text',
			'problem' => '',
			'time'    => time(),
		);
	}

	/**
	 * Whether a comment is for review because it is in no language that is read, as far as can be told.
	 *
	 * @param array<mixed> $decision The decision.
	 */
	private static function is_only_foreign( array $decision ): bool {
		$is_foreign = true === ( $decision['foreign'] ?? null ) || true === ( $decision['unsure'] ?? null );
		// What a word list has decided is not a matter of language.
		return $is_foreign && 'review' === $decision['verdict'] && ! isset( $decision['matched'] );
	}

	/**
	 * Sorts results so that the worst comes last.
	 *
	 * @param array<string, mixed> $one   A result.
	 * @param array<string, mixed> $other Another one.
	 */
	private static function compare_severity( array $one, array $other ): int {
		return self::severity( $one ) <=> self::severity( $other );
	}

	/**
	 * What results are sorted by.
	 *
	 * @param array<string, mixed> $result The result.
	 * @return array<int, int|float>
	 */
	private static function severity( array $result ): array {
		$fine = $result['scores']['fine'] ?? 1.0;
		return array( (int) array_search( $result['verdict'], self::VERDICTS, true ), $result['foreign'] ? 0 : 1, 1.0 - $fine );
	}
}
