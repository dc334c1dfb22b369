import Glibc
import Tensors
import VAEngine

/// Gray images of an uncompressed IDX file as numbers in [0, 1], for tests on real data.
struct IDXImages: BatchSource {
  let count: Int
  let exampleShape: Shape
  let classCount: Int? = nil
  private let pixels: [UInt8]
  /// Draws each pixel from Bernoulli(x) whenever it is read.
  var binarized = false

  /// The folder that `ELBO_IDX` names, which holds the four files of MNIST, not compressed.
  static var folder: String? { getenv("ELBO_IDX").map { String(cString: $0) } }

  init?(_ path: String, offset: Int = 0, limit: Int = .max) {
    guard let file = fopen(path, "rb") else { return nil }
    defer { fclose(file) }
    var header = [UInt8](repeating: 0, count: 16)
    guard fread(&header, 1, 16, file) == 16 else { return nil }
    let fields = (0..<4).map { field in header[4 * field..<4 * field + 4].reduce(0) { $0 << 8 | Int($1) } }
    guard fields[0] == 0x803 else { return nil }
    let size = fields[2] * fields[3]
    count = min(fields[1] - offset, limit)
    exampleShape = [1, fields[2], fields[3]]
    fseek(file, offset * size, SEEK_CUR)
    var bytes = [UInt8](repeating: 0, count: count * size)
    guard fread(&bytes, 1, bytes.count, file) == bytes.count else { return nil }
    pixels = bytes
  }

  /// The examples of `self` followed by those of `other`.
  init(_ first: IDXImages, then other: IDXImages) {
    (count, exampleShape) = (first.count + other.count, first.exampleShape)
    pixels = first.pixels + other.pixels
  }

  func read(
    _ indices: UnsafeBufferPointer<Int32>, rows: Range<Int>, into destination: UnsafeMutablePointer<Float>,
    stream: RandomStream, firstRow: Int
  ) {
    let size = exampleShape.count
    pixels.withUnsafeBufferPointer { pixels in
      for row in rows {
        let from = Int(indices[row]) * size
        let to = destination + row * size
        for i in 0..<size { to[i] = Float(pixels[from + i]) * (1 / 255) }
        guard binarized else { continue }
        var block = SIMD4<UInt32>()
        for i in 0..<size {
          let position = row * size + i
          if i == 0 || position % 4 == 0 { block = stream.block(UInt32(position / 4)) }
          to[i] = Float(block[position % 4] >> 8) * 0x1p-24 < to[i] ? 1 : 0
        }
      }
    }
  }

  func readLabels(_ indices: UnsafeBufferPointer<Int32>, into destination: UnsafeMutablePointer<Int32>) {}
}
