import Datasets
import Foundation
import Tensors
import Testing

/// Downloads from a server on this machine that behaves as mirrors do on a bad day.
@Suite struct DownloadTests {
  static let content = (0..<60_000).map { UInt8(truncatingIfNeeded: $0 * $0 >> 7) }

  static let set = KnownSet(
    name: "things", summary: "", license: "", attribution: "", labelNames: [], mirrors: [],
    files: [
      KnownSet.File(
        name: "part", packedBytes: content.count, packedHash: content.withUnsafeBytes { SHA256Digest.hex([$0]) })
    ])

  struct Run {
    let scratch: Scratch
    let server: FileServer
    var folder: String { "\(scratch.path)/deep/things" }
    var file: String { "\(folder)/part.gz" }

    init() throws {
      // A proxy of the network has no business here.
      setenv("no_proxy", "127.0.0.1", 1)
      scratch = try Scratch()
      server = try FileServer(serving: DownloadTests.content)
    }

    func fetch(_ manners: [FileServer.Manner], _ progress: (DownloadProgress) throws -> Void = { _ in }) throws {
      var downloads = Downloads(set: DownloadTests.set, folder: folder, mirrors: manners.map(server.mirror))
      downloads.stallSeconds = 1
      try downloads.run(progress)
    }

    func bytes(_ name: String) -> [UInt8]? { FileManager.default.contents(atPath: name).map { [UInt8]($0) } }
  }

  @Test func aFileArrivesWholeAndIsCounted() throws {
    let run = try Run()
    defer { run.server.close() }
    var moments: [DownloadProgress] = []
    try run.fetch([.good]) { moments.append($0) }
    #expect(run.bytes(run.file) == Self.content)
    #expect(run.bytes(run.file + ".part") == nil)
    #expect(moments.last?.file == "part.gz" && moments.last?.done == 60_000 && moments.last?.total == 60_000)
    #expect(zip(moments, moments.dropFirst()).allSatisfy { $0.done <= $1.done })
    try run.fetch([.missing])
    #expect(run.server.requests == ["good from 0"], "what is there is not fetched again")
  }

  @Test(arguments: [FileServer.Manner.missing, .wrong, .half, .stalled, .long])
  func theNextMirrorHelpsOut(_ manner: FileServer.Manner) throws {
    let run = try Run()
    defer { run.server.close() }
    try run.fetch([manner, .good])
    #expect(run.bytes(run.file) == Self.content)
    let resumed = ["half": 30_000, "stalled": 10, "wrong": 0, "missing": 0][manner.rawValue]
    if let resumed { #expect(run.server.requests.last == "good from \(resumed)") }
  }

  @Test func anInterruptedDownloadGoesOnWhereItWas() throws {
    let run = try Run()
    defer { run.server.close() }
    #expect(throws: DownloadError.self) { try run.fetch([.half]) }
    #expect(run.bytes(run.file) == nil)
    #expect(run.bytes(run.file + ".part")?.count == 30_000)
    try run.fetch([.good])
    #expect(run.server.requests == ["half from 0", "good from 30000"])
    #expect(run.bytes(run.file) == Self.content)
  }

  @Test func aWrongStartIsNotBlamedOnWhoeverGoesOn() throws {
    let run = try Run()
    defer { run.server.close() }
    try run.scratch.write("deep/things/part.gz.part", [UInt8](repeating: 7, count: 100))
    try run.fetch([.good])
    #expect(run.server.requests == ["good from 100", "good from 0"])
    #expect(run.bytes(run.file) == Self.content)
  }

  @Test func aServerThatCannotContinueBeginsAnew() throws {
    let run = try Run()
    defer { run.server.close() }
    #expect(throws: DownloadError.self) { try run.fetch([.half]) }
    try run.fetch([.whole])
    #expect(run.bytes(run.file) == Self.content)
  }

  @Test func wrongBytesAreNeverUsed() throws {
    let run = try Run()
    defer { run.server.close() }
    let error = #expect(throws: DownloadError.self) { try run.fetch([.wrong, .missing]) }
    #expect(error?.attempts.count == 2)
    #expect(error?.description.contains("SHA-256") == true && error?.description.contains("404") == true)
    #expect(run.bytes(run.file) == nil && run.bytes(run.file + ".part") == nil)
  }

  @Test func whoeverWatchesCanStop() throws {
    struct Enough: Error {}
    let run = try Run()
    defer { run.server.close() }
    #expect(throws: Enough.self) { try run.fetch([.good, .good]) { _ in throw Enough() } }
    #expect(run.bytes(run.file) == nil)
    try run.fetch([.good])
    #expect(run.bytes(run.file) == Self.content)
  }

  @Test func withoutANetworkTheErrorSaysWhereToPutTheFiles() throws {
    let scratch = try Scratch()
    setenv("no_proxy", "127.0.0.1", 1)
    // A port where nothing listens.
    let catalogue = DatasetCatalogue(cacheDirectory: scratch.path, mirrors: ["http://127.0.0.1:9/x"])
    let error = #expect(throws: FileError.self) { try catalogue.load("kmnist") }
    let fix = try #require(error?.fix)
    #expect(fix.contains("train-images-idx3-ubyte.gz") && fix.contains("\(scratch.path)/kmnist"))
    #expect(FileManager.default.subpaths(atPath: scratch.path) == ["kmnist"], "nothing half-loaded is left")
    let nowhere = #expect(throws: FileError.self) { try DatasetCatalogue().load("mnist") }
    #expect(nowhere?.fix?.contains("ELBO_DATA") == true)
  }

  @Test func filesInTheCacheMustBeTheOriginals() throws {
    let scratch = try Scratch()
    for name in ["train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"] {
      try scratch.write("mnist/\(name)-ubyte", idx(8, [1, 28, 28], [UInt8](repeating: 0, count: 784)))
    }
    for catalogue in [
      DatasetCatalogue(cacheDirectory: scratch.path),
      DatasetCatalogue(dataDirectories: ["/nonexistent", scratch.path]),
    ] {
      #expect(catalogue.availability(of: "mnist") != .download)
      let error = #expect(throws: FileError.self) { try catalogue.load("mnist") }
      #expect(error?.path == "\(scratch.path)/mnist/train-images-idx3-ubyte")
      #expect(error?.reason.contains("it must be ba891046e650") == true)
    }
  }
}
