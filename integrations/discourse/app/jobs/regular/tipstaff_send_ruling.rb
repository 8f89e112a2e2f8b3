# frozen_string_literal: true

require "digest"

module ::Jobs
  # Tells Tipstaff what a moderator has decided. The text is looked up here, so that it never lies in the queue.
  class TipstaffSendRuling < ::Jobs::Base
    sidekiq_options retry: 8

    def execute(args)
      return unless SiteSetting.tipstaff_enabled && SiteSetting.tipstaff_send_rulings
      reviewable = Reviewable.find_by(id: args[:reviewable_id])
      text = reviewable && ::DiscourseTipstaff::Moderation.reviewed_text(reviewable)
      return if text.nil? || text.strip.empty?
      name = "discourse:#{Discourse.current_hostname}:#{reviewable.id}"
      ::DiscourseTipstaff::Moderation.client.rule(
        text,
        abusive: args[:abusive],
        comment: name,
        # Numbers come again where a forum is restored from a backup, so what is said is part of the name.
        act: "#{name}:#{args[:history_id]}:#{Digest::SHA256.hexdigest("#{args[:abusive]} #{text}")[0, 16]}",
        moderator: ReviewableHistory.find_by(id: args[:history_id])&.created_by&.username,
      )
    end
  end
end
