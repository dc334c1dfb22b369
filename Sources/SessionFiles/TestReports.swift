import Glibc
import Text

/// Replays as test reports for CI servers: one case a command, one suite a file.
package enum TestReports {
  /// JUnit XML, as CI servers take it.
  package static func junit(_ reports: [ReplayReport]) -> String {
    let total = reports.reduce(0) { $0 + $1.results.count }
    let failures = reports.reduce(0) { $0 + $1.mismatches }
    let seconds = reports.reduce(0) { $0 + $1.seconds }
    var lines = [
      #"<?xml version="1.0" encoding="UTF-8"?>"#,
      #"<testsuites tests="\#(total)" failures="\#(failures)" errors="0" time="\#(time(seconds))">"#,
    ]
    for report in reports {
      let name = xml(report.path)
      lines.append(
        #"  <testsuite name="\#(name)" tests="\#(report.results.count)" failures="\#(report.mismatches)" "#
          + #"errors="0" skipped="0" time="\#(time(report.seconds))">"#)
      for result in report.results {
        let start =
          #"    <testcase classname="\#(name)" name="\#(xml(title(result)))" "#
          + #"file="\#(name)" line="\#(result.command.line)" time="\#(time(result.seconds))""#
        if result.agrees {
          lines.append(start + "/>")
        } else {
          lines.append(start + ">")
          lines.append(
            #"      <failure message="output differs" type="mismatch">\#(xml(diff(report, result)))</failure>"#)
          lines.append("    </testcase>")
        }
      }
      lines.append("  </testsuite>")
    }
    lines.append("</testsuites>")
    return lines.joined(separator: "\n") + "\n"
  }

  /// TAP version 13, with the difference in a YAML block.
  package static func tap(_ reports: [ReplayReport]) -> String {
    var lines = ["TAP version 13", "1..\(reports.reduce(0) { $0 + $1.results.count })"]
    var number = 0
    for report in reports {
      for result in report.results {
        number += 1
        // In TAP a hash starts a directive.
        let name = title(result).split(separator: "#", omittingEmptySubsequences: false).joined(separator: "\\#")
        lines.append("\(result.agrees ? "ok" : "not ok") \(number) - \(report.path):\(result.command.line) \(name)")
        guard !result.agrees else { continue }
        lines += ["  ---", "  message: output differs", "  diff: |"]
        lines += diff(report, result).split(separator: "\n").map { "    " + $0 }
        lines.append("  ...")
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func title(_ result: CommandResult) -> String {
    let lines = result.command.source.split(separator: "\n", omittingEmptySubsequences: false)
    return String(lines.first ?? "") + (lines.count > 1 ? " …" : "")
  }

  /// The difference of one command alone.
  private static func diff(_ report: ReplayReport, _ result: CommandResult) -> String {
    let file = SessionFile(header: report.file.header, items: [.command(result.command)])
    let alone = ReplayReport(path: report.path, file: file, results: [result], tolerance: report.tolerance)
    return UnifiedDiff(alone).text
  }

  private static func time(_ seconds: Double) -> String { NumberText.fixed(seconds, decimals: 3) }

  private static func xml(_ text: String) -> String { MarkupText.escaped(text, placeholder: "?") }
}
