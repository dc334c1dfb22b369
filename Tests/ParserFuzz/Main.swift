import Fuzzing
import Glibc

// Searches for bytes that break a parser, by libFuzzer: `make fuzz-parsers`.
//
//     parser-fuzz                       the names of the parsers
//     parser-fuzz NAME FILE…            reads these files
//     parser-fuzz NAME [-runs=N …] CORPUS…   with coverage compiled in: libFuzzer, with its own options

#if COVERAGE
  @_silgen_name("LLVMFuzzerRunDriver")
  private func runDriver(
    _ count: UnsafeMutablePointer<Int32>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ read: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
  ) -> Int32
#endif

/// The parser under test: libFuzzer hands over bytes alone.
nonisolated(unsafe) private var parser = FuzzedParser.statements

private func readOne(_ bytes: [UInt8]) {
  do {
    try parser.read(bytes)
  } catch {
    // A trap: libFuzzer keeps the input of a crash.
    fatalError("\(parser.rawValue): \(error)")
  }
}

@main struct ParserFuzz {
  static func main() {
    let words = Array(CommandLine.arguments.dropFirst())
    guard let name = words.first, let named = FuzzedParser(rawValue: name) else {
      print(FuzzedParser.allCases.map(\.rawValue).joined(separator: "\n"))
      exit(words.isEmpty ? 0 : 64)
    }
    parser = named
    #if COVERAGE
      search(words)
    #else
      for path in words.dropFirst() {
        print(path)
        guard let file = fopen(path, "rb") else { exit(66) }
        var bytes: [UInt8] = []
        while case let byte = fgetc(file), byte >= 0 { bytes.append(UInt8(byte)) }
        fclose(file)
        readOne(bytes)
      }
    #endif
  }

  #if COVERAGE
    private static func search(_ words: [String]) {
      let all =
        ["parser-fuzz", "-max_len=\(parser.maximumLength)", "-timeout=20", "-rss_limit_mb=4096"] + words.dropFirst()
      var strings = all.map { strdup($0) } + [nil]
      var count = Int32(all.count)
      exit(
        strings.withUnsafeMutableBufferPointer { strings in
          guard var start = strings.baseAddress else { return 70 }
          return runDriver(&count, &start) { bytes, length in
            readOne(Array(UnsafeBufferPointer(start: bytes, count: length)))
            return 0
          }
        })
    }
  #endif
}
