import Text

/// Whether and how text is colored.
///
/// In order: `NO_COLOR` set to anything but the empty string switches color off (no-color.org); `CLICOLOR_FORCE` set to
/// anything but `0` switches it on; otherwise a terminal whose `TERM` is not `dumb` has color, unless `CLICOLOR=0`.
package struct ColorPolicy: Sendable, Equatable {
  package var isOn: Bool

  package init(isOn: Bool) { self.isOn = isOn }

  package init(environment: [String: String], isTerminal: Bool) {
    if let value = environment["NO_COLOR"], !value.isEmpty {
      isOn = false
    } else if let value = environment["CLICOLOR_FORCE"], !value.isEmpty, value != "0" {
      isOn = true
    } else {
      let term = environment["TERM"] ?? ""
      isOn = isTerminal && environment["CLICOLOR"] != "0" && term != "dumb" && !term.isEmpty
    }
  }
}

/// The few roles that text has on screen; colors are those of the terminal's own palette.
package enum Style: String, Sendable {
  case error = "1;31"
  case warning = "33"
  case success = "32"
  case prompt = "1;36"
  case heading = "1"
  case faint = "2"
  case added = "0;32"
  case removed = "0;31"

  /// `text` in this style when `policy` has color; what would steer the terminal in it is made visible.
  package func apply(_ text: String, _ policy: ColorPolicy) -> String {
    let text = VisibleText.lines(text)
    return policy.isOn ? "\u{1B}[\(rawValue)m\(text)\u{1B}[0m" : text
  }
}
