# frozen_string_literal: true

# name: discourse-tipstaff
# about: Asks Tipstaff about posts before they are published, and tells it what moderators decide
# version: 0.1.0
# authors: The Tipstaff developers
# required_version: 2.8.0

enabled_site_setting :tipstaff_enabled

require_relative "lib/discourse_tipstaff/version"
require_relative "lib/discourse_tipstaff/client"
require_relative "lib/discourse_tipstaff/moderation"

after_initialize do
  require_relative "app/jobs/regular/tipstaff_check_post"
  require_relative "app/jobs/regular/tipstaff_send_ruling"

  NewPostManager.add_handler(5) { |manager| ::DiscourseTipstaff::Moderation.handle_new_post(manager) }

  # The options are those that the handler above was given; a post that a moderator lets out of the queue comes with others.
  on(:post_created) do |post, options, _user|
    verdict = options && options[::DiscourseTipstaff::Moderation::VERDICT_OPTION]
    if verdict
      Jobs.enqueue(:tipstaff_check_post, post_id: post.id, version: post.version, verdict: verdict)
    end
  end

  on(:post_edited) do |post, _topic_changed, _revisor|
    if SiteSetting.tipstaff_enabled && ::DiscourseTipstaff::Moderation.judges_published?(post, post.last_editor)
      Jobs.enqueue(:tipstaff_check_post, post_id: post.id, version: post.version)
    end
  end

  on(:reviewable_transitioned_to) do |status, reviewable|
    if SiteSetting.tipstaff_enabled && SiteSetting.tipstaff_send_rulings
      abusive = ::DiscourseTipstaff::Moderation.ruling(reviewable, status)
      unless abusive.nil?
        # By its entry in the history, the job knows who decided, and a retry is known as the same decision.
        history_id = reviewable.reviewable_histories.maximum(:id) || 0
        Jobs.enqueue(:tipstaff_send_ruling, reviewable_id: reviewable.id, history_id: history_id, abusive: abusive)
      end
    end
  end
end
