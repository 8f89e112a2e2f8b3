# frozen_string_literal: true

# A forum as the plugin sees it: what it uses of Discourse's plugin interface, as Discourse's own sources define it. It runs the steps that it
# reads from standard input and prints what has become of the posts, as JSON.

require "json"
require "logger"
require "ostruct"
require "stringio"
require "yaml"

PLUGIN = File.expand_path("../../../integrations/discourse", __dir__)
INPUT = JSON.parse($stdin.read)
LOG = StringIO.new

module SiteSetting
  VALUES = YAML.load_file("#{PLUGIN}/config/settings.yml")["discourse_tipstaff"].transform_values { |setting| setting["default"] }
  VALUES.merge!(INPUT.fetch("settings"))
  VALUES.each_key { |name| define_singleton_method(name) { VALUES[name] } }
end

module Rails
  def self.logger
    @logger ||= Logger.new(LOG)
  end
end

module I18n
  TEXTS = YAML.load_file("#{PLUGIN}/config/locales/server.en.yml")["en"]

  def self.t(key)
    key.split(".").reduce(TEXTS) { |texts, part| texts.fetch(part) }
  end
end

module Discourse
  def self.system_user
    OpenStruct.new(id: -1)
  end

  def self.current_hostname
    "forum.example"
  end
end

module Archetype
  def self.private_message
    "private_message"
  end
end

class Record
  def self.all
    @all ||= []
  end

  def self.find_by(**wanted)
    all.find { |one| wanted.all? { |name, value| one.public_send(name) == value } }
  end
end

class Topic < Record
  attr_reader :id, :title

  def initialize(id:, title:, archetype: "regular")
    @id, @title, @archetype = id, title, archetype
    self.class.all << self
  end

  def private_message?
    @archetype == Archetype.private_message
  end
end

class Post < Record
  attr_accessor :id, :raw, :version, :post_number, :topic, :post_type, :last_editor, :reply_to_post

  def self.types
    { regular: 1, small_action: 3 }
  end

  def initialize(**values)
    values.each { |name, value| public_send("#{name}=", value) }
    self.version ||= 1
    self.post_type ||= self.class.types[:regular]
    self.class.all << self
  end

  def topic_id
    topic.id
  end
end

class NewPostResult
  attr_reader :action, :errors
  attr_accessor :reason

  def initialize(action, success)
    @action, @success = action, success
    @errors = Class.new { attr_reader :texts; def add(_field, text) = (@texts ||= []) << text }.new
  end
end

class Reviewable < Record
  attr_reader :id, :reviewable_scores, :payload, :target

  def initialize(reason:, payload: {}, target: nil)
    @id = Reviewable.all.size + 1
    @reviewable_scores = [OpenStruct.new(reason: reason)]
    @payload, @target = payload, target
    Reviewable.all << self
  end

  def reviewable_histories
    Class.new { def self.maximum(name) = ReviewableHistory.all.map(&name).max }
  end
end

class ReviewableHistory < Record
  attr_reader :id, :created_by

  def initialize(created_by:)
    @id = ReviewableHistory.all.size + 1
    @created_by = created_by
    ReviewableHistory.all << self
  end
end

class ReviewableQueuedPost < Reviewable
end

class ReviewableFlaggedPost < Reviewable
end

class NewPostManager
  attr_reader :user, :args

  def self.handlers
    @handlers ||= []
  end

  def self.add_handler(_priority = 0, &block)
    handlers << block
  end

  def initialize(user, args)
    @user, @args = user, args
  end

  def perform
    self.class.handlers.each do |handler|
      result = handler.call(self)
      return result if result
    end
    topic = args[:topic_id] ? Topic.find_by(id: args[:topic_id]) : Topic.new(id: Topic.all.size + 1, title: args[:title])
    number = Post.all.count { |post| post.topic == topic } + 1
    post = Post.new(id: Post.all.size + 1, raw: args[:raw], topic: topic, post_number: number, last_editor: user)
    EVENTS.fetch(:post_created).call(post, args, user)
    NewPostResult.new(:create_post, true)
  end

  def enqueue(reason = nil)
    ReviewableQueuedPost.new(reason: reason, payload: { "raw" => args[:raw] })
    NewPostResult.new(:enqueued, true).tap { |result| result.reason = reason }
  end
end

module PostActionCreator
  FLAGS = []

  def self.create(user, post, kind, reason: nil, take_action: false)
    FLAGS << { user: user.id, post: post.id, kind: kind, reason: reason, hides: take_action }
    ReviewableFlaggedPost.new(reason: reason, target: post)
  end
end

# Jobs run when the forum is asked to, with their arguments as JSON makes them on the way through the queue.
module Jobs
  QUEUE = []

  class Base
    def self.sidekiq_options(**) = nil
  end

  def self.enqueue(name, **arguments)
    QUEUE << [name, arguments]
  end

  def self.work
    failures = []
    until QUEUE.empty?
      name, arguments = QUEUE.shift
      begin
        const_get(name.to_s.split("_").map(&:capitalize).join).new.execute(JSON.parse(JSON.generate(arguments), symbolize_names: true))
      rescue StandardError => error
        failures << error.message
      end
    end
    failures
  end
end

EVENTS = {}
forum = Object.new

def forum.enabled_site_setting(_name) = nil

def forum.on(name, &block)
  EVENTS[name] = block
end

def forum.after_initialize
  yield
end

forum.instance_eval(File.read("#{PLUGIN}/plugin.rb"), "#{PLUGIN}/plugin.rb")

def user(step)
  OpenStruct.new({ id: 7, staff?: false, trust_level: 1 }.merge((step["user"] || {}).transform_keys(&:to_sym)))
end

(INPUT["topics"] || []).each { |topic| Topic.new(**topic.transform_keys(&:to_sym)) }
outcomes =
  INPUT.fetch("steps").map do |step|
    case step.fetch("do")
    when "post"
      result = NewPostManager.new(user(step), step.fetch("args").transform_keys(&:to_sym)).perform
      { action: result.action, reason: result.reason, errors: result.errors.texts }
    when "edit"
      post = Post.find_by(id: step.fetch("post"))
      post.raw, post.version, post.last_editor = step.fetch("raw"), post.version + 1, user(step)
      EVENTS.fetch(:post_edited).call(post, false, nil)
    when "decide"
      # As in Discourse, the history has the transition before its event comes.
      ReviewableHistory.new(created_by: OpenStruct.new(username: "mia"))
      EVENTS.fetch(:reviewable_transitioned_to).call(step.fetch("status").to_sym, Reviewable.find_by(id: step.fetch("reviewable")))
    when "release"
      # A moderator lets a post out of the queue: Discourse makes it with options of its own.
      post = Post.new(id: Post.all.size + 1, raw: "", topic: Topic.all.first, post_number: 9)
      EVENTS.fetch(:post_created).call(post, { skip_validations: true }, nil)
    when "work"
      { failures: Jobs.work }
    end
  end

puts JSON.generate(
  outcomes: outcomes,
  flags: PostActionCreator::FLAGS,
  queued: Reviewable.all.grep(ReviewableQueuedPost).map { |one| one.reviewable_scores.first.reason },
  jobs: Jobs::QUEUE,
  log: LOG.string,
)
