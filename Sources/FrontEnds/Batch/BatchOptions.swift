/// How scripts are run and their results written.
package struct BatchOptions: Sendable {
  package enum Format: String, Sendable, CaseIterable { case text, json }
  package let format: Format
  /// Goes on after a command that fails; the exit code is still 1.
  package let keepsGoing: Bool

  package init(format: Format, keepsGoing: Bool) { (self.format, self.keepsGoing) = (format, keepsGoing) }
}
