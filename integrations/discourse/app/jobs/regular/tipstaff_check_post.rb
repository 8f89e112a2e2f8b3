# frozen_string_literal: true

module ::Jobs
  # Judges a published post, or flags one that has been judged. A failure is tried again, as jobs are.
  class TipstaffCheckPost < ::Jobs::Base
    sidekiq_options retry: 8

    def execute(args)
      return unless SiteSetting.tipstaff_enabled
      post = Post.find_by(id: args[:post_id])
      # A later version has a job of its own.
      return if post.nil? || post.version != args[:version]
      ::DiscourseTipstaff::Moderation.flag_published(post, verdict: args[:verdict])
    end
  end
end
