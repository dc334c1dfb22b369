import Plotting

/// What a statement gave, in every representation it has. Front ends choose; nothing below them prints.
package struct Output: Sendable {
  /// Where it belongs: the value of the last statement of a cell, something shown on the way, or a remark.
  package enum Role: Sendable, Equatable { case result, display, note }
  package var role: Role
  /// text/plain; fits the width the session was told. Present always.
  package var text: String
  /// text/html, for tables.
  package var html: String?
  /// application/json, the whole structured result.
  package var json: JSON?
  /// A picture, rendered by the front end to what its screen can show.
  package var figure: Figure?
  /// The value itself when it is images, the first hundred of them: a notebook shows them beside the text.
  package var images: ImageGrid?
  /// Where the person wants figures shown (`set plot terminal=…`); nil leaves it to the front end.
  package var figureTerminal: String?

  package init(
    role: Role = .result, text: String, html: String? = nil, json: JSON? = nil, figure: Figure? = nil
  ) {
    self.role = role
    self.text = text
    self.html = html
    self.json = json
    self.figure = figure
  }

  /// What transcripts and the history keep: the text; of a figure its data, whatever a screen shows of it.
  package var record: String {
    guard let figure, text == figure.summary else { return text }
    return FigureData(figure).text
  }
}

/// A moment of long work. `fraction` is 0…1; `terms` are live numbers with units, in the order to show them.
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
  }
  package var task: String
  package var fraction: Double?
  package var secondsLeft: Double?
  package var terms: [Term]
  /// Recent values of the first term, oldest first, for a sparkline.
  package var recentLosses: [Double]
  /// A live picture when one was asked for (`plot=live`), and where the person wants it.
  package var figure: Figure?
  package var figureTerminal: String?

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

/// What a running cell says.
package enum Event: Sendable {
  case output(Output)
  case progress(Progress)
  /// Long work ended (or was interrupted); a front end takes its bar away.
  case progressEnded
}

/// The surroundings of a running cell, given by the front end. Called on the thread that executes.
package protocol FrontEnd: AnyObject {
  /// Columns available to text.
  var width: Int { get }
  func emit(_ event: Event)
  /// Whether `transcript on FILE` does something here.
  var keepsTranscripts: Bool { get }
  /// Asks the person for a line; nil when nobody can answer.
  func ask(_ prompt: String) -> String?
}

extension FrontEnd {
  package var keepsTranscripts: Bool { false }
}
