# frozen_string_literal: true

module ::DiscourseTipstaff
  PLUGIN_NAME = "discourse-tipstaff"

  # That of Tipstaff itself.
  VERSION = "0.1.0"
end
