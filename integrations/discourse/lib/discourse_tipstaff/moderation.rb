# frozen_string_literal: true

module ::DiscourseTipstaff
  # What the plugin does with posts: before they are published, once they are, and when a moderator has decided.
  module Moderation
    # The reasons that a reviewable of ours shows; config/locales has a sentence for each.
    REASONS = {
      "review" => "tipstaff_review",
      "reject" => "tipstaff_reject",
      "unknown" => "tipstaff_unknown",
    }.freeze

    # How `PostCreator` is told what has been decided, so that the event of the created post knows it too.
    VERDICT_OPTION = :tipstaff_verdict

    class << self
      def client
        Client.new(
          url: SiteSetting.tipstaff_url,
          key: SiteSetting.tipstaff_key,
          community: SiteSetting.tipstaff_community,
        )
      end

      # Decides about a post that somebody wants to publish.
      #
      # Returns: a NewPostResult if the post waits for a moderator or is refused; nil if it is published.
      def handle_new_post(manager)
        return unless SiteSetting.tipstaff_enabled && judges_new?(manager)
        verdict = judge_new(manager)
        case action(verdict)
        when "queue"
          manager.enqueue(REASONS.fetch(verdict))
        when "refuse"
          refuse
        when "flag"
          manager.args[VERDICT_OPTION] = verdict
          nil
        end
      end

      # Flags a post that has been published, and asks Tipstaff about it first if nobody has.
      def flag_published(post, verdict: nil)
        verdict = judge_published(post).verdict if verdict.nil? || verdict == "unknown"
        return if verdict == "approve" || action(verdict) == "publish"
        # A post that is out already can no longer be held back, so whatever the site does with new ones, a moderator has to see it.
        hides = verdict == "reject" && SiteSetting.tipstaff_hide_rejected
        PostActionCreator.create(
          Discourse.system_user,
          post,
          :inappropriate,
          reason: REASONS.fetch(verdict),
          take_action: hides,
        )
      end

      def judges_published?(post, editor)
        post.post_type == Post.types[:regular] && !post.topic.nil? && !exempt?(editor) &&
          (SiteSetting.tipstaff_check_private_messages || !post.topic.private_message?)
      end

      # Returns: what a moderator's decision about a reviewable says of its post, true for abusive; nil if it says nothing.
      def ruling(reviewable, status)
        return unless ours?(reviewable)
        decided = { approved: true, rejected: false }[status.to_sym]
        return if decided.nil?
        # A flag that is approved was right; a queued post that is approved was fine.
        queued?(reviewable) ? !decided : decided
      end

      # Returns: the text of a reviewable's post; nil if it is gone.
      def reviewed_text(reviewable)
        queued?(reviewable) ? reviewable.payload["raw"] : reviewable.target&.raw
      end

      private

      def queued?(reviewable)
        reviewable.is_a?(ReviewableQueuedPost)
      end

      def ours?(reviewable)
        reviewable.reviewable_scores.any? { |score| REASONS.value?(score.reason) }
      end

      def judges_new?(manager)
        is_private = manager.args[:archetype] == Archetype.private_message || topic(manager)&.private_message?
        !exempt?(manager.user) && (SiteSetting.tipstaff_check_private_messages || !is_private)
      end

      # The software's own users have numbers below 1.
      def exempt?(user)
        return true if user.nil? || user.id < 1
        (SiteSetting.tipstaff_skip_staff && user.staff?) || user.trust_level >= SiteSetting.tipstaff_skip_trust_level
      end

      def topic(manager)
        id = manager.args[:topic_id]
        id && Topic.find_by(id: id)
      end

      def judge_new(manager)
        existing_topic = topic(manager)
        title = manager.args[:title]
        client.judge(
          [manager.args[:raw], existing_topic ? nil : title].compact,
          title: existing_topic ? existing_topic.title : nil,
          parent_text: parent_text(manager),
        ).verdict
      rescue StandardError => error
        # Whatever it is, nobody could write in the forum any more if it went on from here.
        warn_of(error)
        "unknown"
      end

      def parent_text(manager)
        number = manager.args[:reply_to_post_number]
        return unless number && manager.args[:topic_id]
        Post.find_by(topic_id: manager.args[:topic_id], post_number: number)&.raw
      end

      def judge_published(post)
        is_first = post.post_number == 1
        client.judge(
          [post.raw, is_first ? post.topic.title : nil].compact,
          title: is_first ? nil : post.topic.title,
          parent_text: post.reply_to_post&.raw,
        )
      end

      # What the site wants done with a new post: "publish", "flag", "queue" or "refuse".
      def action(verdict)
        case verdict
        when "review"
          SiteSetting.tipstaff_on_review
        when "reject"
          SiteSetting.tipstaff_on_reject
        when "unknown"
          # A post that is published although nobody has judged it is judged as soon as that is possible.
          SiteSetting.tipstaff_on_failure == "queue" ? "queue" : "flag"
        else
          "publish"
        end
      end

      def refuse
        result = NewPostResult.new(:created_post, false)
        result.errors.add(:base, I18n.t("tipstaff.refused"))
        result
      end

      def warn_of(error)
        # The message of any other error may hold what was sent.
        reason = error.is_a?(Client::Error) ? error.message : error.class.name
        Rails.logger.warn("#{PLUGIN_NAME}: a post was not judged: #{reason}")
      end
    end
  end
end
