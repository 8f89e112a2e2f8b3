<?php
/**
 * The page "Settings → Tipstaff".
 *
 * @package Tipstaff
 */

namespace Tipstaff;

defined( 'ABSPATH' ) || exit;

/**
 * Shows the settings and takes them, from whoever may manage the site's options.
 */
final class Settings_Page {

	const SLUG       = 'tipstaff';
	const CAPABILITY = 'manage_options';
	const TEST       = 'tipstaff_test';

	/**
	 * Adds what WordPress calls.
	 *
	 * @param string $plugin The plugin, as WordPress names it.
	 */
	public static function add_hooks( string $plugin ): void {
		add_action( 'admin_menu', array( self::class, 'add_page' ) );
		add_action( 'admin_init', array( self::class, 'register' ) );
		add_action( 'admin_post_' . self::TEST, array( self::class, 'test' ) );
		add_filter( 'plugin_action_links_' . $plugin, array( self::class, 'add_link' ) );
	}

	/**
	 * Adds the page to the menu.
	 */
	public static function add_page(): void {
		add_options_page( 'Tipstaff', 'Tipstaff', self::CAPABILITY, self::SLUG, array( self::class, 'show' ) );
	}

	/**
	 * Adds a link to the page to the list of plugins.
	 *
	 * @param array<mixed> $links The links.
	 * @return array<mixed>
	 */
	public static function add_link( $links ): array {
		$link = '<a href="' . esc_url( self::address() ) . '">' . esc_html__( 'Settings', 'tipstaff' ) . '</a>';
		return array_merge( array( $link ), (array) $links );
	}

	/**
	 * Says which settings there are, what may be in them, and what a site's privacy policy should say of them.
	 */
	public static function register(): void {
		register_setting(
			Settings::OPTION,
			Settings::OPTION,
			array(
				'type'              => 'array',
				'sanitize_callback' => array( Settings::class, 'sanitize' ),
				'show_in_rest'      => false,
			)
		);
		wp_add_privacy_policy_content(
			'Tipstaff',
			wp_kses_post(
				'<p>' . __( 'When you leave a comment, its text, the name that you give, the title of the page and the comment that you answer are sent to a Tipstaff service that we run, which says whether it is abusive. If one of our moderators decides about your comment, its text and that decision are kept there. Your mail address and IP address are not sent.', 'tipstaff' ) . '</p>'
			)
		);
		$sections = array(
			'service' => array( __( 'The service', 'tipstaff' ), array( 'url', 'key', 'community', 'timeout' ) ),
			'actions' => array( __( 'What is done with comments', 'tipstaff' ), array( 'review', 'reject', 'foreign', 'names', 'unreachable', 'exempt' ) ),
			'rulings' => array( __( 'What your moderators decide', 'tipstaff' ), array( 'spam_means', 'trash_means' ) ),
		);
		foreach ( $sections as $section => list( $title, $names ) ) {
			add_settings_section( $section, $title, array( self::class, 'show_section' ), self::SLUG );
			foreach ( $names as $name ) {
				$arguments = array(
					'name'      => $name,
					'label_for' => 'tipstaff-' . $name,
				);
				add_settings_field( $name, self::labels()[ $name ], array( self::class, 'show_field' ), self::SLUG, $section, $arguments );
			}
		}
	}

	/**
	 * Tests the connection and goes back to the page.
	 */
	public static function test(): void {
		if ( ! current_user_can( self::CAPABILITY ) ) {
			wp_die( esc_html__( 'You may not do that.', 'tipstaff' ), '', array( 'response' => 403 ) );
		}
		check_admin_referer( self::TEST );
		set_transient( self::TEST . get_current_user_id(), Connection_Test::run(), MINUTE_IN_SECONDS );
		wp_safe_redirect( add_query_arg( 'tested', '1', self::address() ) );
		exit;
	}

