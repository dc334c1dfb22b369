extension HelpPages {
  /// How statements are written.
  static let language = """
    A statement is a command, an expression, or several of them in a pipeline.

      verb noun key=value          train m on=d epochs=20
      name = …                     z = encode m d
      … | …                        sample m n=64 | plot grid
      … > path                     evaluate m on=d > report.json
      … ;                          not shown; more may follow on the line
      # …                          a comment
      … \\                          goes on in the next line; so do open quotes,
                                   brackets and a trailing |

    Names are letters, digits and _. Text with blanks goes in quotes:
    encoder="conv32k3s2 dense16". A path's ending names the format: json, csv, npy,
    txt, md, html, session; png, svg, pdf, gif, gp for figures.
    At a prompt a verb may be shortened (tr m); in scripts it may not.

      _  _3                        the last result, the result of cell 3;
                                   in a pipeline _ is the piped value
      z[0]  z[0..9]  z[-1]         rows; both ends of a range belong to it,
      z[:, 2]  z[0..<9]            ..< leaves the last out; columns
      z[label=3]  z[z[:, 0] > 1]   rows by label, rows by condition
      1.5*v + mean(z)              + - * / % ^ with broadcasting;
                                   comparisons stand in parentheses
      d.train  m.loss  e.elbo      attributes
      ?train  train?  help train   help
    """

  /// All functions, a line each.
  static var functions: String {
    let functions = FunctionTable.shared.functions
    let width = functions.map { TextWidth.columns($0.signature) }.max() ?? 0
    return "Functions of expressions\n"
      + functions.map { TextWidth.row("  " + $0.signature, $0.summary, at: width + 4) }.joined(separator: "\n")
  }

  /// The list of all error codes.
  static var errors: String {
    "Error codes\n"
      + ErrorCode.allCases.map { TextWidth.row("  " + $0.rawValue, $0.meaning, at: 8) }.joined(separator: "\n")
  }

  static let results = """
    Every statement has a value. It is shown as text that fits the width, and
    carries HTML, structured data (JSON) and a figure where it has one.

      format json                      results as JSON; format csv, format text
      evaluate m on=d > report.json    into a file: the ending names the format
      e = evaluate m on=d              keeps it; e.elbo is one of its numbers

    Numbers have units: nats are natural-log units summed over dimensions and
    averaged over examples; ± is one standard error. Nothing is scaled silently.
    """
}
