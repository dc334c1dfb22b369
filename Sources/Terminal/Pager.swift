import CSignals
import Glibc

/// Shows text that is longer than the screen through the person's pager.
package struct Pager: Sendable {
  package let command: String

  /// `$PAGER`, else `less` told to leave colours alone and to quit when all fits; nil when `$PAGER` is `cat` or empty.
  package init?(environment: [String: String]) {
    let pager = environment["PAGER"]
    if let pager, pager.isEmpty || pager == "cat" { return nil }
    // `less` alone would show escape codes as text; LESS says otherwise unless the person set it.
    if pager == nil || pager == "less" {
      command = environment["LESS"] == nil ? "less -RFX" : "less"
    } else {
      command = pager ?? "less -RFX"
    }
  }

  /// True when `text` takes more rows than the screen has, prompt included.
  package static func isNeeded(for text: String, on screen: ScreenSize) -> Bool {
    var rows = 0
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      rows += max(1, (displayWidth(line) + screen.columns - 1) / max(1, screen.columns))
      if rows >= screen.rows { return true }
    }
    return false
  }

  /// Runs the pager on `text` and waits for the person to leave it; false when it could not be started.
  package func show(_ text: String) -> Bool {
    var ends: [Int32] = [0, 0]
    guard elbo_pipe(&ends) == 0 else { return false }
    let process = elbo_spawn_shell(command, ends[0])
    close(ends[0])
    guard process > 0 else {
      close(ends[1])
      return false
    }
    // The person may leave before all was read: the closed pipe is no failure.
    writeAll(text, to: ends[1])
    close(ends[1])
    let status = elbo_wait(process)
    // 127: the shell found no such program.
    return status >= 0 && (status >> 8) & 0xFF != 127
  }
}
