import Figures
import JSONText
import Tensors
import WorkspaceStore

/// What a value is, for messages, `vars` and the kinds that commands ask for. A type that implements `ObjectValue` may be
/// of a kind of its own, `ValueKind("…")`.
package struct ValueKind: RawRepresentable, Hashable, Sendable {
  package let rawValue: String

  package init(rawValue: String) { self.rawValue = rawValue }
  package init(_ name: String) { rawValue = name }

  package static let number = ValueKind("number")
  package static let text = ValueKind("text")
  package static let flag = ValueKind("flag")
  package static let tensor = ValueKind("tensor")
  package static let list = ValueKind("list")
  package static let dictionary = ValueKind("dictionary")
  package static let range = ValueKind("range")
  package static let table = ValueKind("table")
  package static let report = ValueKind("report")
  package static let figure = ValueKind("figure")
  package static let dataset = ValueKind("dataset")
  package static let model = ValueKind("model")
  package static let nothing = ValueKind("nothing")

  /// With its article, for messages.
  package var phrase: String { self == .nothing ? "nothing" : "a \(rawValue)" }
}

/// A value of the session: of variables and statements.
///
/// Values are copy-on-write throughout, so a snapshot of the variables is the session as it was.
package enum Value: Sendable {
  case number(Double)
  case string(String)
  case flag(Bool)
  case tensor(ArrayValue)
  case list([Value])
  /// `lower..upper`; both ends included.
  case range(lower: Int, upper: Int)
  case table(Table)
  case report(Report)
  case figure(Figure)
  /// A dataset, a model, a dictionary: whatever implements `ObjectValue`.
  case object(any ObjectValue)
  case nothing

  package var kind: ValueKind {
    switch self {
    case .number: .number
    case .string: .text
    case .flag: .flag
    case .tensor: .tensor
    case .list: .list
    case .range: .range
    case .table: .table
    case .report: .report
    case .figure: .figure
    case .object(let object): object.kind
    case .nothing: .nothing
    }
  }
}

/// A value with an identity of its own in the language: datasets and models.
package protocol ObjectValue: Sendable {
  var kind: ValueKind { get }
  /// One line for `vars` and completion.
  var summary: String { get }
  /// Bytes held in memory, for `vars`.
  var byteCount: Int { get }
  /// Names after the dot, in the order to list them.
  var attributeNames: [String] { get }
  /// The value of an attribute; nil when there is none of this name.
  func attribute(_ name: String) throws -> Value?
  /// What it says when a statement ends with it; nil of values that are no report.
  var report: Report? { get }
  /// text/plain, with marks around what the clock decides.
  func markedText(width: Int) -> String
  /// The structured data.
  func json(marksClock: Bool) -> JSON?
  /// Its rows as CSV, where they are a table; nil of values that are none.
  var csv: String? { get }
  /// What notebooks show of it as HTML; nil of values that are no table.
  var html: String? { get }
  /// A whole page, which is what a file of it as .html has; nil of values without one.
  ///
  /// - Parameter execution: Draws the figures of the page.
  func page(_ execution: Execution) throws -> String?
  /// How the workspace keeps it.
  func stored() throws -> StoredValue
  /// What its training measured, for the workspace; nil of values without.
  var metrics: MetricHistory? { get }
  /// The state of a trained model, by which a session tells whether it was saved to a file; nil of others.
  var trainedState: TrainedState? { get }
  /// The extension of the files that `save` writes it to; nil of values that it does not write.
  var savedExtension: String? { get }
  /// Its images, for what a notebook shows beside the text; nil of others.
  var images: ImageGrid? { get }
  /// What it is where a tensor is wanted: of a dataset its examples; nil of others.
  ///
  /// - Throws: `Fault` when it is too large for one.
  func elements() throws -> ArrayValue?
  /// Names of the classes that `label=` of a command can be with it; empty of others.
  var classNames: [String] { get }
  /// Why an attribute of the variable `name` has no value, and what gives it one.
  ///
  /// - Parameter data: A dataset of the session by name, for the example.
  func absence(in name: String, data: String) -> String?
  /// What one has to know of everything that is computed from it; nil when there is nothing to say.
  func caveat(as name: String?, threads: Int?) -> String?
}

