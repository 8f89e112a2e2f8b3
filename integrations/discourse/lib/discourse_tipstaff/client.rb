# frozen_string_literal: true

require "json"
require "net/http"
require "openssl"
require "timeout"
require "uri"
require "zlib"

module ::DiscourseTipstaff
  # What Tipstaff makes of a post: its verdict ("approve", "review" or "reject"), its label, and the highest score of abuse, from 0 to 1.
  Judgement = Struct.new(:verdict, :label, :abusive, keyword_init: true)

  # Calls a running Tipstaff over HTTP. Whatever goes wrong is an Error, whose message holds neither the key nor anything of a post.
  class Client
    class Error < StandardError
    end

    VERDICTS = %w[approve review reject].freeze

    # Bytes. Tipstaff judges at most 20,480 of one comment unless it is told otherwise, so longer posts are sent in parts.
    PART_BYTES = 20_000
    CONTEXT_BYTES = 4_000
    MOST_PARTS = 50
    ANSWER_BYTES = 1_000_000

    # Seconds. Somebody is waiting for the post to appear.
    OPEN_TIMEOUT = 1
    ANSWER_TIMEOUT = 2
    WHOLE_TIMEOUT = 4

    FAILURES = [
      SystemCallError,
      SocketError,
      IOError,
      Timeout::Error,
      OpenSSL::SSL::SSLError,
      Net::ProtocolError,
      Net::HTTPBadResponse,
      Net::HTTPHeaderSyntaxError,
      Zlib::Error,
    ].freeze

    # Args:
    #   url: the address of the service, such as "https://tipstaff.example.org"; a path before "/v1" is kept.
    #   key: the key; empty if the service is open.
    #   community: the community whose policy and lists apply; empty for the one that the key belongs to.
    def initialize(url:, key: "", community: "")
      @base = parse_base(url)
      @key = key.to_s.strip
      @community = community.to_s.strip
    end

    # Judges the texts of a post, written in Markdown, and returns the Judgement on the worst of them.
    def judge(texts, title: nil, parent_text: nil)
      parts = texts.flat_map { |text| split(text) }.reject { |part| part.strip.empty? }
      return Judgement.new(verdict: "approve", label: nil, abusive: 0.0) if parts.empty?
      raise Error, "the post has more than #{MOST_PARTS * PART_BYTES} bytes" if parts.size > MOST_PARTS
      context = { parent_text: beginning(parent_text), title: beginning(title) }.compact
      comments = parts.each_with_index.map { |part, at| { id: at.to_s, text: part, format: "markdown", **context } }
      answer = post("/v1/moderate", with_community({ comments: comments }, "community"))
      worst(answer["decisions"], parts.size)
    end

    # Tells Tipstaff what a moderator has decided about a post, so that the next model learns it.
    #
    # Args:
    #   abusive: whether the post is abusive; nobody says whether it is hateful.
    #   comment: what the post is called.
    #   act: what the decision is called: sent again under this name, it counts once.
    #   moderator: who decided, if that is known.
    def rule(text, abusive:, comment:, act:, moderator: nil)
      ruling = { act: act, comment: comment, text: split(text).first, format: "markdown", abusive: abusive, moderator: moderator }
      post("/v1/rulings", { rulings: [with_community(ruling.compact, "community")] })
      nil
    end

    private

    def parse_base(url)
      base = URI.parse(url.to_s.strip.chomp("/"))
      return base if base.is_a?(URI::HTTP) && base.host
      raise Error, "tipstaff_url has to be an address such as https://tipstaff.example.org"
    rescue URI::InvalidURIError
      raise Error, "tipstaff_url is not an address"
    end

    # The parts of a text, each cut at a blank in its second half if there is one, so that no word is cut.
    def split(text)
      rest = text.to_s.scrub
      parts = []
      while rest.bytesize > PART_BYTES
        part = rest.byteslice(0, PART_BYTES).scrub("")
        blank = part.rindex(/\s/)
        part = part[0..blank] if blank && blank > part.length / 2
        parts << part
        rest = rest[part.length..]
      end
      parts << rest
    end

    def beginning(text)
      text.to_s.strip.empty? ? nil : text.scrub.byteslice(0, CONTEXT_BYTES).scrub("")
    end

    def with_community(body, name)
      @community.empty? ? body : body.merge(name => @community)
    end

    def worst(decisions, count)
      raise Error, "the answer has no decisions" unless decisions.is_a?(Array) && decisions.size == count
      judgements = decisions.map { |decision| read_decision(decision) }
      judgements.max_by { |judgement| [VERDICTS.index(judgement.verdict), judgement.abusive] }
    end

    def read_decision(decision)
      raise Error, "a decision is no object" unless decision.is_a?(Hash)
      error = decision["error"]
      if error.is_a?(Hash) && error["type"] == "comment-empty"
        # A post of nothing but an image has no text to judge.
        return Judgement.new(verdict: "approve", label: nil, abusive: 0.0)
      end
      raise Error, "a decision has no verdict that is known here" unless VERDICTS.include?(decision["verdict"])
      scores = decision["scores"].is_a?(Hash) ? decision["scores"] : {}
      abusive = scores.values_at("toxic", "hateful").grep(Numeric).sum.to_f
      Judgement.new(verdict: decision["verdict"], label: decision["label"], abusive: abusive)
    end

    def post(path, body)
      answer = Timeout.timeout(WHOLE_TIMEOUT) { call(path, JSON.generate(body)) }
      content = JSON.parse(answer)
      raise Error, "the answer is no object" unless content.is_a?(Hash)
      content
    rescue JSON::ParserError
      raise Error, "the answer is not JSON: does tipstaff_url lead to Tipstaff?"
    rescue *FAILURES => error
      raise Error, "the service cannot be reached: #{error.class}"
    end

    def call(path, body)
      http = Net::HTTP.new(@base.host, @base.port)
      http.use_ssl = @base.scheme == "https"
      http.open_timeout = OPEN_TIMEOUT
      http.read_timeout = http.write_timeout = ANSWER_TIMEOUT
      http.max_retries = 0
      http.start do
        http.request(request(path, body)) do |answer|
          raise Error, refusal(answer) unless answer.is_a?(Net::HTTPOK)
          return read_limited(answer)
        end
      end
    end

    def request(path, body)
      request = Net::HTTP::Post.new(@base.path + path)
      request["Content-Type"] = "application/json"
      request["Accept"] = "application/json"
      request["User-Agent"] = "discourse-tipstaff/#{VERSION}"
      request["Authorization"] = "Bearer #{@key}" unless @key.empty?
      request["X-Request-Timeout"] = "#{ANSWER_TIMEOUT}s"
      request.body = body
      request
    end

    def refusal(answer)
      advice =
        case answer.code.to_i
        when 300..399
          ": set tipstaff_url to where it leads"
        when 401, 403
          ": look at tipstaff_key, which `tipstaff keys create discourse --scope score --scope feedback --role moderator` makes"
        when 404
          ": does tipstaff_url lead to Tipstaff?"
        when 422
          ": is there a community of the name in tipstaff_community?"
        else
          ""
        end
      "the service answered #{answer.code.to_i}#{advice}"
    end

    def read_limited(answer)
      content = +""
      answer.read_body do |chunk|
        content << chunk
        raise Error, "the answer is too long" if content.bytesize > ANSWER_BYTES
      end
      content.force_encoding(Encoding::UTF_8)
    end
  end
end
