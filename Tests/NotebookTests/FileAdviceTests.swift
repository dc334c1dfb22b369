import Figures
import Foundation
import Notebook
import Tensors
import Testing

/// What `open` and `load` say of files that are not for them: a line that works.
@Suite struct FileAdviceTests {
  let folder = Folder()

  private func write(_ name: String, _ bytes: [UInt8]) throws {
    try Data(bytes).write(to: URL(filePath: folder.file(name)))
  }

  /// One file of every nature, some with names that need quotes.
  private func files() throws -> [String] {
    let bench = try Bench()
    _ = bench.shown("normal(20, 4, seed=1) > \(folder.file("a.npy")); vars > \(folder.file("a.html"))")
    _ = bench.shown("normal(20, 4, seed=1) > \"\(folder.file("my data.npy"))\"")
    _ = bench.shown("model m mlp hidden=4 latent=2 seed=1; save m \(folder.file("m.safetensors"))")
    _ = bench.shown("save m \"\(folder.file("my model.safetensors"))\"; save session \(folder.file("w.elbodb"))")
    bench.session.close()
    try FileManager.default.copyItem(atPath: folder.file("m.safetensors"), toPath: folder.file("m.bin"))
    try FileManager.default.copyItem(atPath: folder.file("w.elbodb"), toPath: folder.file("w.db"))
    var tensors = SafeTensors(metadata: [:])
    tensors.tensors = [("w", try Tensor([1, 2] as [Float]))]
    try tensors.write(to: folder.file("plain.safetensors"))
    try write("p.png", PNG.encode(Picture(width: 4, height: 4, filledWith: [0, 0, 0])))
    try write("a.csv", Array("a,b\n1,2\n3,4\n".utf8))
    try write("a.session", Array("#! elbo-session 1 seed=1\nelbo> 1 + 1\n2\n".utf8))
    try write("it's.session", Array("#! elbo-session 1 seed=1\nelbo> 1 + 1\n2\n".utf8))
    try write("n.ipynb", Array("{\"cells\": [], \"metadata\": {}, \"nbformat\": 4, \"nbformat_minor\": 5}".utf8))
    try write("s.elbo", Array("x = 1\n".utf8))
    try write("empty.bin", [])
    try write("junk.bin", [0, 255, 7, 0])
    return [
      "a.npy", "a.html", "my data.npy", "m.safetensors", "my model.safetensors", "w.elbodb", "m.bin", "w.db",
      "plain.safetensors", "p.png", "a.csv", "a.session", "it's.session", "n.ipynb", "s.elbo", "empty.bin", "junk.bin",
      "missing.npz", "missing.safetensors", "missing.elbodb", "",
    ]
  }

  @Test func everyProposedCommandWorks() throws {
    for name in try files() {
      let path = folder.file(name)
      let quoted = name.contains(" ") || name.contains("'") ? "\"\(path)\"" : path
      for verb in ["open \(quoted)", "x = open \(quoted)", "load \(quoted) as=x", "x = load \(quoted)"] {
        let bench = try Bench()
        guard case .failed(let diagnostic) = bench.run(verb).status, let fix = diagnostic.fix else { continue }
        #expect(diagnostic.code != "E901", "\(verb): \(diagnostic)")
        guard let place = fix.range(of: ": ") else { continue }
        var line = String(fix[place.upperBound...])
        if let end = line.range(of: " Nothing was loaded") { line = String(line[..<end.lowerBound]) }
        let verbs = ["open", "load", "x = ", "m = ", "save"]
        guard verbs.contains(where: line.hasPrefix), !line.contains("FILE"), !line.contains("Formats") else { continue }
        let outcome = try Bench().run(line)
        #expect(outcome.status == .ok, "'\(verb)' advises '\(line)': \(outcome.status)")
        unlink(folder.file("missing.npz"))
      }
    }
  }

  @Test(arguments: [
    ("open", "a.session", "elbo replay "), ("load", "a.session", "elbo replay "), ("open", "n.ipynb", "jupyter lab "),
    ("load", "n.ipynb", "jupyter lab "), ("load", "s.elbo", "elbo run "), ("load", "w.db", "open "),
    ("load", "m.bin", "m = open "),
    ("open", "a.npy", "load "), ("open", "p.png", "load "), ("open", "a.csv", "load "),
  ]) func theAdviceIsOfTheFilesKind(verb: String, name: String, advice: String) throws {
    _ = try files()
    let diagnostic = try Bench().failure("\(verb) \(folder.file(name))")
    #expect(diagnostic.fix?.contains(": \(advice)") == true, "\(diagnostic)")
  }

  @Test(arguments: ["plain.safetensors", "junk.bin"]) func whereNothingWorksNothingIsProposed(name: String) throws {
    _ = try files()
    for verb in ["open", "load"] {
      let fix = try Bench().failure("\(verb) \(folder.file(name))").fix ?? ""
      #expect(!fix.contains("= open") && !fix.contains(": load"), "\(fix)")
    }
  }

  /// What a file is, its content says: a model by any other name opens, and an empty file is not made a workspace.
  @Test func theContentDecides() throws {
    _ = try files()
    let bench = try Bench()
    #expect(bench.shown("m = open \(folder.file("m.bin"))")[0].hasPrefix("m = vae mlp"))
    #expect(try bench.failure("open \(folder.file("empty.bin"))").code == "E503")
    #expect(try Data(contentsOf: URL(filePath: folder.file("empty.bin"))).isEmpty)
  }
}
