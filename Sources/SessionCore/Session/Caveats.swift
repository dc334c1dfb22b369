extension Execution {
  /// Says what a value that something was computed of has wrong with it.
  func remarkCaveats(_ arguments: Arguments) {
    let command = arguments.command
    guard command.remarksCaveats else { return }
    for argument in command.positionals.flatMap({ arguments.all($0.name) }) {
      guard case .value(.object(let object)) = argument.content else { continue }
      if let caveat = object.caveat(as: argument.name, threads: state.settings.threads) { note(caveat) }
    }
  }
}
