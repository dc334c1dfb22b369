import CDigits
import Tensors

/// The part of MNIST that ships with the program.
enum Digits {
  static func load() throws -> Dataset {
    let bytes = UnsafeRawBufferPointer(start: elbo_digits_bytes(), count: elbo_digits_count())
    let storage = try Gzip.inflate(bytes, path: "digits")
    let (train, test, size) = (10_000, 2_000, 784)
    var images = try Tensor(zeros: [train + test, 1, 28, 28], dtype: .uint8)
    var labels: [Int32] = []
    try images.withUnsafeMutableBytes { to in
      guard let base = to.baseAddress else { return }
      base.copyMemory(from: storage.base, byteCount: train * size)
      let second = storage.base + train * (size + 1)
      (base + train * size).copyMemory(from: second, byteCount: test * size)
      labels = storage.bytes[train * size..<train * (size + 1)].map(Int32.init)
      labels += storage.bytes[train * (size + 1) + test * size..<(train + test) * (size + 1)].map(Int32.init)
    }
    return Dataset(
      name: "digits", source: "built in: a subset of MNIST (LeCun, Cortes, Burges; CC BY-SA 3.0)", storage: images,
      labels: labels, labelNames: (0..<10).map(String.init), parts: ["train": 0..<train, "test": train..<train + test])
  }
}