	/**
	 * Shows the page.
	 */
	public static function show(): void {
		if ( ! current_user_can( self::CAPABILITY ) ) {
			return;
		}
		echo '<div class="wrap"><h1>' . esc_html( get_admin_page_title() ) . '</h1>';
		self::show_state();
		echo '<form action="options.php" method="post">';
		settings_fields( Settings::OPTION );
		do_settings_sections( self::SLUG );
		submit_button();
		echo '</form><form action="' . esc_url( admin_url( 'admin-post.php' ) ) . '" method="post">';
		echo '<input type="hidden" name="action" value="' . esc_attr( self::TEST ) . '">';
		wp_nonce_field( self::TEST );
		submit_button( __( 'Test the connection', 'tipstaff' ), 'secondary', 'test', false );
		echo '</form></div>';
	}

	/**
	 * Shows what was found out by a test, and what waits.
	 */
	private static function show_state(): void {
		// phpcs:ignore WordPress.Security.NonceVerification -- nothing is changed
		if ( isset( $_GET['settings-updated'] ) && '' !== Settings::get( 'url' ) && ! self::has_errors() ) {
			$findings = Connection_Test::run();
		} else {
			$findings = get_transient( self::TEST . get_current_user_id() );
			delete_transient( self::TEST . get_current_user_id() );
		}
		foreach ( is_array( $findings ) ? $findings : array() as list( $kind, $text ) ) {
			self::show_notice( $kind, $text );
		}
		if ( class_exists( 'Akismet' ) ) {
			self::show_notice( 'info', __( 'The plugin Akismet is active too. Both are asked about each comment, and either may hold it. For advertising that is what you want; if Akismet asks this Tipstaff as well, one of the two is enough.', 'tipstaff' ) );
		}
		$failure = get_option( Check::FAILURE );
		if ( is_array( $failure ) ) {
			/* translators: 1: a time, 2: why */
			$text = __( 'The service could not be asked about a comment at %1$s: %2$s', 'tipstaff' );
			self::show_notice( 'warning', sprintf( $text, wp_date( 'Y-m-d H:i', (int) ( $failure['time'] ?? 0 ) ), (string) ( $failure['why'] ?? '' ) ) );
		}
		$waiting = count( Recheck::waiting( Recheck::MOST_COMMENTS ) );
		if ( $waiting ) {
			/* translators: %s: a number */
			$text = _n( '%s comment could not be checked; it is checked again as soon as the service answers.', '%s comments could not be checked; they are checked again as soon as the service answers.', $waiting, 'tipstaff' );
			self::show_notice( 'warning', sprintf( $text, number_format_i18n( $waiting ) . ( Recheck::MOST_COMMENTS === $waiting ? '+' : '' ) ) );
		}
		$unsent = Rulings::count_unsent();
		if ( $unsent ) {
			/* translators: %s: a number */
			$text = _n( '%s decision of a moderator is still to be sent.', '%s decisions of moderators are still to be sent.', $unsent, 'tipstaff' );
			self::show_notice( 'info', sprintf( $text, number_format_i18n( $unsent ) ) );
		}
	}

