# frozen_string_literal: true

module ::Jobs
  # Tells Tipstaff what a moderator has decided. The text is looked up here, so that it never lies in the queue.
  class TipstaffSendRuling < ::Jobs::Base
    sidekiq_options retry: 8

    def execute(args)
      return unless SiteSetting.tipstaff_enabled && SiteSetting.tipstaff_send_rulings
      reviewable = Reviewable.find_by(id: args[:reviewable_id])
      text = reviewable && ::DiscourseTipstaff::Moderation.reviewed_text(reviewable)
      return if text.nil? || text.strip.empty?
      ::DiscourseTipstaff::Moderation.client.rule(
        text,
        abusive: args[:abusive],
        token: "discourse:#{Discourse.current_hostname}:#{reviewable.id}",
      )
    end
  end
end
