import Foundation
import Notebook
import SessionCore
import Tensors
import Testing

/// A dataset is a tensor where one is wanted.
@Suite(.serialized) struct DatasetAsTensorTests {
  private let folder = Folder()

  private func bench() throws -> Bench {
    let bench = try Bench()
    _ = bench.shown("d = dataset reshape([1, 2, 3, 4, 5, 6], 3, 2); e = dataset reshape([7, 8], 1, 2)")
    return bench
  }

  @Test(arguments: [
    ("sum(log(d))[0]", "2.70805"), ("mean(d)[1]", "4"), ("(d + d)[2, 1]", "12"), ("(1 - d)[0, 0]", "0"),
    ("shape(concat(d, e))[0]", "4"), ("sum(concat(d, e)[3] - [7, 8])", "0"), ("sum(abs(d - d * 1))[0]", "0"),
    ("norm(d)[1]", "5"), ("shape(transpose(d))[0]", "2"),
  ])
  func functionsAndOperatorsTakeDatasets(source: String, text: String) throws {
    #expect(try bench().shown(source) == [text])
  }

  @Test func filesOfDatasetsReadBack() throws {
    let bench = try bench()
    _ = bench.shown("d > \(folder.file("d.npy"))\nload \(folder.file("d.npy")) as=f\nd > \(folder.file("d.csv"))")
    #expect(bench.shown("sum(reshape(abs(d - f), 6))") == ["0"])
    #expect(try contents(of: folder.file("d.csv")).split(separator: "\n").last == "5.0,6.0")
  }

  @Test func examplesOfATableSelect() throws {
    let bench = try Bench()
    _ = bench.shown("load digits as=d; m = 3; model v mlp hidden=4 latent=2 seed=1 on=d; a = anomaly v d.test top=4")
    #expect(bench.shown("d.test[a.example].count") == ["4"])
    #expect(bench.shown("sum(reshape(abs(d.test[a.example][0] - d.test[a.example[0]]), 784))") == ["0"])
    #expect(bench.run("anomaly v d.test top=4 | plot grid").status == .ok)
    #expect(try bench.failure("vars | plot grid").message.contains("images are needed"))
  }

  @Test func latentsFromAFileAreDecoded() throws {
    let bench = try Bench()
    _ = bench.shown("load digits as=d; model m mlp hidden=4 latent=2 seed=1 on=d; z = encode m d[0..9]")
    let before = bench.shown("x = decode m z; sum(reshape(x, 7840))")
    _ = bench.shown("z > \(folder.file("z.npy")); load \(folder.file("z.npy")) as=y")
    #expect(bench.shown("x = decode m y; sum(reshape(x, 7840))") == before)
    #expect(bench.shown("x = y | decode m; sum(reshape(x, 7840))").isEmpty == false)
  }
}
