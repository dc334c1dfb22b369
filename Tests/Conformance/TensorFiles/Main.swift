import Fuzzing
import Glibc
import Tensors

// What the conformance tests drive: tensor files read and written by the project's own readers and writers.
//
//     tensor-files copy IN OUT             .npy or .safetensors, by their endings; NPY tensors are called "x"
//     tensor-files fuzz SECONDS SEED FILE… damaged versions of good files, until time is up

@main struct TensorFiles {
  static func main() {
    do {
      let words = Array(CommandLine.arguments.dropFirst())
      switch words.first {
      case "copy" where words.count == 3: try copy(words[1], words[2])
      case "fuzz" where words.count > 3: try fuzz(Double(words[1]) ?? 10, UInt64(words[2]) ?? 0, Array(words[3...]))
      default:
        print("usage: tensor-files copy IN OUT | fuzz SECONDS SEED FILE…")
        exit(64)
      }
    } catch {
      print(error)
      exit(1)
    }
  }

  private static func copy(_ from: String, _ to: String) throws {
    var file = SafeTensors()
    if from.hasSuffix(".npy") {
      file.tensors = [("x", try NPY.read(from))]
    } else {
      file = try SafeTensors(contentsOf: from)
    }
    if to.hasSuffix(".npy") {
      guard let first = file.tensors.first else { throw FileError(path: from, reason: "no tensor in it") }
      try NPY.write(first.tensor, to: to)
    } else {
      try file.write(to: to)
    }
  }

  private static func fuzz(_ seconds: Double, _ seed: UInt64, _ paths: [String]) throws {
    let corpus = try paths.map { path in
      let storage = try FileBytes.map(path)
      return (path, Array(UnsafeRawBufferPointer(start: storage.base, count: storage.byteCount)))
    }
    let start = ContinuousClock.now
    var (rounds, good) = (0, 0)
    while ContinuousClock.now - start < .seconds(seconds) {
      let (path, bytes) = corpus[rounds % corpus.count]
      let other = corpus[rounds / corpus.count % corpus.count].1
      var mutator = Mutator(seed: seed &+ UInt64(rounds))
      let damaged = mutator.mutated(bytes, splicing: other)
      // When the process dies here, the seed says which file did it.
      setenv("ELBO_FUZZ_SEED", "\(seed &+ UInt64(rounds))", 1)
      if try TensorReaders.survive(damaged, name: path) { good += 1 }
      rounds += 1
    }
    print("\(rounds) damaged files read, \(good) of them still good; none was read out of bounds")
  }
}
