/// Every error a statement can end with, each with a stable code.
///
/// The codes are a stable interface: `help errors` prints them, scripts and tests match on them, and a code never
/// changes its meaning.
package enum ErrorCode: String, CaseIterable, Sendable {
  // Language
  case unknownCommand = "E101"
  case unknownOption = "E102"
  case badOptionValue = "E103"
  case unknownVariable = "E104"
  case unknownDataset = "E105"
  case syntax = "E106"
  case missingArgument = "E107"
  case extraArgument = "E108"
  case prefixNotAllowed = "E109"
  case reservedName = "E110"
  case repeatedOption = "E111"
  case wrongKind = "E112"
  case unknownFunction = "E113"
  case unknownAttribute = "E114"
  case wrongFunctionArguments = "E115"
  case indexOutOfRange = "E116"
  case nothingToUndo = "E117"
  case formatNotSupported = "E118"
  case shellNotAvailable = "E119"
  case tooDeep = "E120"
  case unknownTopic = "E121"
  // Shapes and values
  case shapeMismatch = "E201"
  case noSuchOperation = "E202"
  case noLabels = "E203"
  case emptySelection = "E204"
  case badArchitecture = "E205"
  // Files and machine
  case unreadableFile = "E301"
  case unwritableFile = "E302"
  case download = "E303"
  case outOfMemory = "E304"
  case ranks = "E305"
  // Models
  case notFinite = "E401"
  case notComparable = "E402"
  case notSupported = "E403"
  // Workspace
  case workspaceLocked = "E501"
  case workspaceNewer = "E502"
  case notAWorkspace = "E503"
  case workspaceReadOnly = "E504"
  // Plots
  case plotFailed = "E601"
  // Internal
  case internalError = "E901"

  /// What the code means, in a line for the list of codes.
  package var meaning: String {
    switch self {
    case .unknownCommand: "no command or variable has this name"
    case .unknownOption: "the command has no such option"
    case .badOptionValue: "an argument is not of the type or in the range it must be"
    case .unknownVariable: "no variable has this name"
    case .unknownDataset: "no built-in dataset and no file has this name"
    case .syntax: "the statement cannot be parsed"
    case .missingArgument: "an argument that the command needs is missing"
    case .extraArgument: "more arguments than the command accepts"
    case .prefixNotAllowed: "an abbreviated command is ambiguous, or is used in a script"
    case .reservedName: "the name belongs to a command, a function or the language"
    case .repeatedOption: "an option is given twice"
    case .wrongKind: "the command does not accept a value of this kind"
    case .unknownFunction: "no function has this name"
    case .unknownAttribute: "the value has no such attribute"
    case .wrongFunctionArguments: "a function was called with invalid arguments"
    case .indexOutOfRange: "an index is out of range"
    case .nothingToUndo: "there is no statement to undo"
    case .formatNotSupported: "the value cannot be written in this format"
    case .shellNotAvailable: "shell commands run at the prompt and in notebooks, not in scripts and replays"
    case .tooDeep: "the expression is nested too deeply"
    case .unknownTopic: "help and explain have no such topic"
    case .shapeMismatch: "shapes are incompatible"
    case .noSuchOperation: "the operation is not defined on these values"
    case .noLabels: "a selection by label on a value that has no labels"
    case .emptySelection: "no elements or examples are left to work on"
    case .badArchitecture: "the text of an encoder or decoder cannot be built"
    case .unreadableFile: "a file cannot be read or has invalid content"
    case .unwritableFile: "a file cannot be written"
    case .download: "a download failed"
    case .outOfMemory: "not enough memory"
    case .ranks: "the ranks of an MPI run cannot work together"
    case .notFinite: "training met a loss that is not a finite number; the last finite state is kept"
    case .notComparable: "the things to compare are not comparable"
    case .notSupported: "the model cannot do this"
    case .workspaceLocked: "another process has the workspace open"
    case .workspaceNewer: "a newer elbo wrote the workspace"
    case .notAWorkspace: "the file is not a workspace or is damaged"
    case .workspaceReadOnly: "the workspace can only be read"
    case .plotFailed: "the figure could not be drawn"
    case .internalError: "an internal error of elbo; please report it"
    }
  }
}
