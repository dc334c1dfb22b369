import ArgumentParser

// The program's own arguments are the library's; `Notebook` has property wrappers of the same names for commands of the
// language.
typealias Option = ArgumentParser.Option
typealias Argument = ArgumentParser.Argument
