import JSONText
import Language
import Text

extension HelpPages {
  /// How statements are written.
  package static let language = """
    A statement is a command, an expression, or several of them in a pipeline.

      verb noun key=value              train m on=d epochs=20
      name = …                         z = encode m d
      … | …                            sample m n=64 | plot grid
      … > path                         evaluate m on=d > report.json
      … ;                              the value is not shown; more may follow
      # …                              a comment
      … \\                              continues in the next line

    A statement also continues in the next line after a trailing | and inside quotes and brackets. The file extension \
    selects the format: json csv npy txt md html, session for the history, png svg pdf gif gp for figures.
    Names consist of letters, digits and _. Text with spaces needs quotes: encoder="conv32k3s2 dense16". At a prompt \
    commands can be abbreviated (summ m); scripts need the full names.

      _  _3                            the last result, that of cell 3; after |, the piped value
      z[0]  z[0..9]  z[-1]  z[:, 2]    rows and columns; a range includes both ends, ..< excludes \
    the last
      z[label=3]  z[z[:, 0] > 1]       rows by label or its name; by condition
      d[0..999]  d[label=3]  d.all     these examples of a dataset; those of a label, split into train and \
    test as before; all examples as one part
      p = {"lr": 0.001}; p.lr          values by name, as in Python; p["lr"] too
      1.5*v + mean(z)                  + - * / % ^ with broadcasting; comparisons need parentheses
      d.train  m.loss  e.elbo          attributes
      ?train  train?  help train       help
    """

  /// Keys of the prompt, and words that people bring to it.
  package static let prompt = """
    Keys of the prompt; an .inputrc decides otherwise ('$if elbo' for this program alone).

      Tab                              completes, or lists what is possible
      F1  Alt-H  ?                     help on what is being typed; a line that ends in ? too
      Up  Down                         lines of the history that begin with what is typed before the cursor
      Ctrl-R                           lines of the history by some of their letters; Enter runs one, Tab takes it for \
    editing, Ctrl-G leaves
      Right  End  Alt-F                take what the history suggests in gray, or its next word
      Ctrl-X Ctrl-E                    edits the line in $VISUAL or $EDITOR
      Ctrl-C  Ctrl-Z  Ctrl-D           interrupts, suspends, exits

    Colors and suggestions are off under NO_COLOR and TERM=dumb, and in lines longer than the screen is wide.

      time evaluate m on=d             how long it took; time on for all cells
      watch 5s evaluate m on=d         every five seconds until Ctrl-C; nothing of it stays
      undo  redo                       takes a change back, and restores it
      cd data  pwd                     the folder that paths start in
      !ls  x = !ls                     a command of the shell; the lines it writes
      _  __  _3  In[3]  Out[3]         the last result, the one before, that of cell 3; the text of cell 3
      len(x)  type(x)                  number of rows or items; what x is
    """

  /// All functions, a line each.
  package var functions: String {
    let functions = FunctionTable.shared.functions
    let width = functions.map { TextWidth.columns($0.signature) }.max() ?? 0
    let lines = layout.rows(functions.map { ("  " + TextWidth.pad($0.signature, to: width + 2), $0.summary) })
    return "Functions of expressions\n" + lines.joined(separator: "\n")
  }

  /// The list of all error codes.
  package var errors: String {
    let lines = layout.rows(ErrorCode.allCases.map { ("  \($0.rawValue)  ", $0.meaning) })
    return "Error codes\n" + lines.joined(separator: "\n")
  }

  package static let results = """
    Every statement has a value. It is shown as text that fits the width, and carries HTML, structured data (JSON) \
    and a figure where it has one.

      format json                      results as JSON; format csv, format text
      evaluate m on=d > report.json    to a file; the extension selects the format
      e = evaluate m on=d              stored in e; e.elbo is one of its numbers
      kl m on=d > kl.csv               for programs: numbers as numbers, under keys

    Numbers have units: nats are natural-log units summed over dimensions and averaged over examples; ± is one standard \
    error. No value is scaled without a note.

    A number is shown with six significant digits and never fewer than three decimals (123456.789), elements of tensors \
    with fewer; not a number and the infinities are nan, inf and -inf. Files hold the shortest digits that read back as \
    the same number; JSON has null for what is not finite. Keys are lower-case ASCII: elbo is the ELBO, negative_elbo \
    what is shown as −ELBO; beside a number its unit is under KEY_unit (bytes, s, nats/example), its standard error \
    under KEY_standard_error.
    """
}