	/**
	 * Whether something of what was entered could not be saved.
	 */
	private static function has_errors(): bool {
		foreach ( get_settings_errors() as $error ) {
			if ( 'error' === $error['type'] ) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Shows a notice.
	 *
	 * @param string $kind How WordPress calls its kind.
	 * @param string $text The text.
	 */
	private static function show_notice( string $kind, string $text ): void {
		echo '<div class="notice notice-' . esc_attr( $kind ) . '"><p>' . esc_html( $text ) . '</p></div>';
	}

	/**
	 * Shows what stands above the fields of a section.
	 *
	 * @param array<string, mixed> $section The section.
	 */
	public static function show_section( array $section ): void {
		$texts = array(
			'actions' => __( 'Tipstaff never publishes what WordPress would hold, and what a person has decided stays.', 'tipstaff' ),
			'rulings' => __( 'When a moderator approves a comment, or takes it out of the spam, Tipstaff is told that it is fine. Its next model can learn from that.', 'tipstaff' ),
		);
		if ( isset( $texts[ $section['id'] ] ) ) {
			echo '<p>' . esc_html( $texts[ $section['id'] ] ) . '</p>';
		}
	}

	/**
	 * Shows a field.
	 *
	 * @param array<string, string> $arguments The name of the setting.
	 */
	public static function show_field( array $arguments ): void {
		$name  = $arguments['name'];
		$value = Settings::get( $name );
		$id    = 'tipstaff-' . $name;
		$field = Settings::OPTION . '[' . $name . ']';
		if ( isset( Settings::CHOICES[ $name ] ) ) {
			echo '<select id="' . esc_attr( $id ) . '" name="' . esc_attr( $field ) . '">';
			foreach ( Settings::CHOICES[ $name ] as $word ) {
				echo '<option value="' . esc_attr( $word ) . '"' . selected( $value, $word, false ) . '>' . esc_html( self::choices()[ $name ][ $word ] ) . '</option>';
			}
			echo '</select>';
		} elseif ( 'key' === $name ) {
			self::show_key( $id, $field, (string) $value );
		} elseif ( 'timeout' === $name ) {
			printf(
				'<input type="number" id="%s" name="%s" value="%s" min="%s" max="%s" step="0.5" class="small-text">',
				esc_attr( $id ),
				esc_attr( $field ),
				esc_attr( (string) $value ),
				esc_attr( (string) Settings::LEAST_TIMEOUT ),
				esc_attr( (string) Settings::MOST_TIMEOUT )
			);
		} else {
			$type = 'url' === $name ? 'url' : 'text';
			printf(
				'<input type="%s" id="%s" name="%s" value="%s" class="regular-text code"%s>',
				esc_attr( $type ),
				esc_attr( $id ),
				esc_attr( $field ),
				esc_attr( (string) $value ),
				disabled( Settings::is_constant( $name ), true, false )
			);
		}
		$hint = self::hints()[ $name ] ?? '';
		if ( Settings::is_constant( $name ) ) {
			$hint = __( 'Set in wp-config.php.', 'tipstaff' );
		}
		if ( '' !== $hint ) {
			echo '<p class="description">' . esc_html( $hint ) . '</p>';
		}
	}

	/**
	 * Shows the field of the key, which never holds the key.
	 *
	 * @param string $id    Its id.
	 * @param string $field Its name.
	 * @param string $key   The key that is stored.
	 */
	private static function show_key( string $id, string $field, string $key ): void {
		$is_constant = Settings::is_constant( 'key' );
		/* translators: %s: the last letters of a key */
		$known = '' === $key ? __( 'none', 'tipstaff' ) : sprintf( __( 'kept; it ends in %s', 'tipstaff' ), self::last_letters( $key ) );
		printf(
			'<input type="password" id="%s" name="%s" value="" placeholder="%s" class="regular-text code" autocomplete="new-password"%s>',
			esc_attr( $id ),
			esc_attr( $field ),
			esc_attr( $known ),
			disabled( $is_constant, true, false )
		);
		if ( '' !== $key && ! $is_constant ) {
			echo ' <label><input type="checkbox" name="' . esc_attr( Settings::OPTION ) . '[forget_key]" value="1"> ' . esc_html__( 'Forget it', 'tipstaff' ) . '</label>';
		}
	}

	/**
	 * As much of a key as tells it from another one.
	 *
	 * @param string $key The key.
	 */
	private static function last_letters( string $key ): string {
		return '…' . ( strlen( $key ) >= 12 ? substr( $key, -3 ) : '' );
	}

	/**
	 * The address of the page.
	 */
	private static function address(): string {
		return admin_url( 'options-general.php?page=' . self::SLUG );
	}

	/**
	 * What stands beside each field.
	 *
	 * @return array<string, string>
	 */
	private static function labels(): array {
		return array(
			'url'         => __( 'Address', 'tipstaff' ),
			'key'         => __( 'Key', 'tipstaff' ),
			'community'   => __( 'Community', 'tipstaff' ),
			'timeout'     => __( 'Seconds to wait for an answer', 'tipstaff' ),
			'review'      => __( 'A comment that a moderator should see', 'tipstaff' ),
			'reject'      => __( 'A comment that is surely abusive', 'tipstaff' ),
			'foreign'     => __( 'A comment in a language that is not read', 'tipstaff' ),
			'names'       => __( 'Names of authors', 'tipstaff' ),
			'unreachable' => __( 'While the service cannot be asked', 'tipstaff' ),
			'exempt'      => __( 'Not checked', 'tipstaff' ),
			'spam_means'  => __( 'When a moderator marks a comment as spam', 'tipstaff' ),
			'trash_means' => __( 'When a moderator moves a comment to the trash', 'tipstaff' ),
		);
	}

	/**
	 * What stands below each field.
	 *
	 * @return array<string, string>
	 */
	private static function hints(): array {
		return array(
			'url'         => __( 'Such as http://127.0.0.1:8000 or https://tipstaff.example.org. Without it nothing is checked.', 'tipstaff' ),
			'key'         => __( 'What "tipstaff keys create blog --scope score --scope feedback --role moderator" printed. Leave it empty if the service needs none.', 'tipstaff' ),
			'community'   => __( 'Leave it empty, unless the service has communities with rules of their own.', 'tipstaff' ),
			'timeout'     => __( 'From 1 to 2. Whoever comments waits as long.', 'tipstaff' ),
			'names'       => __( 'Everybody sees them. A comment under a name that is surely abusive is one that a moderator should see.', 'tipstaff' ),
			'unreachable' => __( 'Such comments are checked later in any case.', 'tipstaff' ),
			'spam_means'  => __( 'If your moderators mark advertising as spam, say so here, or the next model takes advertising for abuse.', 'tipstaff' ),
		);
	}

	/**
	 * The words of each choice.
	 *
	 * @return array<string, array<string, string>>
	 */
	private static function choices(): array {
		$actions = array(
			'mark'  => __( 'is only marked in the list of comments', 'tipstaff' ),
			'hold'  => __( 'is held for moderation', 'tipstaff' ),
			'spam'  => __( 'goes to spam', 'tipstaff' ),
			'trash' => __( 'goes to the trash', 'tipstaff' ),
		);
		return array(
			'review'      => $actions,
			'reject'      => $actions,
			'foreign'     => array(
				'publish' => __( 'is treated as without Tipstaff', 'tipstaff' ),
				'review'  => __( 'is treated as one that a moderator should see', 'tipstaff' ),
			),
			'names'       => array(
				'check'  => __( 'are checked', 'tipstaff' ),
				'ignore' => __( 'are not checked', 'tipstaff' ),
			),
			'unreachable' => array(
				'publish' => __( 'comments are treated as without Tipstaff', 'tipstaff' ),
				'hold'    => __( 'comments are held for moderation', 'tipstaff' ),
			),
			'exempt'      => array(
				'nobody'     => __( 'nobody is exempt', 'tipstaff' ),
				'moderators' => __( 'comments of those who may moderate', 'tipstaff' ),
				'members'    => __( 'comments of everybody who is logged in', 'tipstaff' ),
			),
			'spam_means'  => array(
				'abuse'       => __( 'it is abusive', 'tipstaff' ),
				'advertising' => __( 'it is advertising, and may be abusive or not', 'tipstaff' ),
				'nothing'     => __( 'nothing is sent', 'tipstaff' ),
			),
			'trash_means' => array(
				'abuse'   => __( 'it is abusive', 'tipstaff' ),
				'nothing' => __( 'nothing is sent', 'tipstaff' ),
			),
		);
	}
}