extension ObjectValue {
  package var metrics: MetricHistory? { nil }
  package var trainedState: TrainedState? { nil }
  package var savedExtension: String? { nil }
  package var images: ImageGrid? { nil }
  package func elements() throws -> ArrayValue? { nil }
  package var classNames: [String] { [] }
  package var csv: String? { nil }
  package var html: String? { report?.html }
  package func page(_ execution: Execution) throws -> String? { nil }
  package func absence(in name: String, data: String) -> String? { nil }
  package func caveat(as name: String?, threads: Int?) -> String? { nil }
  package func markedText(width: Int) -> String { report?.markedText(width: width) ?? summary }
  package func json(marksClock: Bool) -> JSON? { report?.json(marksClock: marksClock) }
}

/// A tensor as a value, with what the session knows about its rows.
package struct ArrayValue: Sendable {
  package enum Meaning: String, Sendable {
    case plain, latents, logVariance, images
    /// Extents of something: printed as `[2000, 20]`.
    case shape
  }
  package var tensor: Tensor
  /// The class of each row, when known; counts agree with the first axis.
  package var labels: [Int32]?
  /// Names by label; empty where labels are plain numbers.
  package var labelNames: [String]
  package var meaning: Meaning
  /// What the elements of a row are, of data; nil of others.
  package var form: RowForm?
  /// What decoded images show; nil of others, and of what was computed from them.
  package var content: Content?

  package struct Content: Sendable, Equatable {
    /// `means of p(x | z)`.
    package let text: String
    /// Whether it holds for any of the images, or only for all of them in their order.
    package let isOfEach: Bool

    package init(_ text: String, isOfEach: Bool = true) { (self.text, self.isOfEach) = (text, isOfEach) }
  }

  /// What the elements of a row are, of data and of what a model decodes.
  package struct RowForm: Sendable, Equatable {
    /// Names of the columns of a table; empty of images.
    package var columns: [String]
    /// Whether they are in the unit of the data, where the model sees them standardized.
    package var isInDataUnits: Bool

    package init(columns: [String] = [], isInDataUnits: Bool = false) {
      (self.columns, self.isInDataUnits) = (columns, isInDataUnits)
    }
  }

  package init(
    _ tensor: Tensor, labels: [Int32]? = nil, labelNames: [String] = [], meaning: Meaning = .plain,
    form: RowForm? = nil, content: Content? = nil
  ) {
    self.tensor = tensor
    self.labelNames = labels == nil ? [] : labelNames
    self.content = content
    self.form = form
    if let columns = form?.columns, !columns.isEmpty, columns.count != tensor.shape.dimensions.last {
      self.form?.columns = []
    }
    self.labels = labels.flatMap { $0.count == tensor.shape.dimensions.first ? $0 : nil }
    self.meaning = meaning
  }

  /// The extents of something.
  package init(shape: Shape) throws {
    self.init(try Tensor(shape.dimensions.map { Double($0) }), meaning: .shape)
  }

  package var shape: Shape { tensor.shape }

  /// What some of the images show.
  package var contentOfEach: Content? { content.flatMap { $0.isOfEach ? $0 : nil } }

  /// The elements as float32, converted when they are stored otherwise.
  package var floats: [Float] {
    switch tensor.dtype {
    case .float32: tensor.elements(as: Float.self)
    case .float64: tensor.withElements(of: Double.self) { $0.map { Float($0) } }
    case .int32: tensor.withElements(of: Int32.self) { $0.map { Float($0) } }
    case .uint8: tensor.withElements(of: UInt8.self) { $0.map { Float($0) } }
    }
  }
}
