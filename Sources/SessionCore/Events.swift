import Figures
import JSONText
import SessionFiles
import Text

/// The output of a statement in all its representations. Front ends choose one; nothing below them prints.
///
/// Only the text is there from the beginning. What is asked for is built when it is: a tensor's numbers as JSON take
/// many times longer than the statement that made it.
package struct Output: Sendable {
  /// Where it belongs: the value of the last statement of a cell, an intermediate output, or a note.
  package enum Role: Sendable, Equatable { case result, display, note }
  package var role: Role
  /// text/plain, fitted to the width of the session; always present.
  package var text: String
  /// The text with marks around what the clock decides, where there is some.
  package var marked: String?
  /// A figure, which the front end renders as its screen allows.
  package var figure: Figure?
  /// Where and how the user wants figures displayed (`set plot terminal=…`).
  package var figureDisplay = FigureDisplay()
  /// What it is the output of; nil of remarks and pages of help.
  package let value: Value?
  /// Whether the text names the value in a line: then it is not shown as a table or a picture either.
  package let isSummary: Bool
  private let writers: OutputWriters

  /// The text is data to copy, as `format json` and `format csv` give it: lines are not to be broken.
  package var isData = false

  package init(role: Role = .result, text: String) {
    (self.role, self.text) = (role, text)
    (value, isSummary, writers) = (nil, false, .standard)
  }

  /// - Parameter writers: Those of the session.
  package init(
    _ value: Value, text: String, marked: String? = nil, isSummary: Bool = false, writers: OutputWriters = .standard
  ) {
    (role, self.text, self.marked) = (.result, text, marked)
    (self.value, self.isSummary, self.writers) = (value, isSummary, writers)
    figure = isSummary ? nil : value.picture
  }

  /// The value in another form; written at every call, nil where it has no such form.
  package func content(_ mimeType: String) -> OutputWriter.Content? {
    value.flatMap { (try? writers[mimeType: mimeType]?.write($0, .init())) ?? nil }
  }

  /// text/html, for tables.
  package var html: String? {
    guard !isSummary, case .text(let html)? = content("text/html") else { return nil }
    return html
  }

  /// application/json, the whole structured result.
  package var json: JSON? {
    guard case .json(let json)? = content("application/json") else { return nil }
    return json
  }

  /// The same where it is of at most about so many bytes; a larger one is not built.
  package func json(upTo bytes: Int) -> JSON? {
    guard let value, value.leastJSONBytes <= bytes, let json, json.text().utf8.count <= bytes else { return nil }
    return json
  }

  /// The value itself when it is images, the first hundred of them: a notebook shows them beside the text.
  package var images: ImageGrid? {
    isSummary ? nil : value?.images
  }

  /// The same as a figure that says what they show.
  package var imageFigure: Figure? {
    guard let images else { return nil }
    guard case .tensor(let array) = value else { return Figure(images, title: "images") }
    return Figure(images, title: "images", subtitle: array.content?.text ?? "")
  }

  /// What transcripts and the history keep: the text; of a figure its data, whatever a screen shows of it.
  package var record: String {
    guard let figure, text == figure.summary else { return text }
    return VisibleText.lines(FigureData(figure).text)
  }

  /// The same with marks around what the clock decides: what a session file is written from.
  package var recording: String { marked ?? record }

  /// Marks every number: the value was computed from something that the clock decided.
  package mutating func markNumbers() { marked = ClockMarks.markingNumbers(record) }
}

/// The progress of long work. `fraction` is 0…1; `terms` are live numbers with units, in the order to show them.
package struct Progress: Sendable, Equatable {
  package struct Term: Sendable, Equatable {
    package let name: String
    package let value: Double
    package let unit: String
    package init(name: String, value: Double, unit: String) {
      self.name = name
      self.value = value
      self.unit = unit
    }

    /// The number as every live line has it: four digits, `223.3`, `2.89`, `0.0412`, and whole with separators from a
    /// thousand on, `13,640`.
    package var number: String {
      guard value.magnitude < 1000 else { return NumberText.rate(value) }
      return NumberText.fixed(value, decimals: value.magnitude >= 100 ? 1 : value.magnitude >= 1 ? 2 : 4)
    }
  }
  package var task: String
  package var fraction: Double?
  package var secondsLeft: Double?
  package var terms: [Term]
  /// Recent values of the first term, oldest first, for a sparkline.
  package var recentLosses: [Double]
  /// A live figure when requested (`plot=live`), and where and how the user wants it displayed.
  package var figure: Figure?
  package var figureDisplay = FigureDisplay()

  package init(
    task: String, fraction: Double? = nil, secondsLeft: Double? = nil, terms: [Term] = [], recentLosses: [Double] = [],
    figure: Figure? = nil
  ) {
    self.task = task
    self.fraction = fraction
    self.secondsLeft = secondsLeft
    self.terms = terms
    self.recentLosses = recentLosses
    self.figure = figure
  }
}

/// An event of a running cell.
package enum Event: Sendable {
  case output(Output)
  case progress(Progress)
  /// Long work ended (or was interrupted); a front end removes its progress bar.
  case progressEnded
}

/// What a command of the shell wrote to its standard output, for `x = !command`.
package struct ShellCapture: Equatable, Sendable {
  package var text: String
  /// What went wrong in a few words, such as `exit code 3`; nil when nothing did.
  package var failure: String?

  package init(text: String, failure: String?) { (self.text, self.failure) = (text, failure) }
}

/// The front end of a running cell. Called on the thread that executes.
package protocol FrontEnd: AnyObject {
  /// Columns available to text.
  var width: Int { get }
  func emit(_ event: Event)
  /// Whether the front end supports `transcript on FILE`.
  var keepsTranscripts: Bool { get }
  /// Whether one is being written.
  var isRecording: Bool { get }
  /// Runs a command of the shell and returns what it wrote; nil where no shell commands are run, as in scripts.
  func capture(_ command: String, _ interruption: Interruption) -> ShellCapture?
  /// Writes bytes to standard output as they are; false where there is none for them, as on a terminal.
  func pass(_ bytes: [UInt8]) -> Bool
  /// Asks the user for a line; nil when the front end has no user.
  func ask(_ prompt: String) -> String?
}

extension FrontEnd {
  package var keepsTranscripts: Bool { false }
  package var isRecording: Bool { false }
  package func pass(_ bytes: [UInt8]) -> Bool { false }
  package func capture(_ command: String, _ interruption: Interruption) -> ShellCapture? { nil }
}
